//! Sign-ins that go on: opened once, renewed by tokens that are used once, ended by their owner, by staff, or by a token that
//! came back.

mod events;
mod find;
mod forget;
mod model;
mod open;
mod pass_two_factor;
mod personal;
mod refresh;
mod revoke;
mod shared;
mod store;

pub use events::SessionEvent;
pub use find::{find_by_token, find_live, find_live_by_cookie, list};
pub use forget::SWEEP;
pub use model::{Kind, RefreshToken, RevokedBecause, Session};
pub use open::{OpenSessionError, Opened, open_in};
pub use pass_two_factor::pass_two_factor_in;
pub use personal::PersonalSessions;
pub use refresh::{RefreshError, refresh};
pub use revoke::{RevokeSession, SessionError, revoke, revoke_all_in, revoke_in};
pub use store::INVARIANTS;
