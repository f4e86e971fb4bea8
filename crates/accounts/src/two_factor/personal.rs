//! What second factors know of persons.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::store;

/// Second factors. Their secrets are not told, not even to whom they belong: they open the account.
#[derive(Debug)]
pub struct PersonalTwoFactor;

#[async_trait::async_trait]
impl PersonalPlace for PersonalTwoFactor {
    fn name(&self) -> &'static str {
        "two_factor"
    }

    fn columns(&self) -> &'static [Columns] {
        &[("two_factors", &["sealed_secret"]), ("recovery_codes", &["code_hash"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let state = store::state(db, user).await?;
        Ok(json!({"enabled_at": state.on_since, "recovery_codes_left": state.recovery_codes_left}))
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        store::delete(tx, user).await.map(drop)
    }
}
