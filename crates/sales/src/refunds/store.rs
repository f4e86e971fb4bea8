//! Rows of what refunds are for.

use std::collections::HashMap;

use ::payments::refunds::{self as money, Refund};
use kernel::{Currency, Money, OrderId, OrderLineId, Page, PageRequest, RefundId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, ListError, Parameters, WriteTx};
use platform::values;
use uuid::Uuid;

use super::items::RefundItem;
use super::refund::OrderRefund;

/// What always holds of refunds and the lines that they are for.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "m10",
        says: "a line's refunded pieces are those of refunds that were not refused whole",
        sql: "SELECT l.title AS culprit FROM order_lines l WHERE l.quantity_refunded <> COALESCE((
                  SELECT SUM(i.quantity) FROM refund_items i WHERE i.line_id = l.id AND EXISTS (
                      SELECT 1 FROM refund_operations x JOIN payment_operations o ON o.id = x.operation_id
                      WHERE x.refund_id = i.refund_id AND o.status <> 'failed')), 0)",
        grace_s: None,
    },
    Invariant {
        code: "m14",
        says: "a refund's lines are lines of what it is for",
        sql: "SELECT r.reason AS culprit FROM refund_items i JOIN refunds r ON r.id = i.refund_id JOIN order_lines l ON l.id = i.line_id
              WHERE l.order_id <> r.reference_id",
        grace_s: None,
    },
];

#[derive(FromQueryResult)]
struct ItemRow {
    refund_id: Uuid,
    line_id: Option<Uuid>,
    quantity: Option<i64>,
    amount_minor: i64,
    restock: bool,
}

impl ItemRow {
    fn item(self, currency: Currency) -> RefundItem {
        RefundItem {
            pieces: self.line_id.map(OrderLineId::from_uuid).zip(self.quantity),
            amount: Money::new(self.amount_minor, currency),
            restock: self.restock,
        }
    }
}

pub(super) async fn insert_items(tx: &WriteTx, id: RefundId, items: &[RefundItem]) -> Result<(), DatabaseError> {
    let row = |(position, item): (i64, &RefundItem)| {
        let (line, quantity) = item.pieces.unzip();
        values![id, position, line, quantity, item.amount, item.restock]
    };
    let rows = (1_i64..).zip(items).map(row).collect();
    let insert = "INSERT INTO refund_items (refund_id, position, line_id, quantity, amount_minor, restock) VALUES";
    db::insert_many(tx, insert, rows, "").await.map(drop)
}

/// What of an order's shipping is paid back, or on its way.
pub(super) async fn shipping_refunded(db: &impl ConnectionTrait, order: OrderId) -> Result<i64, DatabaseError> {
    const SELECT: &str = "SELECT CAST(COALESCE(SUM(i.amount_minor), 0) AS BIGINT) FROM refunds r JOIN refund_items i ON i.refund_id = r.id
        WHERE r.reference_id = $1 AND i.line_id IS NULL AND EXISTS (
            SELECT 1 FROM refund_operations x JOIN payment_operations o ON o.id = x.operation_id
            WHERE x.refund_id = r.id AND o.status <> 'failed')";
    Ok(db::fetch_scalar(db, SELECT, values![order]).await?.unwrap_or(0))
}

/// A refund with what it is for.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: RefundId) -> Result<Option<OrderRefund>, DatabaseError> {
    let Some(refund) = money::find(db, id).await? else { return Ok(None) };
    Ok(with_items(db, vec![refund]).await?.pop())
}

/// One page of refunds, of one order or of all, in the order in which they were ordered. At most four statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(
    db: &impl ConnectionTrait,
    order: Option<OrderId>,
    newest_first: bool,
    page: &PageRequest,
) -> Result<Page<OrderRefund>, ListError> {
    let Page { items, has_next, next, total, total_is_estimate } =
        money::list(db, order.map(|order| order.uuid()), newest_first, page).await?;
    Ok(Page { items: with_items(db, items).await?, has_next, next, total, total_is_estimate })
}

async fn with_items(db: &impl ConnectionTrait, refunds: Vec<Refund>) -> Result<Vec<OrderRefund>, DatabaseError> {
    if refunds.is_empty() {
        return Ok(Vec::new());
    }
    let mut parameters = Parameters::default();
    let ids = parameters.bind_all(refunds.iter().map(|refund| refund.id));
    let sql = format!(
        "SELECT refund_id, line_id, quantity, amount_minor, restock FROM refund_items WHERE refund_id IN ({ids}) ORDER BY refund_id, position"
    );
    let rows: Vec<ItemRow> = db::fetch_all(db, &sql, parameters.0).await?;
    let mut of: HashMap<Uuid, Vec<ItemRow>> = HashMap::new();
    rows.into_iter().for_each(|row| of.entry(row.refund_id).or_default().push(row));
    let with = |refund: Refund| {
        let (rows, currency) = (of.remove(&refund.id.uuid()).unwrap_or_default(), refund.amount.currency());
        OrderRefund { refund, items: rows.into_iter().map(|row| row.item(currency)).collect() }
    };
    Ok(refunds.into_iter().map(with).collect())
}
