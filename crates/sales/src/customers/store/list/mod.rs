//! The list of customers for staff.

mod finder;
mod page;
mod query;

use kernel::{Cursor, Page};
use platform::db::{self, ConnectionTrait, FromQueryResult, ListError};

use self::page::Way;
pub use self::query::{CustomerFilter, CustomerQuery, CustomerSort};
use super::read::{self, COLUMNS, CustomerRow};
use crate::customers::model::Customer;

#[derive(FromQueryResult)]
struct FoundRow {
    #[row(nested)]
    customer: CustomerRow,
    spent_minor: i64,
}

/// One page of customers: two statements, one for the total of a numbered page, and one to choose the way where filters name customers
/// that no index has in the order of the list.
///
/// # Errors
/// `ListError`, by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &CustomerQuery) -> Result<Page<Customer>, ListError> {
    let window = db::window(&query.page)?;
    let way = Way::choose(db, query).await?;
    let found = way.page(query, window)?;
    let direction = if query.descending { "DESC" } else { "ASC" };
    let spent = if query.sort == CustomerSort::Spent { "found.place" } else { "CAST(0 AS BIGINT)" };
    let sql = format!(
        "SELECT {COLUMNS}, {spent} AS spent_minor FROM ({}) AS found CROSS JOIN customers c WHERE c.id = found.id
         ORDER BY found.place {direction}, found.id {direction}",
        found.sql
    );
    let rows: Vec<FoundRow> = db::fetch_all(db, &sql, found.values).await?;
    let all = way.all(query);
    let total = db::total_of(db, &query.page, &all.sql, all.values).await?;
    let Page { items, has_next, next, total, total_is_estimate } = db::page_of(rows, &query.page, total, |last| cursor_of(query, last));
    let items = read::complete(db, items.into_iter().map(|row| row.customer).collect()).await?;
    Ok(Page { items, has_next, next, total, total_is_estimate })
}

fn cursor_of(query: &CustomerQuery, row: &FoundRow) -> Cursor {
    let value = match query.sort {
        CustomerSort::CreatedAt => row.customer.created_at.to_rfc3339(),
        CustomerSort::LastOrderAt => row.customer.last_order_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
        CustomerSort::OrderCount => row.customer.order_count.to_string(),
        CustomerSort::Spent => row.spent_minor.to_string(),
    };
    let sign = if query.descending { "-" } else { "" };
    Cursor { sort: format!("{sign}{}", query.sort.word()), value: Some(value), id: row.customer.id }
}
