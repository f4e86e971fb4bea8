//! Rows of key pairs.

use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;

/// Far more than master keys are lost.
const MOST: i64 = 10;

#[derive(FromQueryResult)]
pub(in crate::push) struct KeyRow {
    pub(in crate::push) sealed_private_key: Vec<u8>,
}

/// The newest first.
pub(in crate::push) async fn keys(db: &impl ConnectionTrait) -> Result<Vec<KeyRow>, DatabaseError> {
    const SELECT: &str = "SELECT sealed_private_key FROM push_keys ORDER BY created_at DESC, public_key LIMIT $1";
    db::fetch_all(db, SELECT, values![MOST]).await
}

pub(in crate::push) async fn key(db: &impl ConnectionTrait, public: &[u8]) -> Result<Option<KeyRow>, DatabaseError> {
    db::fetch_optional(db, "SELECT sealed_private_key FROM push_keys WHERE public_key = $1", values![public.to_vec()]).await
}

pub(in crate::push) async fn insert_key(tx: &WriteTx, public: &[u8], sealed: Vec<u8>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO push_keys (public_key, sealed_private_key, created_at) VALUES ($1, $2, $3)";
    db::execute(tx, INSERT, values![public.to_vec(), sealed, tx.now()]).await.map(drop)
}
