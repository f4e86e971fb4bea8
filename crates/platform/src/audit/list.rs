//! Reading the audit log.

use std::net::IpAddr;

use kernel::{AuditId, Cursor, CursorError, Page, PageRequest, Position, Timestamp};
use serde_json::Value as Json;
use uuid::Uuid;

use super::model::Outcome;
use crate::db::{self, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, Span, page_of, total_of, window};

/// What the list is sorted by: what `?sort=` and cursors call it. Records stand in the order in which they were written.
pub const SORT: &str = "occurred_at";

/// Which records are listed; every filter that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of any of these actors (`user_…`, `key_…`, `cli`, `system`, `anonymous`).
    pub actors: Vec<String>,
    /// Any of these acts (`role.created`).
    pub actions: Vec<String>,
    /// Done to this.
    pub subject: Option<String>,
    /// Ended like this.
    pub outcome: Option<Outcome>,
    /// Done within this time.
    pub occurred_at: Span<Timestamp>,
}

/// A record of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its id.
    pub id: AuditId,
    /// What was done, in the form of a fact's name.
    pub action: String,
    /// To what.
    pub subject: String,
    /// By whom.
    pub actor: String,
    /// Whether it was done.
    pub outcome: Outcome,
    /// What differs: `{"member": {"before": …, "after": …}}`.
    pub changes: Json,
    /// In which request.
    pub request_id: Option<String>,
    /// When.
    pub occurred_at: Timestamp,
    /// Its place in the chain; none yet in its first second.
    pub seal: Option<i64>,
    /// From where; erased with the person.
    pub ip: Option<IpAddr>,
    /// By which program; erased with the person.
    pub user_agent: Option<String>,
    position: i64,
}

#[derive(FromQueryResult)]
struct Row {
    position: i64,
    id: Uuid,
    action: String,
    subject: String,
    actor: String,
    outcome: String,
    changes: String,
    request_id: Option<String>,
    occurred_at: Timestamp,
    seq: Option<i64>,
    ip: Option<String>,
    user_agent: Option<String>,
}

impl TryFrom<Row> for Recorded {
    type Error = DatabaseError;

    fn try_from(row: Row) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: AuditId::from_uuid(row.id),
            action: row.action,
            subject: row.subject,
            actor: row.actor,
            outcome: row.outcome.parse().map_err(|_| DatabaseError::corrupt("audit_records.outcome"))?,
            changes: serde_json::from_str(&row.changes).map_err(|_| DatabaseError::corrupt("audit_records.changes"))?,
            request_id: row.request_id,
            occurred_at: row.occurred_at,
            seal: row.seq,
            ip: row.ip.and_then(|ip| ip.parse().ok()),
            user_agent: row.user_agent,
            position: row.position,
        })
    }
}

fn narrowed(filter: &AuditFilter) -> Conditions {
    let mut narrowed = Conditions::default();
    narrowed.is_among("r.actor", &filter.actors);
    narrowed.is_among("r.action", &filter.actions);
    narrowed.is("r.subject", filter.subject.as_deref());
    narrowed.is("r.outcome", filter.outcome.map(Outcome::as_str));
    narrowed.is_within("r.occurred_at", filter.occurred_at);
    narrowed
}

/// One page of records, the newest first where `descending`, else the oldest. At most two statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &AuditFilter,
    descending: bool,
    request: &PageRequest,
) -> Result<Page<Recorded>, ListError> {
    let (limit, offset) = window(request)?;
    let mut narrowed = narrowed(filter);
    let total = total_of(db, request, &format!("audit_records r WHERE {}", narrowed.text()), narrowed.parameters.0.clone()).await?;
    let (sign, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
    if let Position::After(Some(cursor)) = &request.position {
        let place: i64 = cursor.value.as_ref().and_then(|value| value.parse().ok()).ok_or(CursorError)?;
        let place = narrowed.parameters.bind(place);
        narrowed.add(format!("r.position {sign} {place}"));
    }
    let sql = format!(
        "SELECT r.position, r.id, r.action, r.subject, r.actor, r.outcome, r.changes, r.request_id, r.occurred_at, s.seq, o.ip, o.user_agent
         FROM audit_records r LEFT JOIN audit_seals s ON s.record_id = r.id LEFT JOIN audit_origins o ON o.record_id = r.id
         WHERE {} ORDER BY r.position {direction} LIMIT {limit} OFFSET {offset}",
        narrowed.text()
    );
    let rows: Vec<Row> = db::fetch_all(db, &sql, narrowed.into_values()).await?;
    let rows: Vec<Recorded> = rows.into_iter().map(Recorded::try_from).collect::<Result<_, _>>()?;
    let sort = if descending { format!("-{SORT}") } else { SORT.to_owned() };
    Ok(page_of(rows, request, total, |row| Cursor { sort, value: Some(row.position.to_string()), id: row.id.uuid() }))
}
