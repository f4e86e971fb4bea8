//! Reading the audit log.

use std::net::IpAddr;

use kernel::{AuditId, Cursor, CursorError, Page, PageRequest, Position, Timestamp};
use serde_json::Value as Json;
use uuid::Uuid;

use super::model::Outcome;
use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, Value, page_of, total_of, window};
use crate::values;

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
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// After this moment.
    pub after: Option<Timestamp>,
    /// Up to this moment, inclusive.
    pub until: Option<Timestamp>,
    /// Before this moment.
    pub before: Option<Timestamp>,
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

#[derive(Default)]
struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, column: &str, sign: &str, value: Vec<Value>) {
        self.values.extend(value);
        self.sql.push(format!("{column} {sign} ${}", self.values.len()));
    }

    fn add_any(&mut self, column: &str, words: &[String]) {
        if !words.is_empty() {
            self.sql.push(format!("{column} IN ({})", db::placeholders(self.values.len() + 1, words.len())));
            self.values.extend(words.iter().flat_map(|word| values![word]));
        }
    }

    fn of(filter: &AuditFilter) -> Self {
        let mut narrowed = Self::default();
        narrowed.add_any("r.actor", &filter.actors);
        narrowed.add_any("r.action", &filter.actions);
        if let Some(subject) = &filter.subject {
            narrowed.add("r.subject", "=", values![subject]);
        }
        if let Some(outcome) = filter.outcome {
            narrowed.add("r.outcome", "=", values![outcome.as_str()]);
        }
        for (sign, bound) in [(">=", filter.from), (">", filter.after), ("<=", filter.until), ("<", filter.before)] {
            if let Some(moment) = bound {
                narrowed.add("r.occurred_at", sign, values![moment]);
            }
        }
        narrowed
    }

    fn text(&self) -> String {
        if self.sql.is_empty() { "TRUE".to_owned() } else { self.sql.join(" AND ") }
    }
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
    let mut narrowed = Conditions::of(filter);
    let total = total_of(db, request, &format!("audit_records r WHERE {}", narrowed.text()), narrowed.values.clone()).await?;
    let (sign, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
    if let Position::After(Some(cursor)) = &request.position {
        let place: i64 = cursor.value.as_ref().and_then(|value| value.parse().ok()).ok_or(CursorError)?;
        narrowed.add("r.position", sign, values![place]);
    }
    let sql = format!(
        "SELECT r.position, r.id, r.action, r.subject, r.actor, r.outcome, r.changes, r.request_id, r.occurred_at, s.seq, o.ip, o.user_agent
         FROM audit_records r LEFT JOIN audit_seals s ON s.record_id = r.id LEFT JOIN audit_origins o ON o.record_id = r.id
         WHERE {} ORDER BY r.position {direction} LIMIT {limit} OFFSET {offset}",
        narrowed.text()
    );
    let rows: Vec<Row> = db::fetch_all(db, &sql, narrowed.values).await?;
    let rows: Vec<Recorded> = rows.into_iter().map(Recorded::try_from).collect::<Result<_, _>>()?;
    let sort = if descending { format!("-{SORT}") } else { SORT.to_owned() };
    Ok(page_of(rows, request, total, |row| Cursor { sort, value: Some(row.position.to_string()), id: row.id.uuid() }))
}
