//! What carts know of persons.

use kernel::UserId;
use platform::db::{DatabaseError, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use serde_json::{Value, json};

use super::store;

/// Carts that belong to somebody.
#[derive(Debug)]
pub struct PersonalCarts;

#[async_trait::async_trait]
impl PersonalPlace for PersonalCarts {
    fn name(&self) -> &'static str {
        "carts"
    }

    fn columns(&self) -> &'static [Columns] {
        &[
            (
                "carts",
                &[
                    "email",
                    "email_key",
                    "accepts_marketing",
                    "accepts_marketing_at",
                    "shipping_address",
                    "billing_address",
                    "codes",
                    "stored_values",
                    "discount_label",
                    "metadata",
                    "tags",
                ],
            ),
            ("cart_lines", &["custom_options", "options_key"]),
        ]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        let carts = store::all_of(db, user).await?;
        let told = carts.iter().map(|(cart, lines)| {
            let lines: Value = lines
                .iter()
                .map(|line| json!({"variant_id": line.variant_id, "quantity": i64::from(line.quantity), "custom_options": line.custom_options.to_json()}))
                .collect();
            json!({"id": cart.id, "status": cart.status.as_str(), "email": cart.email, "accepts_marketing_at": cart.accepts_marketing_at,
                   "shipping_address": cart.shipping_address, "billing_address": cart.billing_address, "codes": cart.codes, "stored_values": cart.stored_values,
                   "discount_label": cart.discount.as_ref().map(|discount| &discount.label), "lines": lines,
                   "created_at": cart.created_at, "updated_at": cart.updated_at})
        });
        Ok(told.collect())
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        store::forget_of(tx, user).await
    }
}
