//! What push messages know of persons: which browsers they use.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::store;

/// Browsers of somebody.
#[derive(Debug)]
pub struct PersonalPush;

#[async_trait::async_trait]
impl PersonalPlace for PersonalPush {
    fn name(&self) -> &'static str {
        "push_subscriptions"
    }

    fn columns(&self) -> &'static [Columns] {
        &[("push_subscriptions", &["endpoint_hash", "origin", "sealed_target"])]
    }

    /// Where exactly a browser is reached is left out: whoever finds the archive could write there.
    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let told = store::list(db, user).await?;
        let told = told.iter().map(|one| {
            json!({"id": one.id, "origin": one.origin, "topics": one.topics, "locale": one.locale, "created_at": one.created_at,
                   "updated_at": one.updated_at})
        });
        Ok(told.collect())
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        store::forget_person(tx, user).await
    }
}
