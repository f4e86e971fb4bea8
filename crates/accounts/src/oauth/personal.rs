//! What identities know of persons.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::{store, unlink};

/// What others know people by.
#[derive(Debug)]
pub struct PersonalIdentities;

#[async_trait::async_trait]
impl PersonalPlace for PersonalIdentities {
    fn name(&self) -> &'static str {
        "identities"
    }

    fn columns(&self) -> &'static [Columns] {
        &[("identities", &["subject"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let told = store::list(db, user).await?.into_iter().map(|identity| {
            json!({"id": identity.id, "issuer": identity.issuer, "subject": identity.subject,
                   "created_at": identity.created_at, "last_used_at": identity.last_used_at})
        });
        Ok(told.collect())
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        for identity in store::list(tx, user).await? {
            unlink::forget_in(tx, &identity).await?;
        }
        Ok(())
    }
}
