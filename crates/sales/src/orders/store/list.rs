//! The list of orders for staff.

use kernel::{Cursor, CursorError, Email, Money, OrderId, Page, PageRequest, Position, Timestamp, fold};
use platform::db::{self, Bind, ConnectionTrait, DatabaseError, FromQueryResult, ListError, Value};
use platform::values;
use uuid::Uuid;

use super::read::currency;
use crate::orders::states::{FulfilmentStatus, OrderStatus, PaymentStatus};

/// Bounds that a value must keep; an absent one does not bind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span<T> {
    /// This and above.
    pub at_least: Option<T>,
    /// This and below.
    pub at_most: Option<T>,
    /// Above this.
    pub above: Option<T>,
    /// Below this.
    pub below: Option<T>,
}

/// What staff look for; every filter that is given must hold, of several values of one filter any.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// Status.
    pub status: Vec<OrderStatus>,
    /// What the money says.
    pub payment_status: Vec<PaymentStatus>,
    /// What the shipments say.
    pub fulfilment_status: Vec<FulfilmentStatus>,
    /// Tags, compared folded.
    pub tags: Vec<String>,
    /// When they were placed.
    pub placed_at: Span<Timestamp>,
    /// Their total, in minor units.
    pub total_minor: Span<i64>,
    /// The customer's e-mail address.
    pub customer: Option<Email>,
    /// A number, or words of e-mail and names.
    pub text: Option<String>,
}

/// By what the list is sorted; ties are broken by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderSort {
    /// By the time they were placed.
    PlacedAt,
    /// By their total.
    Total,
    /// By their number.
    Number,
}

impl OrderSort {
    const fn column(self) -> &'static str {
        match self {
            Self::PlacedAt => "placed_at",
            Self::Total => "total_minor",
            Self::Number => "number",
        }
    }
}

/// Which orders are listed, and how.
#[derive(Debug, Clone)]
pub struct OrderQuery {
    /// What staff look for.
    pub filter: OrderFilter,
    /// By what.
    pub sort: OrderSort,
    /// From the highest down.
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// An order as the list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderSummary {
    /// Its id.
    pub id: OrderId,
    /// Its number.
    pub number: i64,
    /// Where it stands.
    pub status: OrderStatus,
    /// What its money says.
    pub payment_status: PaymentStatus,
    /// What its shipments say.
    pub fulfilment_status: FulfilmentStatus,
    /// What it costs.
    pub total: Money,
    /// Pieces.
    pub item_count: i64,
    /// Where the confirmation went.
    pub email: String,
    /// Who receives it.
    pub customer_name: Option<String>,
    /// Where it goes.
    pub country: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

#[derive(FromQueryResult)]
struct SummaryRow {
    id: Uuid,
    number: i64,
    status: String,
    payment_status: String,
    fulfilment_status: String,
    currency: String,
    total_minor: i64,
    item_count: i64,
    email: String,
    customer_name: Option<String>,
    country: Option<String>,
    placed_at: Timestamp,
    version: i64,
}

#[derive(FromQueryResult)]
struct TagRow {
    order_id: Uuid,
    tag: String,
}

/// The conditions of a filter with their values, in order.
struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds a condition; each `?` stands for the next value.
    fn add(&mut self, template: &str, values: Vec<Value>) {
        let mut sql = String::new();
        let mut next = self.values.len();
        for (place, part) in template.split('?').enumerate() {
            if place > 0 {
                next += 1;
                sql.push_str(&format!("${next}"));
            }
            sql.push_str(part);
        }
        self.sql.push(sql);
        self.values.extend(values);
    }

    fn any_of(&mut self, template: &str, words: Vec<Value>) {
        if !words.is_empty() {
            let marks = vec!["?"; words.len()].join(", ");
            self.add(&template.replace("{}", &marks), words);
        }
    }

    fn within<T: Bind>(&mut self, column: &str, span: Span<T>) {
        for (sign, bound) in [(">=", span.at_least), ("<=", span.at_most), (">", span.above), ("<", span.below)] {
            if let Some(bound) = bound {
                self.add(&format!("{column} {sign} ?"), values![bound]);
            }
        }
    }

    fn text(&self) -> String {
        if self.sql.is_empty() { "TRUE".to_owned() } else { self.sql.join(" AND ") }
    }
}

fn conditions(filter: &OrderFilter) -> Conditions {
    let mut all = Conditions { sql: Vec::new(), values: Vec::new() };
    all.any_of("o.status IN ({})", filter.status.iter().flat_map(|word| values![word.as_str()]).collect());
    all.any_of("o.payment_status IN ({})", filter.payment_status.iter().flat_map(|word| values![word.as_str()]).collect());
    all.any_of("o.fulfilment_status IN ({})", filter.fulfilment_status.iter().flat_map(|word| values![word.as_str()]).collect());
    let tags = filter.tags.iter().flat_map(|tag| values![fold(tag)]).collect();
    all.any_of("o.id IN (SELECT t.order_id FROM order_tags t WHERE t.tag_key IN ({}))", tags);
    all.within("o.placed_at", filter.placed_at);
    all.within("o.total_minor", filter.total_minor);
    if let Some(email) = &filter.customer {
        all.add("o.id IN (SELECT c.order_id FROM order_contacts c WHERE c.email_key = ?)", values![super::write::email_key(email)]);
    }
    if let Some(text) = filter.text.as_deref().map(fold).filter(|text| !text.is_empty()) {
        let words = db::containing(&text);
        let number = text.trim_start_matches('#').parse::<i64>().unwrap_or(-1);
        all.add(
            "(o.number = ? OR o.id IN (SELECT c.order_id FROM order_contacts c WHERE c.search_key LIKE ? ESCAPE '!'))",
            values![number, words],
        );
    }
    all
}

