//! One SQL text for both databases, written in PostgreSQL's words.
//!
//! A lock clause (`FOR UPDATE …`) stands at the end of its line and is left out on SQLite, whose one writer needs none.

use super::broken::DatabaseError;
use super::connection::{ConnectionTrait, DbBackend};
use super::counter::{keep, timed};
use super::row::{Column, FromQueryResult, Scalar};
use super::value::Value;
use super::write_tx::WriteTx;

/// PostgreSQL takes 65,535 parameters in a statement, SQLite 32,766; both stay in one statement with hundreds of rows.
const fn most_parameters(backend: DbBackend) -> usize {
    match backend {
        DbBackend::Sqlite => 10_000,
        DbBackend::Postgres => 30_000,
    }
}

/// Runs a statement; the number of rows that it changed.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn execute(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<u64, DatabaseError> {
    keep(db, sql, &values);
    timed(sql, db.execute(sql, values)).await
}

/// Runs a statement of which nobody needs to know more than that the commit succeeded. On PostgreSQL it waits for no answer: it
/// travels with the next statement, or with the commit, and what it breaks is told there; so whoever turns a broken rule of the
/// schema into an error of its own uses [`execute`].
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn execute_later(tx: &WriteTx, sql: &str, values: Vec<Value>) -> Result<(), DatabaseError> {
    keep(tx, sql, &values);
    timed(sql, tx.execute_later(sql, values)).await
}

/// All rows of a query.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn fetch_all<R: FromQueryResult>(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Vec<R>, DatabaseError> {
    keep(db, sql, &values);
    timed(sql, db.fetch(sql, values, usize::MAX)).await
}

/// The first row of a query, or none.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn fetch_optional<R: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Option<R>, DatabaseError> {
    keep(db, sql, &values);
    Ok(timed(sql, db.fetch(sql, values, 1)).await?.pop())
}

/// The one row of a query that always has one.
///
/// # Errors
/// `DatabaseError`, also where there is no row.
pub async fn fetch_one<R: FromQueryResult>(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<R, DatabaseError> {
    fetch_optional(db, sql, values).await?.ok_or_else(|| DatabaseError::corrupt("a row that always exists is absent"))
}

/// The first column of the first row, or none where there is no row.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn fetch_scalar<T: Column>(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Option<T>, DatabaseError> {
    Ok(fetch_optional::<Scalar<T>>(db, sql, values).await?.map(|scalar| scalar.0))
}

/// Inserts many rows in as few statements as parameters allow: `insert` ends in `VALUES`, `tail` follows the rows.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn insert_many(db: &impl ConnectionTrait, insert: &str, rows: Vec<Vec<Value>>, tail: &str) -> Result<u64, DatabaseError> {
    let mut changed = 0;
    for (sql, values) in inserts(db.get_database_backend(), insert, rows, tail) {
        changed += execute(db, &sql, values).await?;
    }
    Ok(changed)
}

/// Inserts many rows as [`insert_many`], and waits for no answer, as [`execute_later`].
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn insert_many_later(tx: &WriteTx, insert: &str, rows: Vec<Vec<Value>>, tail: &str) -> Result<(), DatabaseError> {
    for (sql, values) in inserts(tx.get_database_backend(), insert, rows, tail) {
        execute_later(tx, &sql, values).await?;
    }
    Ok(())
}

fn inserts(backend: DbBackend, insert: &str, rows: Vec<Vec<Value>>, tail: &str) -> impl Iterator<Item = (String, Vec<Value>)> {
    let width = rows.first().map_or(1, Vec::len).max(1);
    let batch_rows = (most_parameters(backend) / width).max(1);
    let mut rows = rows.into_iter().peekable();
    std::iter::from_fn(move || {
        rows.peek()?;
        let batch: Vec<Vec<Value>> = rows.by_ref().take(batch_rows).collect();
        let tuples: Vec<String> = (0..batch.len()).map(|row| format!("({})", row_places(backend, row, width))).collect();
        Some((format!("{insert} {} {tail}", tuples.join(", ")), batch.into_iter().flatten().collect()))
    })
}

/// SQLite looks a parameter with a name up in a list of all of them, which makes many rows cost the square of their number
/// (measured: a row of thirteen 65 µs among 650 parameters, 565 µs among 10,400); one without a name is just the next.
fn row_places(backend: DbBackend, row: usize, width: usize) -> String {
    match backend {
        DbBackend::Sqlite => vec!["?"; width].join(", "),
        DbBackend::Postgres => super::placeholders(row * width + 1, width),
    }
}

/// Holds a name until the transaction ends, so that two of them do one thing in turn. SQLite's one writer is that lock.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock_name(db: &impl ConnectionTrait, name: &str) -> Result<(), DatabaseError> {
    lock_names(db, &[name.to_owned()]).await
}

/// Holds several names, in one order, so that two who want some of the same do not wait for each other in a circle.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock_names(db: &impl ConnectionTrait, names: &[String]) -> Result<(), DatabaseError> {
    if db.get_database_backend() != DbBackend::Postgres || names.is_empty() {
        return Ok(());
    }
    let mut names = names.to_vec();
    names.sort_unstable();
    let tuples: Vec<String> = (1..=names.len()).map(|place| format!("(${place})")).collect();
    let sql = format!("SELECT pg_advisory_xact_lock(hashtextextended(x.name, 0)) FROM (VALUES {}) AS x(name)", tuples.join(", "));
    execute(db, &sql, names.iter().flat_map(|name| crate::values![name]).collect()).await.map(drop)
}
