//! What the books of addresses know of persons.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::store;

/// The books of addresses.
#[derive(Debug)]
pub struct PersonalAddresses;

#[async_trait::async_trait]
impl PersonalPlace for PersonalAddresses {
    fn name(&self) -> &'static str {
        "addresses"
    }

    fn columns(&self) -> &'static [Columns] {
        &[("user_addresses", &["address"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let book = store::list(db, user).await?;
        let told = book.iter().map(|saved| {
            json!({"id": saved.id, "address": saved.address, "default_shipping": saved.defaults.shipping,
                   "default_billing": saved.defaults.billing, "created_at": saved.created_at})
        });
        Ok(told.collect())
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        store::delete_book(tx, user).await
    }
}
