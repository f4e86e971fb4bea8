//! What a statement takes in the place of `$n`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A value with its type: PostgreSQL wants nulls typed, too.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    BigInt(Option<i64>),
    /// Yes or no.
    Bool(Option<bool>),
    /// Text.
    Text(Option<String>),
    /// An id.
    Uuid(Option<Uuid>),
    /// A moment; SQLite keeps it as text whose order is that of time.
    Time(Option<DateTime<Utc>>),
    /// JSON; SQLite keeps it as text.
    Json(Option<Box<serde_json::Value>>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}