/// One page of orders: two statements, and one for the total of a numbered page.
///
/// # Errors
/// `ListError`, by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &OrderQuery) -> Result<Page<OrderSummary>, ListError> {
    let mut where_ = conditions(&query.filter);
    let total = db::total_of(db, &query.page, &format!("orders o WHERE {}", where_.text()), where_.values.clone()).await?;
    if let Position::After(Some(cursor)) = &query.page.position {
        continue_after(&mut where_, query, cursor)?;
    }
    let rows = page_rows(db, query, where_).await?;
    let page = db::page_of(rows, &query.page, total, |last| cursor_of(query, last));
    let Page { items, has_next, next, total, total_is_estimate } = page;
    Ok(Page { items: with_tags(db, items).await?, has_next, next, total, total_is_estimate })
}

fn continue_after(where_: &mut Conditions, query: &OrderQuery, cursor: &Cursor) -> Result<(), CursorError> {
    let sign = if query.descending { "<" } else { ">" };
    let template = format!("(o.{}, o.id) {sign} (?, ?)", query.sort.column());
    let text = cursor.value.as_deref().unwrap_or_default();
    let value = match query.sort {
        OrderSort::PlacedAt => values![text.parse::<Timestamp>().map_err(|_| CursorError)?],
        OrderSort::Total | OrderSort::Number => values![text.parse::<i64>().map_err(|_| CursorError)?],
    };
    where_.add(&template, value.into_iter().chain(values![cursor.id]).collect());
    Ok(())
}

async fn page_rows(db: &impl ConnectionTrait, query: &OrderQuery, mut where_: Conditions) -> Result<Vec<SummaryRow>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let direction = if query.descending { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT o.id, o.number, o.status, o.payment_status, o.fulfilment_status, o.currency, o.total_minor, o.item_count, c.email,
             c.shipping_address->>'name' AS customer_name, o.country, o.placed_at, o.version
         FROM orders o JOIN order_contacts c ON c.order_id = o.id
         WHERE {} ORDER BY o.{column} {direction}, o.id {direction} LIMIT ${} OFFSET ${}",
        where_.text(),
        where_.values.len() + 1,
        where_.values.len() + 2,
        column = query.sort.column(),
    );
    where_.values.extend(values![limit, offset]);
    Ok(db::fetch_all(db, &sql, where_.values).await?)
}

fn cursor_of(query: &OrderQuery, row: &SummaryRow) -> Cursor {
    let value = match query.sort {
        OrderSort::PlacedAt => row.placed_at.to_rfc3339(),
        OrderSort::Total => row.total_minor.to_string(),
        OrderSort::Number => row.number.to_string(),
    };
    let sign = if query.descending { "-" } else { "" };
    Cursor { sort: format!("{sign}{}", query.sort.word()), value: Some(value), id: row.id }
}

impl OrderSort {
    /// The word of `?sort=`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PlacedAt => "placed_at",
            Self::Total => "total",
            Self::Number => "number",
        }
    }
}

async fn with_tags(db: &impl ConnectionTrait, rows: Vec<SummaryRow>) -> Result<Vec<OrderSummary>, DatabaseError> {
    let sql =
        format!("SELECT order_id, tag FROM order_tags WHERE order_id IN ({}) ORDER BY order_id, position", db::placeholders(1, rows.len()));
    let tags: Vec<TagRow> = db::fetch_all(db, &sql, rows.iter().flat_map(|row| values![row.id]).collect()).await?;
    let of = |id: Uuid| tags.iter().filter(|tag| tag.order_id == id).map(|tag| tag.tag.clone()).collect();
    let summary = |row: SummaryRow| {
        Ok(OrderSummary {
            tags: of(row.id),
            id: OrderId::from_uuid(row.id),
            number: row.number,
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("orders.status"))?,
            payment_status: row.payment_status.parse().map_err(|_| DatabaseError::corrupt("orders.payment_status"))?,
            fulfilment_status: row.fulfilment_status.parse().map_err(|_| DatabaseError::corrupt("orders.fulfilment_status"))?,
            total: Money::new(row.total_minor, currency(&row.currency)?),
            item_count: row.item_count,
            email: row.email,
            customer_name: row.customer_name,
            country: row.country,
            placed_at: row.placed_at,
            version: row.version,
        })
    };
    rows.into_iter().map(summary).collect()
}
