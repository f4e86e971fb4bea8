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

#[derive(FromQueryResult)]
struct ByAddress {
    promotion_id: Uuid,
    email_key: String,
    uses: i64,
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

    /// Whoever comes back is a new customer. An address under which others have ordered, too, stays with the count of their orders.
    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        const BY_ADDRESS: &str = "SELECT u.promotion_id, u.email_key,
                CAST(SUM(CASE WHEN u.released_at IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS uses
            FROM promotion_uses u JOIN orders o ON o.id = u.order_id
            WHERE o.user_id = $1 AND u.email_key IS NOT NULL GROUP BY u.promotion_id, u.email_key ORDER BY u.promotion_id, u.email_key";
        const TAKE: &str = "UPDATE promotion_customers SET uses = uses - $1 WHERE promotion_id = $2 AND customer_key = $3";
        const FORGET: &str = "DELETE FROM promotion_customers WHERE promotion_id = $1 AND customer_key = $2 AND uses = 0";
        const ACCOUNT: &str = "DELETE FROM promotion_customers WHERE customer_key = $1";
        const USES: &str = "UPDATE promotion_uses SET user_key = NULL, email_key = NULL
            WHERE order_id IN (SELECT id FROM orders WHERE user_id = $1)";
        let by_address: Vec<ByAddress> = db::fetch_all(tx, BY_ADDRESS, values![user]).await?;
        for ByAddress { promotion_id, email_key, uses } in by_address {
            db::execute(tx, TAKE, values![uses, promotion_id, &email_key]).await?;
            db::execute(tx, FORGET, values![promotion_id, &email_key]).await?;
        }
        db::execute(tx, ACCOUNT, values![format!("user:{user}")]).await?;
        db::execute(tx, USES, values![user]).await.map(drop)
    }
}
