//! What orders know of persons. What was sold stays, for the books; who bought it does not.

use ::payments::{payments, refunds};
use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};
use uuid::Uuid;

use super::store;

/// Orders that somebody placed.
#[derive(Debug)]
pub struct PersonalOrders;

#[async_trait::async_trait]
impl PersonalPlace for PersonalOrders {
    fn name(&self) -> &'static str {
        "orders"
    }

    fn columns(&self) -> &'static [Columns] {
        const CONTACT: &[&str] =
            &["email", "email_key", "search_key", "accepts_marketing", "accepts_marketing_at", "shipping_address", "billing_address"];
        &[
            ("order_contacts", CONTACT),
            ("order_words", &["word"]),
            ("orders", &["metadata", "cancel_reason"]),
            ("order_lines", &["custom_options"]),
            ("order_notes", &["body"]),
            ("fulfilments", &["tracking_number", "tracking_url"]),
            ("idempotency_keys", &["answer_body"]),
            ("payments", &["note"]),
            ("refunds", &["note"]),
        ]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let mut told = Vec::new();
        for id in store::orders_of(db, user).await? {
            let Some(order) = store::find(db, super::OrderKey::Id(id)).await? else { continue };
            let details = store::details(db, order).await?;
            let (order, contact) = (&details.order, &details.contact);
            let lines: Value =
                details.lines.iter().map(|line| json!({"title": line.title, "quantity": i64::from(line.quantity)})).collect();
            told.push(json!({
                "id": order.id, "number": order.number, "status": order.status.as_str(), "placed_at": order.placed_at,
                "total_minor": order.settled.total_minor, "currency": order.currency.code(), "email": contact.email,
                "cancel_reason": order.cancel_reason, "shipping_address": contact.shipping_address, "billing_address": contact.billing_address, "lines": lines,
            }));
        }
        Ok(Value::Array(told))
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        let orders: Vec<Uuid> = store::orders_of(tx, user).await?.into_iter().map(|id| id.uuid()).collect();
        payments::forget_notes(tx, &orders).await?;
        refunds::forget_notes(tx, &orders).await?;
        store::forget_of(tx, user).await
    }
}
