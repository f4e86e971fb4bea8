//! Rows of reports, and the sums that they are made of.

use chrono::NaiveDate;
use kernel::{CustomerId, Page, PageRequest, ProductId, ReportId, Timestamp};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::Report;

/// A table of more rows is too long for a spreadsheet; of products and customers the ones with the highest sums are in it.
const MOST_ROWS: i64 = 100_000;
/// The sums of orders, in the order of [`Row::sums`].
pub(super) const ORDER_SUMS: [&str; 7] =
    ["orders", "items", "subtotal_minor", "shipping_minor", "tax_minor", "total_minor", "refunded_minor"];
/// The sums of lines.
pub(super) const LINE_SUMS: [&str; 5] = ["orders", "quantity", "net_minor", "tax_minor", "gross_minor"];

/// What counts as sold: ordered, and neither waiting for money nor called off.
const SOLD: &str = "o.status IN ('confirmed', 'completed')";
const OF_ORDERS: &str = "CAST(COUNT(o.id) AS BIGINT) AS orders, CAST(COALESCE(SUM(o.item_count), 0) AS BIGINT) AS items,
    CAST(COALESCE(SUM(o.subtotal_minor - o.discount_minor), 0) AS BIGINT) AS subtotal,
    CAST(COALESCE(SUM(o.shipping_minor), 0) AS BIGINT) AS shipping, CAST(COALESCE(SUM(o.tax_minor), 0) AS BIGINT) AS tax,
    CAST(COALESCE(SUM(o.total_minor), 0) AS BIGINT) AS total, CAST(COALESCE(SUM(o.refunded_minor), 0) AS BIGINT) AS refunded";

/// A row of a table: what it is of, its sums, and the currency that they are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) subject: Vec<String>,
    pub(super) sums: Vec<i64>,
    pub(super) currency: String,
}

#[derive(FromQueryResult)]
struct OrderSums {
    subject: Option<String>,
    customer_id: Option<Uuid>,
    orders: i64,
    items: i64,
    subtotal: i64,
    shipping: i64,
    tax: i64,
    total: i64,
    refunded: i64,
    currency: Option<String>,
}

impl From<OrderSums> for Row {
    fn from(row: OrderSums) -> Self {
        let OrderSums { subject, customer_id, orders, items, subtotal, shipping, tax, total, refunded, currency } = row;
        let customer = || customer_id.map(|id| CustomerId::from_uuid(id).to_string());
        Self {
            subject: vec![subject.or_else(customer).unwrap_or_default()],
            sums: vec![orders, items, subtotal, shipping, tax, total, refunded],
            currency: currency.unwrap_or_default(),
        }
    }
}

/// A row for each day, more where several currencies were paid in, one without a currency where nothing was sold.
pub(super) async fn by_day(db: &impl ConnectionTrait, days: &[(NaiveDate, Timestamp, Timestamp)]) -> Result<Vec<Row>, DatabaseError> {
    let tuples: Vec<String> = (0..days.len()).map(|day| format!("({})", db::placeholders(1 + day * 3, 3))).collect();
    let sql = format!(
        "WITH days(day, from_at, to_at) AS (VALUES {})
         SELECT d.day AS subject, CAST(NULL AS UUID) AS customer_id, o.currency, {OF_ORDERS}
         FROM days d LEFT JOIN orders o ON o.placed_at >= d.from_at AND o.placed_at < d.to_at AND {SOLD}
         GROUP BY d.day, o.currency ORDER BY d.day, o.currency",
        tuples.join(", ")
    );
    let values = days.iter().flat_map(|(day, from, to)| values![day.to_string(), *from, *to]).collect();
    let rows: Vec<OrderSums> = db::fetch_all(db, &sql, values).await?;
    Ok(rows.into_iter().map(Row::from).collect())
}

/// A row for each customer and currency, the highest total first. Whose account or address was erased has none, and is one row without an id.
pub(super) async fn by_customer(db: &impl ConnectionTrait, (from, to): (Timestamp, Timestamp)) -> Result<Vec<Row>, DatabaseError> {
    let sql = format!(
        "SELECT CAST(NULL AS TEXT) AS subject, x.customer_id, o.currency, {OF_ORDERS}
         FROM orders o LEFT JOIN customer_orders x ON x.order_id = o.id
         WHERE o.placed_at >= $1 AND o.placed_at < $2 AND {SOLD}
         GROUP BY x.customer_id, o.currency ORDER BY total DESC, x.customer_id LIMIT {MOST_ROWS}"
    );
    let rows: Vec<OrderSums> = db::fetch_all(db, &sql, values![from, to]).await?;
    Ok(rows.into_iter().map(Row::from).collect())
}

