//! Recording an act in the transaction that does it.

use super::model::{Entry, Outcome};
use super::store;
use crate::db::{DatabaseError, WriteTx};

/// Records what staff did, or what was done to an account, a key, a role or a setting, with who and from where.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn record(tx: &WriteTx, entry: &Entry) -> Result<(), DatabaseError> {
    store::insert(tx, std::slice::from_ref(entry), Outcome::Done).await
}

/// Records several acts of one transaction, in as many statements as one.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn record_all(tx: &WriteTx, entries: &[Entry]) -> Result<(), DatabaseError> {
    store::insert(tx, entries, Outcome::Done).await
}

/// Records what was tried and refused. The transaction is one of its own: that of the refused act leaves nothing behind.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn record_refusal(tx: &WriteTx, entry: &Entry) -> Result<(), DatabaseError> {
    store::insert(tx, std::slice::from_ref(entry), Outcome::Refused).await
}
