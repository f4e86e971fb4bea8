//! What the list of customers knows of persons.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::store;

/// What is kept of customers, with what staff wrote about them.
#[derive(Debug)]
pub struct PersonalCustomers;

#[async_trait::async_trait]
impl PersonalPlace for PersonalCustomers {
    fn name(&self) -> &'static str {
        "customer"
    }

    fn columns(&self) -> &'static [Columns] {
        const CUSTOMERS: &[&str] = &[
            "guest_key",
            "email",
            "email_key",
            "name",
            "name_key",
            "note",
            "accepts_marketing",
            "accepts_marketing_at",
            "accepts_marketing_source",
        ];
        &[("customers", CUSTOMERS), ("customer_tags", &["tag_key", "tag"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let Some(customer) = store::find_of_user(db, user).await? else { return Ok(Value::Null) };
        let spent: Value =
            customer.spent.iter().map(|money| json!({"minor": money.minor(), "currency": money.currency().code()})).collect();
        Ok(json!({
            "id": customer.id, "email": customer.email, "name": customer.name, "tags": customer.tags, "note": customer.note,
            "accepts_marketing": customer.marketing.accepts, "accepts_marketing_at": customer.marketing.at,
            "accepts_marketing_source": customer.marketing.source, "order_count": customer.order_count, "spent": spent,
            "first_order_at": customer.first_order_at, "last_order_at": customer.last_order_at, "created_at": customer.created_at,
        }))
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        store::forget(tx, user).await
    }
}
