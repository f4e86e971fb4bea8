//! Reading who wants advertising, by address.

use std::collections::{HashMap, HashSet};

use kernel::{CustomerId, Email};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct ConsentRow {
    email_key: String,
    accepts_marketing: bool,
}

/// Those of these keys of addresses whose customer wants advertising; the word of an account stands above that of a guest.
pub(in crate::customers) async fn consenting(db: &impl ConnectionTrait, keys: Vec<String>) -> Result<HashSet<String>, DatabaseError> {
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    // The account's row is read last, and so is what counts.
    let sql = format!(
        "SELECT email_key, accepts_marketing FROM customers WHERE email_key IN ({})
         ORDER BY CASE WHEN user_id IS NULL THEN 0 ELSE 1 END, accepts_marketing DESC, id",
        db::placeholders(1, keys.len())
    );
    let rows: Vec<ConsentRow> = db::fetch_all(db, &sql, keys.into_iter().flat_map(|key| values![key]).collect()).await?;
    let said: HashMap<String, bool> = rows.into_iter().map(|row| (row.email_key, row.accepts_marketing)).collect();
    Ok(said.into_iter().filter(|(_, accepts)| *accepts).map(|(key, _)| key).collect())
}

#[derive(FromQueryResult)]
struct WillingRow {
    id: Uuid,
    version: i64,
}

/// The customers of this address who want advertising, with their versions.
pub(in crate::customers) async fn willing(tx: &WriteTx, email: &Email) -> Result<Vec<(CustomerId, i64)>, DatabaseError> {
    const SELECT: &str = "SELECT id, version FROM customers WHERE email_key = $1 AND accepts_marketing ORDER BY id";
    let rows: Vec<WillingRow> = db::fetch_all(tx, SELECT, values![email.key()]).await?;
    Ok(rows.into_iter().map(|row| (CustomerId::from_uuid(row.id), row.version)).collect())
}
