//! What promotions know of persons.

use kernel::UserId;
use platform::db::{self, DatabaseError, FromQueryResult, Reader, WriteTx};
use platform::privacy::{Columns, PersonalPlace};
use platform::values;
use serde_json::{Value, json};
use uuid::Uuid;

/// Under which accounts and addresses the uses of promotions are counted.
#[derive(Debug)]
pub struct PersonalPromotions;

#[derive(FromQueryResult)]
struct HadRow {
    name: String,
    order_id: Uuid,
}

#[async_trait::async_trait]
impl PersonalPlace for PersonalPromotions {
    fn name(&self) -> &'static str {
        "promotions"
    }

    fn columns(&self) -> &'static [Columns] {
        &[("promotion_customers", &["customer_key"]), ("promotion_uses", &["user_key", "email_key"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        const SELECT: &str = "SELECT p.name, u.order_id FROM promotion_uses u JOIN promotions p ON p.id = u.promotion_id
            JOIN orders o ON o.id = u.order_id WHERE o.user_id = $1 ORDER BY u.order_id, p.name";
        let rows: Vec<HadRow> = db::fetch_all(db, SELECT, values![user]).await?;
        Ok(rows.into_iter().map(|row| json!({ "name": row.name, "order_id": kernel::OrderId::from_uuid(row.order_id) })).collect())
    }

    /// Whoever comes back under the same address is a new customer: nothing is left to know them by.
    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        const CUSTOMERS: &str = "DELETE FROM promotion_customers WHERE customer_key = $1
            OR customer_key IN (SELECT u.email_key FROM promotion_uses u JOIN orders o ON o.id = u.order_id WHERE o.user_id = $2)";
        const USES: &str = "UPDATE promotion_uses SET user_key = NULL, email_key = NULL
            WHERE order_id IN (SELECT id FROM orders WHERE user_id = $1)";
        db::execute(tx, CUSTOMERS, values![format!("user:{user}"), user]).await?;
        db::execute(tx, USES, values![user]).await.map(drop)
    }
}
