//! Filling a fresh shop with as many products and orders as wanted, by bulk statements: minutes where the API would take a day.
//!
//! What is written is what the shop itself would have written, as far as its invariants say: `tradewind doctor` is clean afterwards.

mod dialect;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use super::server::connect;
use dialect::{Dialect, render};

const PRODUCTS: &str = include_str!("products.sql");
const ORDERS: &str = include_str!("orders.sql");

/// Nothing is durable until it is all there: a fill that is cut off is begun anew.
const SQLITE_BEGIN: [&str; 5] = [
    "PRAGMA foreign_keys = off",
    "PRAGMA journal_mode = off",
    "PRAGMA synchronous = off",
    "PRAGMA temp_store = memory",
    "PRAGMA cache_size = -2000000",
];
const SQLITE_END: [&str; 2] = ["PRAGMA synchronous = full", "PRAGMA journal_mode = wal"];
/// Foreign keys hold by construction; the role `replica` leaves out the triggers that would look.
const POSTGRES_BEGIN: [&str; 4] =
    ["SET session_replication_role = replica", "SET synchronous_commit = off", "SET work_mem = '256MB'", "SET lock_timeout = 0"];
const POSTGRES_END: [&str; 3] = [
    "SELECT setval(pg_get_serial_sequence('order_numbers', 'number'), (SELECT MAX(number) FROM order_numbers))",
    "VACUUM (ANALYZE)",
    "CHECKPOINT",
];

/// How many of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Products.
    pub(crate) products: i64,
    /// Orders.
    pub(crate) orders: i64,
}

/// Fills the embedded database in this file, which has a schema and nothing else.
pub(crate) fn sqlite(file: &Path, size: Size) -> Result<()> {
    let connection = rusqlite::Connection::open(file).context("cannot open")?;
    for text in statements(Dialect::Sqlite, size, &SQLITE_BEGIN, &SQLITE_END)? {
        let begin = Instant::now();
        connection.execute_batch(&text).with_context(|| text.clone())?;
        tell(&text, begin);
    }
    connection.close().map_err(|(_, error)| error).context("cannot close")
}

/// Fills a server's database, which has a schema and nothing else; the URL is a superuser's.
pub(crate) async fn postgres(url: &str, size: Size) -> Result<()> {
    let client = connect(url).await?;
    for text in statements(Dialect::Postgres, size, &POSTGRES_BEGIN, &POSTGRES_END)? {
        let begin = Instant::now();
        client.batch_execute(&text).await.with_context(|| text.clone())?;
        tell(&text, begin);
    }
    Ok(())
}

fn statements(dialect: Dialect, size: Size, begin: &[&str], end: &[&str]) -> Result<Vec<String>> {
    let products = render(PRODUCTS, dialect, size.products, size.products)?;
    let orders = render(ORDERS, dialect, size.products, size.orders)?;
    let texts = [products, orders];
    let middle = texts.iter().flat_map(|text| text.split(";\n")).map(str::trim).filter(|text| !text.is_empty());
    Ok(begin.iter().copied().chain(middle).chain(end.iter().copied()).map(str::to_owned).collect())
}

/// Whoever waits for minutes wants to see what for.
fn tell(text: &str, begin: Instant) {
    let seconds = begin.elapsed().as_secs_f64();
    if seconds > 2.0 {
        let line = text.lines().find(|line| !line.starts_with("--")).unwrap_or_default();
        eprintln!("{seconds:7.1} s  {}", line.get(..60).unwrap_or(line));
    }
}
