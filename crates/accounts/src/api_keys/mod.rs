//! Programs that act for the shop: keys with scopes, stored as hashes, shown once.

mod authenticate;
mod create;
mod events;
mod model;
mod revoke;
mod store;

pub use authenticate::authenticate;
pub use create::{CreateApiKey, CreateApiKeyError, Created, create, create_in};
pub use events::ApiKeyEvent;
pub use model::{ApiKey, Token};
pub use revoke::{RevokeApiKeyError, revoke};
pub use store::list;
