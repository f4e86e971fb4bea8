//! Counting who had which promotion: in the transaction of the order, and back when the order is called off.

use kernel::{DomainError, ErrorKind, OrderId, PromotionCodeId, PromotionId};
use platform::db::{self, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

use super::basket::Applied;
use super::facts::Buyer;

/// Why an order does not have a promotion that its cart had a moment ago.
#[derive(Debug, thiserror::Error)]
pub enum UseError {
    /// Others had what was left of it.
    #[error("others had what was left of `{0}`, or it was changed; look at the cart again")]
    UsedUp(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UseError {
    fn code(&self) -> &'static str {
        match self {
            Self::UsedUp(_) => "promotion_used_up",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::UsedUp(_) => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Counts the promotions of an order, in the order of their ids, because other buyers wait for these rows.
///
/// # Errors
/// `UsedUp` where a limit is reached; nothing of the transaction may be kept then.
pub async fn take(tx: &WriteTx, order_id: OrderId, buyer: &Buyer, applied: &[Applied]) -> Result<(), UseError> {
    let mut by_id: Vec<&Applied> = applied.iter().collect();
    by_id.sort_by_key(|applied| applied.promotion_id);
    for applied in by_id {
        write_down(tx, order_id, buyer, applied).await?;
        if !(count(tx, applied).await? && count_code(tx, applied).await? && count_buyer(tx, buyer, applied).await?) {
            return Err(UseError::UsedUp(applied.code.as_ref().map_or_else(|| applied.name.clone(), |code| code.text.clone())));
        }
    }
    Ok(())
}

/// First of all, so that it waits for whoever changes the promotion as they wait for the counters: promotion, then counter.
async fn write_down(tx: &WriteTx, order_id: OrderId, buyer: &Buyer, applied: &Applied) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO promotion_uses (order_id, promotion_id, code_id, off_minor, user_key, email_key)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let code_id = applied.code.as_ref().map(|code| code.id);
    let [user_key, email_key] = if applied.uses_per_customer.is_some() { buyer.keys() } else { [None, None] };
    db::execute_later(tx, INSERT, values![order_id, applied.promotion_id, code_id, applied.total_minor(), user_key, email_key]).await
}

/// By the rules that were looked at: staff may have changed them since.
async fn count(tx: &WriteTx, applied: &Applied) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE promotion_counters SET uses = uses + 1, spent_minor = spent_minor + $1 WHERE promotion_id = $2
        AND (uses_limit IS NULL OR uses < uses_limit) AND (budget_minor IS NULL OR spent_minor + $1 <= budget_minor)
        AND EXISTS (SELECT 1 FROM promotions WHERE id = $2 AND version = $3)";
    Ok(db::execute(tx, UPDATE, values![applied.total_minor(), applied.promotion_id, applied.version]).await? == 1)
}

async fn count_code(tx: &WriteTx, applied: &Applied) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE promotion_codes SET uses = uses + 1
        WHERE id = $1 AND active = TRUE AND (uses_limit IS NULL OR uses < uses_limit)";
    let Some(code) = &applied.code else { return Ok(true) };
    Ok(db::execute(tx, UPDATE, values![code.id]).await? == 1)
}

/// By account and by address, as they were when it was ordered: neither a second account nor signing out makes a new customer.
async fn count_buyer(tx: &WriteTx, buyer: &Buyer, applied: &Applied) -> Result<bool, DatabaseError> {
    const UPSERT: &str = "INSERT INTO promotion_customers (promotion_id, customer_key, uses, uses_limit) VALUES ($1, $2, 1, $3)
        ON CONFLICT (promotion_id, customer_key) DO UPDATE SET uses = promotion_customers.uses + 1, uses_limit = excluded.uses_limit
        WHERE promotion_customers.uses < excluded.uses_limit";
    let Some(most) = applied.uses_per_customer else { return Ok(true) };
    for key in buyer.keys().into_iter().flatten() {
        if db::execute(tx, UPSERT, values![applied.promotion_id, key, most]).await? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

#[derive(FromQueryResult)]
struct UseRow {
    promotion_id: Uuid,
    code_id: Option<Uuid>,
    off_minor: i64,
    user_key: Option<String>,
    email_key: Option<String>,
}

/// Gives back what an order had that is called off. Safe to repeat.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn release(tx: &WriteTx, order_id: OrderId) -> Result<(), DatabaseError> {
    const RELEASE: &str = "UPDATE promotion_uses SET released_at = $1 WHERE order_id = $2 AND released_at IS NULL
        RETURNING promotion_id, code_id, off_minor, user_key, email_key";
    const COUNTER: &str = "UPDATE promotion_counters SET uses = uses - 1, spent_minor = spent_minor - $1 WHERE promotion_id = $2";
    const CODE: &str = "UPDATE promotion_codes SET uses = uses - 1 WHERE id = $1";
    const CUSTOMER: &str = "UPDATE promotion_customers SET uses = uses - 1 WHERE promotion_id = $1 AND customer_key = $2";
    let mut rows: Vec<UseRow> = db::fetch_all(tx, RELEASE, values![tx.now(), order_id]).await?;
    rows.sort_by_key(|row| row.promotion_id);
    for UseRow { promotion_id, code_id, off_minor, user_key, email_key } in rows {
        let promotion_id = PromotionId::from_uuid(promotion_id);
        db::execute_later(tx, COUNTER, values![off_minor, promotion_id]).await?;
        if let Some(code) = code_id {
            db::execute_later(tx, CODE, values![PromotionCodeId::from_uuid(code)]).await?;
        }
        for key in user_key.into_iter().chain(email_key) {
            db::execute_later(tx, CUSTOMER, values![promotion_id, key]).await?;
        }
    }
    Ok(())
}
