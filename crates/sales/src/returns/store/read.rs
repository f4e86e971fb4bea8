//! Reading returns with their lines.

use std::collections::HashMap;

use kernel::{Email, OrderId, OrderLineId, Page, PageRequest, RefundId, ReturnId, Timestamp, UserId};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, Parameters};
use platform::values;
use uuid::Uuid;

use crate::returns::model::{Return, ReturnLine};
use crate::returns::states::ReturnStatus;

#[derive(FromQueryResult)]
struct ReturnRow {
    id: Uuid,
    order_id: Uuid,
    status: String,
    asked_by: String,
    note: Option<String>,
    staff_note: Option<String>,
    rejection: Option<String>,
    instructions: Option<String>,
    tracking_number: Option<String>,
    label_url: Option<String>,
    refund_id: Option<Uuid>,
    approved_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    created_by: String,
}

const COLUMNS: &str = "r.id, r.order_id, r.status, r.asked_by, r.note, r.staff_note, r.rejection, r.instructions, r.tracking_number,
    r.label_url, r.refund_id, r.approved_at, r.ended_at, r.version, r.created_at, r.updated_at, r.created_by";

impl TryFrom<ReturnRow> for Return {
    type Error = DatabaseError;

    /// Without its lines, which are other rows.
    fn try_from(row: ReturnRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: ReturnId::from_uuid(row.id),
            order_id: OrderId::from_uuid(row.order_id),
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("returns.status"))?,
            asked_by: row.asked_by.parse().map_err(|_| DatabaseError::corrupt("returns.asked_by"))?,
            note: row.note,
            staff_note: row.staff_note,
            rejection: row.rejection,
            instructions: row.instructions,
            tracking_number: row.tracking_number,
            label_url: row.label_url,
            refund_id: row.refund_id.map(RefundId::from_uuid),
            lines: Vec::new(),
            approved_at: row.approved_at,
            ended_at: row.ended_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            created_by: row.created_by,
        })
    }
}

#[derive(FromQueryResult)]
struct LineRow {
    return_id: Uuid,
    line_id: Uuid,
    reason: String,
    note: Option<String>,
    asked: i64,
    approved: i64,
    received: i64,
    damaged: i64,
    restocked: i64,
}

impl TryFrom<LineRow> for ReturnLine {
    type Error = DatabaseError;

    fn try_from(row: LineRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            line_id: OrderLineId::from_uuid(row.line_id),
            reason: row.reason.parse().map_err(|_| DatabaseError::corrupt("return_lines.reason"))?,
            note: row.note,
            asked: row.asked,
            approved: row.approved,
            received: row.received,
            damaged: row.damaged,
            restocked: row.restocked,
        })
    }
}

async fn with_lines(db: &impl ConnectionTrait, mut returns: Vec<Return>) -> Result<Vec<Return>, DatabaseError> {
    if returns.is_empty() {
        return Ok(returns);
    }
    let mut parameters = Parameters::default();
    let ids = parameters.bind_all(returns.iter().map(|back| back.id));
    let sql = format!(
        "SELECT return_id, line_id, reason, note, asked, approved, received, damaged, restocked FROM return_lines
        WHERE return_id IN ({ids}) ORDER BY return_id, position"
    );
    let rows: Vec<LineRow> = db::fetch_all(db, &sql, parameters.0).await?;
    let mut of: HashMap<Uuid, Vec<ReturnLine>> = HashMap::new();
    for row in rows {
        of.entry(row.return_id).or_default().push(row.try_into()?);
    }
    for back in &mut returns {
        back.lines = of.remove(&back.id.uuid()).unwrap_or_default();
    }
    Ok(returns)
}

/// A return with its lines. Two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: ReturnId) -> Result<Option<Return>, DatabaseError> {
    let row: Option<ReturnRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM returns r WHERE r.id = $1"), values![id]).await?;
    let found = row.map(Return::try_from).transpose()?;
    Ok(with_lines(db, found.into_iter().collect()).await?.pop())
}

/// An order has few returns; whoever opens more than these is not listed whole.
const MOST_OF_ORDER: i64 = 1_000;

/// The returns of an order, the oldest first.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn of_order(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Return>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM returns r WHERE r.order_id = $1 ORDER BY r.id LIMIT {MOST_OF_ORDER}");
    let rows: Vec<ReturnRow> = db::fetch_all(db, &sql, values![order]).await?;
    with_lines(db, rows.into_iter().map(Return::try_from).collect::<Result<_, _>>()?).await
}

/// All that a customer ever sent back, the oldest first.
pub(in crate::returns) async fn of_user(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Return>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM returns r JOIN orders o ON o.id = r.order_id WHERE o.user_id = $1 ORDER BY r.id");
    let rows: Vec<ReturnRow> = db::fetch_all(db, &sql, values![user]).await?;
    with_lines(db, rows.into_iter().map(Return::try_from).collect::<Result<_, _>>()?).await
}

/// What narrows the list of returns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReturnFilter {
    /// Where they stand; anywhere, where there are none.
    pub statuses: Vec<ReturnStatus>,
    /// Of this order.
    pub order: Option<OrderId>,
    /// Of orders whose confirmation went to this address.
    pub customer: Option<Email>,
    /// Of this customer's orders.
    pub user: Option<UserId>,
}

/// One page of the returns, in the order in which they were asked for. At most three statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &ReturnFilter,
    newest_first: bool,
    page: &PageRequest,
) -> Result<Page<Return>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.is_among("r.status", filter.statuses.iter().map(|status| status.as_str()));
    narrowed.is("r.order_id", filter.order);
    narrowed.is("c.email_key", filter.customer.as_ref().map(Email::key));
    narrowed.is("o.user_id", filter.user);
    let source = match (&filter.customer, filter.user) {
        (Some(_), None) => "returns r JOIN order_contacts c ON c.order_id = r.order_id",
        (None, Some(_)) => "returns r JOIN orders o ON o.id = r.order_id",
        (Some(_), Some(_)) => "returns r JOIN order_contacts c ON c.order_id = r.order_id JOIN orders o ON o.id = r.order_id",
        (None, None) => "returns r",
    };
    let returns = ById { columns: COLUMNS, source, id: "r.id" };
    let found = returns.page::<ReturnRow, Return>(db, narrowed, (page, newest_first), |back| back.id.uuid()).await?;
    let Page { items, has_next, next, total, total_is_estimate } = found;
    Ok(Page { items: with_lines(db, items).await?, has_next, next, total, total_is_estimate })
}
