//! Rows of the settings table.

use kernel::Timestamp;

use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use crate::values;

/// One value and its version.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct Setting {
    /// Dotted key.
    pub key: String,
    /// The value, as JSON.
    pub value: serde_json::Value,
    /// Grows with each change.
    pub version: i64,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: String,
}

const COLUMNS: &str = "key, value, version, updated_at, updated_by";

/// All settings that were ever set, by key.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Setting>, DatabaseError> {
    db::fetch_all(db, &format!("SELECT {COLUMNS} FROM settings ORDER BY key"), vec![]).await
}

/// One setting.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn get(db: &impl ConnectionTrait, key: &str) -> Result<Option<Setting>, DatabaseError> {
    db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM settings WHERE key = $1"), values![key]).await
}

/// Sets a value, new or changed; the new state.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn put(tx: &WriteTx, key: &str, value: serde_json::Value) -> Result<Setting, DatabaseError> {
    let sql = format!(
        "INSERT INTO settings (key, value, version, created_at, updated_at, created_by, updated_by) VALUES ($1, $2, 1, $3, $3, $4, $4)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = settings.version + 1,
             updated_at = excluded.updated_at, updated_by = excluded.updated_by
         RETURNING {COLUMNS}"
    );
    db::fetch_one(tx, &sql, values![key, value, tx.now(), tx.actor().to_string()]).await
}

/// Sets a value where the setting still has this version, 0 for one that was never set. `None` where it has another by now.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn put_over(tx: &WriteTx, key: &str, value: serde_json::Value, version: i64) -> Result<Option<Setting>, DatabaseError> {
    let sql = if version == 0 {
        format!(
            "INSERT INTO settings (key, value, version, created_at, updated_at, created_by, updated_by) VALUES ($1, $2, $3 + 1, $4, $4, $5, $5)
             ON CONFLICT (key) DO NOTHING RETURNING {COLUMNS}"
        )
    } else {
        format!(
            "UPDATE settings SET value = $2, version = $3 + 1, updated_at = $4, updated_by = $5 WHERE key = $1 AND version = $3
             RETURNING {COLUMNS}"
        )
    };
    db::fetch_optional(tx, &sql, values![key, value, version, tx.now(), tx.actor().to_string()]).await
}
