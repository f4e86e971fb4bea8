//! Rows of the audit log.

use kernel::AuditId;

use super::model::Entry;
use crate::db::{self, DatabaseError, Invariant, WriteTx};
use crate::values;

/// What always holds of the audit log.
pub const INVARIANTS: &[Invariant] = &[];

pub(super) async fn insert(tx: &WriteTx, entry: &Entry, outcome: &str) -> Result<(), DatabaseError> {
    const RECORD: &str = "INSERT INTO audit_records (id, action, subject, actor, outcome, changes, request_id, occurred_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    const ORIGIN: &str = "INSERT INTO audit_origins (record_id, ip, user_agent) VALUES ($1, $2, $3)";
    let (id, origin, changes) = (AuditId::generate(), tx.origin(), entry.changes().to_string());
    let values = values![id, entry.action, &entry.subject, origin.actor.to_string(), outcome, changes, origin.request_id.clone(), tx.now()];
    db::execute(tx, RECORD, values).await?;
    let ip = origin.client.ip.map(|ip| ip.to_string());
    if ip.is_some() || origin.client.user_agent.is_some() {
        db::execute(tx, ORIGIN, values![id, ip, origin.client.user_agent.clone()]).await?;
    }
    Ok(())
}
