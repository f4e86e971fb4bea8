//! Rows of archives, and what this floor knows of persons.

use kernel::{Timestamp, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{Export, ExportStatus};
use super::place::{Columns, PersonalPlace};
use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Reader, WriteTx};
use crate::values;

#[derive(FromQueryResult)]
struct ExportRow {
    id: Uuid,
    status: String,
    archive: Option<String>,
    created_at: Timestamp,
    ready_at: Option<Timestamp>,
    expires_at: Timestamp,
}

impl TryFrom<ExportRow> for Export {
    type Error = DatabaseError;

    fn try_from(row: ExportRow) -> Result<Self, DatabaseError> {
        let ExportRow { id, status, archive, created_at, ready_at, expires_at } = row;
        let status = status.parse().map_err(|_| DatabaseError::corrupt("privacy_exports.status"))?;
        Ok(Self { id, status, archive, created_at, ready_at, expires_at })
    }
}

pub(super) async fn insert(tx: &WriteTx, export: &Export, user: UserId) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO privacy_exports (id, user_id, status, created_at, expires_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = values![export.id, user, export.status.as_str(), export.created_at, export.expires_at, tx.actor().to_string()];
    db::execute(tx, INSERT, values).await.map(drop)
}

/// What the person asked for last, while it is kept.
pub(super) async fn latest(db: &impl ConnectionTrait, user: UserId, now: Timestamp) -> Result<Option<Export>, DatabaseError> {
    const SELECT: &str = "SELECT id, status, archive, created_at, ready_at, expires_at FROM privacy_exports
        WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC LIMIT 1";
    let row: Option<ExportRow> = db::fetch_optional(db, SELECT, values![user, now]).await?;
    row.map(Export::try_from).transpose()
}

/// Keeps the archive, unless the person was erased meanwhile and the row with it.
pub(super) async fn finish(tx: &WriteTx, id: Uuid, archive: &str) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE privacy_exports SET status = $2, archive = $3, ready_at = $4 WHERE id = $1";
    db::execute(tx, UPDATE, values![id, ExportStatus::Ready.as_str(), archive, tx.now()]).await.map(drop)
}

pub(super) async fn forget_expired(tx: &WriteTx) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM privacy_exports WHERE expires_at <= $1", values![tx.now()]).await.map(drop)
}

/// What this floor knows of persons: from where they acted, and the archives that they asked for.
pub(super) struct OwnPlace;

#[derive(FromQueryResult)]
struct ActRow {
    action: String,
    subject: String,
    occurred_at: Timestamp,
    ip: Option<String>,
    user_agent: Option<String>,
}

/// More acts than these are told on demand.
const MOST_ACTS: i64 = 10_000;

#[async_trait::async_trait]
impl PersonalPlace for OwnPlace {
    fn name(&self) -> &'static str {
        "activity"
    }

    fn columns(&self) -> &'static [Columns] {
        &[("audit_origins", &["ip", "user_agent"]), ("privacy_exports", &["user_id", "archive"])]
    }

    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError> {
        const SELECT: &str = "SELECT r.action, r.subject, r.occurred_at, o.ip, o.user_agent FROM audit_records r
            LEFT JOIN audit_origins o ON o.record_id = r.id WHERE r.actor = $1 ORDER BY r.position DESC LIMIT $2";
        let acts: Vec<ActRow> = db::fetch_all(db, SELECT, values![user.to_string(), MOST_ACTS]).await?;
        let told = acts.into_iter().map(|act| {
            let ActRow { action, subject, occurred_at, ip, user_agent } = act;
            json!({"action": action, "subject": subject, "occurred_at": occurred_at, "ip": ip, "user_agent": user_agent})
        });
        Ok(told.collect())
    }

    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
        const ORIGINS: &str =
            "DELETE FROM audit_origins WHERE record_id IN (SELECT id FROM audit_records WHERE actor = $1 OR subject = $1)";
        db::execute(tx, ORIGINS, values![user.to_string()]).await?;
        db::execute(tx, "DELETE FROM privacy_exports WHERE user_id = $1", values![user]).await.map(drop)
    }
}
