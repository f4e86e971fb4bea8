//! API keys as the shop's credentials.

use async_trait::async_trait;
use kernel::Actor;
use platform::Context;

use crate::identity::{Authenticator, Identity};
use crate::problem::Problem;

/// Knows the API keys in the database. A key's scopes are its permissions.
#[derive(Debug, Clone)]
pub struct ApiKeys(pub Context);

#[async_trait]
impl Authenticator for ApiKeys {
    async fn authenticate(&self, bearer: &str) -> Result<Option<Identity>, Problem> {
        let key = accounts::api_keys::authenticate(&self.0, bearer).await?;
        Ok(key.map(|key| Identity { actor: Actor::ApiKey(key.id), permissions: key.scopes.permissions() }))
    }
}
