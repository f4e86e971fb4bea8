//! Rows of the signing keys.

use kernel::Timestamp;
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;

/// More than there can be: a key a quarter of a year, of which the dead ones are deleted.
const MOST: i64 = 100;

#[derive(FromQueryResult)]
pub(super) struct SigningKeyRow {
    pub(super) kid: String,
    pub(super) public_key: Vec<u8>,
    pub(super) sealed_private_key: Vec<u8>,
    pub(super) active_from: Timestamp,
    pub(super) retired_at: Option<Timestamp>,
}

/// All keys, the newest first.
pub(super) async fn all(db: &impl ConnectionTrait) -> Result<Vec<SigningKeyRow>, DatabaseError> {
    const SELECT: &str = "SELECT kid, public_key, sealed_private_key, active_from, retired_at FROM signing_keys
        ORDER BY active_from DESC, kid LIMIT $1";
    db::fetch_all(db, SELECT, values![MOST]).await
}

pub(super) async fn insert(tx: &WriteTx, row: SigningKeyRow) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO signing_keys (kid, public_key, sealed_private_key, created_at, active_from, retired_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let values = values![row.kid, row.public_key, row.sealed_private_key, tx.now(), row.active_from, row.retired_at];
    db::execute(tx, INSERT, values).await.map(drop)
}

/// Whatever signs now signs no more from then on and is forgotten at that moment.
pub(super) async fn retire_all(tx: &WriteTx, at: Timestamp) -> Result<(), DatabaseError> {
    db::execute(tx, "UPDATE signing_keys SET retired_at = $1 WHERE retired_at IS NULL", values![at]).await.map(drop)
}

/// Deletes keys of which no token lives.
pub(super) async fn delete_dead(tx: &WriteTx) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM signing_keys WHERE retired_at <= $1", values![tx.now()]).await.map(drop)
}
