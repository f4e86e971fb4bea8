//! The list of orders for staff.

mod finder;
mod matching;
mod query;
mod rows;
mod way;

use kernel::{Cursor, Page};
use platform::db::{self, ConnectionTrait, ListError};

pub use self::query::{OrderFilter, OrderQuery, OrderSort, OrderSummary};
use self::rows::SummaryRow;
use self::way::Way;
pub use platform::db::Span;

/// One page of orders: two statements, one for the total of a numbered page, and one to choose the way where several filters,
/// or one that no index has in the order of the list, name orders.
///
/// # Errors
/// `ListError`, by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &OrderQuery) -> Result<Page<OrderSummary>, ListError> {
    let window = db::window(&query.page)?;
    let way = Way::choose(db, query).await?;
    let rows = rows::read(db, matching::page(query, &way, window)?, query.descending).await?;
    let all = matching::all(query, &way.into_all());
    let total = db::total_of(db, &query.page, &all.sql, all.values).await?;
    let Page { items, has_next, next, total, total_is_estimate } = db::page_of(rows, &query.page, total, |last| cursor_of(query, last));
    Ok(Page { items: rows::with_tags(db, items).await?, has_next, next, total, total_is_estimate })
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
