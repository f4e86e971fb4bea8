//! Addresses that are refused again and again.

use kernel::{AuditId, Timestamp};
use uuid::Uuid;

use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult};
use crate::values;

/// An address that was refused again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedAddress {
    /// The address; personal data.
    pub ip: String,
    /// How many refusals were recorded; equal ones that came together are one.
    pub times: i64,
    /// The latest of them.
    pub latest: AuditId,
}

#[derive(FromQueryResult)]
struct Row {
    ip: String,
    times: i64,
    latest: Uuid,
}

/// Addresses for which so many refusals at least were recorded since this moment.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn refused_addresses(db: &impl ConnectionTrait, since: Timestamp, at_least: i64) -> Result<Vec<RefusedAddress>, DatabaseError> {
    const SELECT: &str = "SELECT b.ip, b.times, l.id AS latest
        FROM (SELECT o.ip, CAST(COUNT(*) AS BIGINT) AS times, MAX(r.position) AS position
            FROM audit_records r JOIN audit_origins o ON o.record_id = r.id
            WHERE r.occurred_at >= $1 AND r.outcome = 'refused' AND o.ip IS NOT NULL
            GROUP BY o.ip HAVING COUNT(*) >= $2) AS b JOIN audit_records l ON l.position = b.position";
    let rows: Vec<Row> = db::fetch_all(db, SELECT, values![since, at_least]).await?;
    Ok(rows.into_iter().map(|row| RefusedAddress { ip: row.ip, times: row.times, latest: AuditId::from_uuid(row.latest) }).collect())
}
