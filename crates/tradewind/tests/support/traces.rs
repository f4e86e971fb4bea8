//! Looking for a text in everything that the database holds.

use platform::db::{DbBackend, FromQueryResult, fetch_all, fetch_scalar};
use platform::values;

use super::{TestResult, TestShop};

/// A column of the schema.
#[derive(FromQueryResult)]
pub(crate) struct Column {
    pub(crate) of_table: String,
    pub(crate) name: String,
}

/// Every column of every table.
pub(crate) async fn columns(shop: &TestShop) -> TestResult<Vec<Column>> {
    let sql = match shop.context().db.backend() {
        DbBackend::Sqlite => {
            "SELECT m.name AS of_table, c.name AS name FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table'
            AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        }
        DbBackend::Postgres => {
            "SELECT CAST(table_name AS TEXT) AS of_table, CAST(column_name AS TEXT) AS name FROM information_schema.columns WHERE table_schema = 'public'"
        }
    };
    Ok(fetch_all(shop.context().db.reader(), sql, vec![]).await?)
}

/// Every column in which one of these texts stands, in their order.
pub(crate) async fn traces_of(shop: &TestShop, texts: &[&str]) -> TestResult<Vec<String>> {
    let mut found = Vec::new();
    for Column { of_table, name } in columns(shop).await? {
        for text in texts {
            let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {of_table} WHERE CAST({name} AS TEXT) LIKE $1");
            let count: Option<i64> = fetch_scalar(shop.context().db.reader(), &sql, values![format!("%{text}%")]).await?;
            if count != Some(0) {
                found.push(format!("{of_table}.{name}"));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
