//! People whom somebody else knows: providers of OpenID Connect, the way there and back, and what becomes of what they say.

mod arrive;
mod error;
mod events;
mod exchange;
mod flight;
mod id_token;
mod link;
mod metadata;
mod model;
mod personal;
mod proof;
mod providers;
mod remembered;
mod start;
mod store;
mod unlink;

pub use arrive::{Callback, arrive};
pub use error::OAuthError;
pub use events::IdentityEvent;
pub use link::link_in;
pub use model::{Claimed, Identity};
pub use personal::PersonalIdentities;
pub use proof::{Proof, read_proof, spend_in};
pub use providers::{Providers, Shown};
pub use start::{Departure, Start, start};
pub use store::{find_by_subject, list, sweep, touch_in};
pub use unlink::unlink_in;
