//! Rows of the audit log.

use kernel::{AuditId, Timestamp};
use uuid::Uuid;

use super::model::{Entry, Outcome};
use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, WriteTx};
use crate::values;

/// What always holds of the audit log.
pub const INVARIANTS: &[Invariant] = &[];

/// A record as it is kept.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct RecordRow {
    pub(super) position: i64,
    pub(super) id: Uuid,
    pub(super) action: String,
    pub(super) subject: String,
    pub(super) actor: String,
    pub(super) outcome: String,
    pub(super) changes: String,
    pub(super) request_id: Option<String>,
    pub(super) occurred_at: Timestamp,
}

/// A link of the chain.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct SealRow {
    pub(super) seq: i64,
    pub(super) record_id: Uuid,
    pub(super) hash: Vec<u8>,
    pub(super) sealed_at: Timestamp,
}

const RECORD_COLUMNS: &str = "r.position, r.id, r.action, r.subject, r.actor, r.outcome, r.changes, r.request_id, r.occurred_at";

/// Writes what happened in one transaction: as many statements as for one act.
pub(super) async fn insert(tx: &WriteTx, entries: &[Entry], outcome: Outcome) -> Result<(), DatabaseError> {
    const RECORD: &str = "INSERT INTO audit_records (id, action, subject, actor, outcome, changes, request_id, occurred_at) VALUES";
    const UNSEALED: &str = "INSERT INTO audit_unsealed (record_id) VALUES";
    const ORIGIN: &str = "INSERT INTO audit_origins (record_id, ip, user_agent) VALUES";
    let (origin, ids) = (tx.origin(), entries.iter().map(|_| AuditId::generate()).collect::<Vec<_>>());
    let record = |(id, entry): (&AuditId, &Entry)| {
        let (actor, changes) = (origin.actor.to_string(), entry.changes().to_string());
        values![*id, entry.action, &entry.subject, actor, outcome.as_str(), changes, origin.request_id.clone(), tx.now()]
    };
    db::insert_many_later(tx, RECORD, ids.iter().zip(entries).map(record).collect(), "").await?;
    db::insert_many_later(tx, UNSEALED, ids.iter().map(|id| values![*id]).collect(), "").await?;
    let (ip, user_agent) = (origin.client.ip.map(|ip| ip.to_string()), origin.client.user_agent.clone());
    if ip.is_some() || user_agent.is_some() {
        let rows = ids.iter().map(|id| values![*id, ip.clone(), user_agent.clone()]).collect();
        db::insert_many_later(tx, ORIGIN, rows, "").await?;
    }
    Ok(())
}

/// True where a record waits; asked of the reader, so that an idle sealer takes no write lock.
pub(super) async fn any_unsealed(db: &impl ConnectionTrait) -> Result<bool, DatabaseError> {
    Ok(db::fetch_scalar::<i64>(db, "SELECT CAST(1 AS BIGINT) FROM audit_unsealed LIMIT 1", vec![]).await?.is_some())
}

/// Records that wait for their seal, in the order in which they were written.
pub(super) async fn unsealed(tx: &WriteTx, most: usize) -> Result<Vec<RecordRow>, DatabaseError> {
    let sql = format!(
        "SELECT {RECORD_COLUMNS} FROM audit_unsealed u JOIN audit_records r ON r.id = u.record_id ORDER BY r.position LIMIT {most}"
    );
    db::fetch_all(tx, &sql, vec![]).await
}

/// The end of the chain.
pub(super) async fn last_seal(db: &impl ConnectionTrait) -> Result<Option<SealRow>, DatabaseError> {
    const SELECT: &str = "SELECT seq, record_id, hash, sealed_at FROM audit_seals ORDER BY seq DESC LIMIT 1";
    db::fetch_optional(db, SELECT, vec![]).await
}

/// Adds links to the chain; their records wait no more.
pub(super) async fn insert_seals(tx: &WriteTx, seals: Vec<SealRow>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO audit_seals (seq, record_id, hash, sealed_at) VALUES";
    let ids: Vec<db::Value> = seals.iter().flat_map(|seal| values![seal.record_id]).collect();
    let delete = format!("DELETE FROM audit_unsealed WHERE record_id IN ({})", db::placeholders(1, ids.len()));
    let rows = seals.into_iter().map(|seal| values![seal.seq, seal.record_id, seal.hash, seal.sealed_at]).collect();
    db::insert_many_later(tx, INSERT, rows, "").await?;
    db::execute_later(tx, &delete, ids).await
}

/// Links behind this one, in their order.
pub(super) async fn seals_after(db: &impl ConnectionTrait, seq: i64, most: i64) -> Result<Vec<SealRow>, DatabaseError> {
    const SELECT: &str = "SELECT seq, record_id, hash, sealed_at FROM audit_seals WHERE seq > $1 ORDER BY seq LIMIT $2";
    db::fetch_all(db, SELECT, values![seq, most]).await
}

/// The records of these links.
pub(super) async fn records_sealed(db: &impl ConnectionTrait, first: i64, last: i64) -> Result<Vec<RecordRow>, DatabaseError> {
    let sql = format!(
        "SELECT {RECORD_COLUMNS} FROM audit_seals s JOIN audit_records r ON r.id = s.record_id WHERE s.seq >= $1 AND s.seq <= $2 ORDER BY s.seq"
    );
    db::fetch_all(db, &sql, values![first, last]).await
}

/// How many records no seal stands for.
pub(super) async fn count_unsealed(db: &impl ConnectionTrait) -> Result<i64, DatabaseError> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM audit_records r
        WHERE NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.record_id = r.id)";
    Ok(db::fetch_scalar(db, COUNT, vec![]).await?.unwrap_or(0))
}
