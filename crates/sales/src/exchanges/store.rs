//! Rows of exchanges.

use kernel::{Currency, ExchangeId, Money, OrderId, Page, PageRequest, RefundId, ReturnId, StoredValueId, Timestamp};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, ListError, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::Exchange;

/// What always holds of exchanges.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "b07",
        says: "the worth of exchanged goods is what their refunds give back, and the new order was paid with its credited part",
        sql: "SELECT x.currency AS culprit FROM exchanges x
              JOIN refunds r ON r.id = x.refund_id LEFT JOIN refunds s ON s.id = x.surplus_refund_id
              WHERE r.reference_id <> x.order_id OR r.amount_minor <> x.credited_minor
                  OR x.value_minor <> x.credited_minor + COALESCE(s.amount_minor, 0) OR COALESCE(s.reference_id, x.order_id) <> x.order_id
                  OR x.credited_minor <> COALESCE((SELECT SUM(o.amount_minor) FROM payments p JOIN payment_operations o ON o.payment_id = p.id
                      WHERE p.reference_id = x.new_order_id AND o.stored_value_id = x.stored_value_id AND o.kind = 'capture'
                          AND o.status = 'succeeded'), 0)",
        grace_s: None,
    },
    Invariant {
        code: "b08",
        says: "an order whose source is an exchange came of one",
        sql: "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o
              WHERE (o.source = 'exchange') <> (EXISTS (SELECT 1 FROM exchanges x WHERE x.new_order_id = o.id))",
        grace_s: None,
    },
];

const COLUMNS: &str = "id, order_id, return_id, new_order_id, refund_id, surplus_refund_id, stored_value_id, currency, value_minor,
    credited_minor, created_at, created_by";

#[derive(FromQueryResult)]
struct ExchangeRow {
    id: Uuid,
    order_id: Uuid,
    return_id: Option<Uuid>,
    new_order_id: Uuid,
    refund_id: Uuid,
    surplus_refund_id: Option<Uuid>,
    stored_value_id: Uuid,
    currency: String,
    value_minor: i64,
    credited_minor: i64,
    created_at: Timestamp,
    created_by: String,
}

impl TryFrom<ExchangeRow> for Exchange {
    type Error = DatabaseError;

    fn try_from(row: ExchangeRow) -> Result<Self, DatabaseError> {
        let currency: Currency = row.currency.parse().map_err(|_| DatabaseError::corrupt("exchanges.currency"))?;
        Ok(Self {
            id: ExchangeId::from_uuid(row.id),
            order_id: OrderId::from_uuid(row.order_id),
            return_id: row.return_id.map(ReturnId::from_uuid),
            new_order_id: OrderId::from_uuid(row.new_order_id),
            refund_id: RefundId::from_uuid(row.refund_id),
            surplus_refund_id: row.surplus_refund_id.map(RefundId::from_uuid),
            stored_value_id: StoredValueId::from_uuid(row.stored_value_id),
            value: Money::new(row.value_minor, currency),
            credited: Money::new(row.credited_minor, currency),
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

pub(super) async fn insert(tx: &WriteTx, exchange: &Exchange) -> Result<(), DatabaseError> {
    let insert = format!("INSERT INTO exchanges ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    let values = values![
        exchange.id,
        exchange.order_id,
        exchange.return_id,
        exchange.new_order_id,
        exchange.refund_id,
        exchange.surplus_refund_id,
        exchange.stored_value_id,
        exchange.value.currency(),
        exchange.value.minor(),
        exchange.credited.minor(),
        exchange.created_at,
        &exchange.created_by,
    ];
    db::execute(tx, &insert, values).await.map(drop)
}

/// An exchange.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: ExchangeId) -> Result<Option<Exchange>, DatabaseError> {
    let row: Option<ExchangeRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM exchanges WHERE id = $1"), values![id]).await?;
    row.map(Exchange::try_from).transpose()
}

/// One page of the exchanges, of one order or of all, in the order in which they were made.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(
    db: &impl ConnectionTrait,
    order: Option<OrderId>,
    newest_first: bool,
    page: &PageRequest,
) -> Result<Page<Exchange>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.is("order_id", order);
    let exchanges = ById { columns: COLUMNS, source: "exchanges", id: "id" };
    exchanges.page::<ExchangeRow, Exchange>(db, narrowed, (page, newest_first), |exchange| exchange.id.uuid()).await
}
