//! Programs that act for the shop: keys with scopes, stored as hashes, shown once.

mod authenticate;
mod change;
mod create;
mod events;
mod model;
mod revoke;
mod rotate;
mod store;
mod uses;

pub use authenticate::authenticate;
pub use change::{ApiKeyChanges, ChangeApiKey, ChangeApiKeyError, change, change_in};
pub use create::{CreateApiKey, CreateApiKeyError, Created, create, create_in};
pub use events::ApiKeyEvent;
pub use model::{ApiKey, Grace, GraceError, KeyKind, KeyState, KindError, Token};
pub use revoke::{RevokeApiKeyError, revoke};
pub use rotate::{RotateApiKey, RotateApiKeyError, rotate, rotate_in};
pub use store::{ApiKeyQuery, all, find, list};
pub use uses::Uses;
