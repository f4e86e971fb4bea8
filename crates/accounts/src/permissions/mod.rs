//! What anybody may do: the permissions that exist, and the scopes that give them.

mod held;
mod model;
mod scopes;

pub use held::NotHeld;
pub use model::{Permission, PermissionSet, RequiredPermission, permission};
pub use scopes::{Scopes, ScopesError};
