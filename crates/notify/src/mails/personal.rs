//! What letters know of persons: who read them.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::store;

/// Letters to somebody.
#[derive(Debug)]
pub struct PersonalMails;

#[async_trait::async_trait]
impl PersonalPlace for PersonalMails {
    fn name(&self) -> &'static str {
        "mails"
    }

    fn columns(&self) -> &'static [Columns] {
        &[("mails", &["to_email", "to_key"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let mails = store::of_person(db, user).await?;
        let told = mails.iter().map(|mail| {
            json!({"letter": mail.template, "to": mail.to, "state": mail.state, "created_at": mail.created_at, "finished_at": mail.finished_at})
        });
        Ok(told.collect())
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        store::forget_person(tx, user).await
    }
}