/// A row for each product and currency, the highest gross first; what was cancelled of a line is not sold.
pub(super) async fn by_product(db: &impl ConnectionTrait, (from, to): (Timestamp, Timestamp)) -> Result<Vec<Row>, DatabaseError> {
    #[derive(FromQueryResult)]
    struct LineSums {
        product_id: Uuid,
        title: String,
        orders: i64,
        quantity: i64,
        net: i64,
        tax: i64,
        gross: i64,
        currency: String,
    }
    let sql = format!(
        "SELECT l.product_id, p.title, o.currency, CAST(COUNT(DISTINCT o.id) AS BIGINT) AS orders,
             CAST(SUM(l.quantity - l.quantity_cancelled) AS BIGINT) AS quantity, CAST(SUM(l.net_minor) AS BIGINT) AS net,
             CAST(SUM(l.tax_minor) AS BIGINT) AS tax, CAST(SUM(l.gross_minor) AS BIGINT) AS gross
         FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.id = l.product_id
         WHERE o.placed_at >= $1 AND o.placed_at < $2 AND {SOLD}
         GROUP BY l.product_id, p.title, o.currency ORDER BY gross DESC, l.product_id LIMIT {MOST_ROWS}"
    );
    let rows: Vec<LineSums> = db::fetch_all(db, &sql, values![from, to]).await?;
    let row = |LineSums { product_id, title, orders, quantity, net, tax, gross, currency }| Row {
        subject: vec![ProductId::from_uuid(product_id).to_string(), title],
        sums: vec![orders, quantity, net, tax, gross],
        currency,
    };
    Ok(rows.into_iter().map(row).collect())
}

#[derive(FromQueryResult)]
struct ReportRow {
    id: Uuid,
    kind: String,
    from_day: String,
    to_day: String,
    time_zone: String,
    state: String,
    row_count: Option<i64>,
    finished_at: Option<Timestamp>,
    created_at: Timestamp,
    created_by: String,
}

const COLUMNS: &str = "id, kind, from_day, to_day, time_zone, state, row_count, finished_at, created_at, created_by";

impl TryFrom<ReportRow> for Report {
    type Error = DatabaseError;

    fn try_from(row: ReportRow) -> Result<Self, DatabaseError> {
        let day = |text: &str| text.parse().map_err(|_| DatabaseError::corrupt("reports.from_day"));
        Ok(Self {
            id: ReportId::from_uuid(row.id),
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("reports.kind"))?,
            from_day: day(&row.from_day)?,
            to_day: day(&row.to_day)?,
            time_zone: row.time_zone,
            state: row.state.parse().map_err(|_| DatabaseError::corrupt("reports.state"))?,
            row_count: row.row_count,
            finished_at: row.finished_at,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

pub(super) async fn insert(tx: &WriteTx, report: &Report) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO reports (id, kind, from_day, to_day, time_zone, state, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let Report { id, kind, from_day, to_day, time_zone, state, created_at, created_by, .. } = report;
    let days = (from_day.to_string(), to_day.to_string());
    let values = values![*id, kind.as_str(), days.0, days.1, time_zone, state.as_str(), *created_at, created_by];
    db::execute(tx, INSERT, values).await.map(drop)
}

/// Writes the table of a report that waits for it.
pub(super) async fn finish(tx: &WriteTx, id: ReportId, rows: i64, content: &str) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE reports SET state = 'ready', row_count = $1, content = $2, finished_at = $3 WHERE id = $4 AND state = 'queued'";
    db::execute(tx, UPDATE, values![rows, content, tx.now(), id]).await.map(drop)
}

pub(super) async fn forget(tx: &WriteTx, before: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str = "DELETE FROM reports WHERE id IN (SELECT id FROM reports WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)";
    db::execute(tx, DELETE, values![before, most]).await
}

/// One report.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: ReportId) -> Result<Option<Report>, DatabaseError> {
    let row: Option<ReportRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM reports WHERE id = $1"), values![id]).await?;
    row.map(Report::try_from).transpose()
}

/// The table of a report as CSV; none while it is not ready.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn content(db: &impl ConnectionTrait, id: ReportId) -> Result<Option<String>, DatabaseError> {
    db::fetch_scalar(db, "SELECT content FROM reports WHERE id = $1 AND content IS NOT NULL", values![id]).await
}

/// One page of the reports, in the order in which they were asked for.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, newest_first: bool, page: &PageRequest) -> Result<Page<Report>, ListError> {
    let reports = ById { columns: COLUMNS, source: "reports", id: "id" };
    reports.page::<ReportRow, Report>(db, Conditions::default(), (page, newest_first), |report| report.id.uuid()).await
}
