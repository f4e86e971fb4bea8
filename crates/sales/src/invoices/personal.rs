//! What invoices know of persons. Tax law asks for the buyer's name for years (GDPR, article 17 (3) (b)); then it goes as well.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::store;

/// Whom invoices name.
#[derive(Debug)]
pub struct PersonalInvoices;

#[async_trait::async_trait]
impl PersonalPlace for PersonalInvoices {
    fn name(&self) -> &'static str {
        "invoices"
    }

    fn columns(&self) -> &'static [Columns] {
        &[("invoice_buyers", &["buyer"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let documents = store::buyers_of(db, user).await?.into_iter();
        Ok(documents
            .map(|(id, number, issued_on, buyer)| json!({ "id": id, "number": number, "issued_on": issued_on, "buyer": buyer }))
            .collect())
    }

    /// Notes the wish; [`super::SWEEP`] fulfils it when the time is over.
    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        store::ask_erasure(tx, user).await
    }
}
