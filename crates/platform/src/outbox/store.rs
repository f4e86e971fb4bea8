//! Rows of the outbox and their way into `events`.

use kernel::{ChannelId, EventId, Timestamp};
use uuid::Uuid;

use super::record::Fact;
use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, WriteTx};
use crate::values;

/// What always holds of facts on their way out.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "e08",
        says: "the outbox drains within 60 seconds",
        sql: "SELECT type AS culprit FROM outbox WHERE occurred_at < $1",
        grace_s: Some(60),
    },
    Invariant {
        code: "e14",
        says: "the events of an aggregate are numbered without a gap",
        sql: "SELECT aggregate_type AS culprit FROM events GROUP BY aggregate_type, aggregate_id 
              HAVING MAX(aggregate_seq) - MIN(aggregate_seq) + 1 <> COUNT(*)",
        grace_s: None,
    },
];

/// So many facts are written in one statement: far below what a statement takes, and few enough to be cached by it.
pub(super) const MOST_AT_ONCE: usize = 100;

/// A fact as it is written.
pub(super) struct Written {
    pub(super) aggregate_id: Uuid,
    name: &'static str,
    version: i64,
    payload: serde_json::Value,
    channel_id: Option<ChannelId>,
}

impl Written {
    pub(super) fn of<F: Fact>(fact: &F) -> Result<Self, DatabaseError> {
        let payload = serde_json::to_value(fact).map_err(|error| DatabaseError::corrupt(&format!("fact {}: {error}", fact.name())))?;
        let (name, version, channel_id) = (fact.name(), F::version(fact.name()), fact.channel_id());
        Ok(Self { aggregate_id: fact.aggregate_id(), name, version, payload, channel_id })
    }
}

/// Writes facts about different aggregates, in order; the number of each follows its aggregate's last one, wherever that row
/// is by now.
pub(super) async fn insert(tx: &WriteTx, aggregate: &str, facts: Vec<Written>) -> Result<(), DatabaseError> {
    const WIDTH: usize = 6;
    const FIXED: usize = 5;
    if facts.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..facts.len()).map(|row| format!("({})", db::placeholders(FIXED + 1 + row * WIDTH, WIDTH))).collect();
    let sql = format!(
        "WITH x(id, aggregate_id, type, version, payload, channel_id) AS (VALUES {})
        INSERT INTO outbox (id, aggregate_type, aggregate_id, aggregate_seq, type, version, payload, actor, request_id, traceparent,
            channel_id, occurred_at)
        SELECT x.id, $1, x.aggregate_id,
            1 + COALESCE((SELECT MAX(seq) FROM (
                SELECT MAX(aggregate_seq) AS seq FROM outbox WHERE aggregate_type = $1 AND aggregate_id = x.aggregate_id
                UNION ALL
                SELECT MAX(aggregate_seq) AS seq FROM events WHERE aggregate_type = $1 AND aggregate_id = x.aggregate_id) AS known), 0),
            x.type, x.version, x.payload, $2, $3, $4, x.channel_id, $5 FROM x",
        rows.join(", ")
    );
    let origin = tx.origin();
    let mut values = values![aggregate, origin.actor.to_string(), origin.request_id.clone(), origin.traceparent.clone(), tx.now()];
    for fact in facts {
        let Written { aggregate_id, name, version, payload, channel_id } = fact;
        values.extend(values![EventId::generate(), aggregate_id, name, version, payload, channel_id]);
    }
    db::execute_later(tx, &sql, values).await
}

#[derive(Debug, FromQueryResult)]
pub(super) struct OutboxRow {
    pub(super) position: i64,
    id: Uuid,
    aggregate_type: String,
    aggregate_id: Uuid,
    aggregate_seq: i64,
    r#type: String,
    version: i64,
    payload: serde_json::Value,
    actor: String,
    request_id: Option<String>,
    traceparent: Option<String>,
    channel_id: Option<Uuid>,
    occurred_at: Timestamp,
}

/// The oldest rows, in the order in which they were written; rows of one aggregate stand in their own order.
pub(super) async fn oldest(db: &impl ConnectionTrait, most: i64) -> Result<Vec<OutboxRow>, DatabaseError> {
    const SELECT: &str = "SELECT position, id, aggregate_type, aggregate_id, aggregate_seq, type, version, payload, actor, request_id,
        traceparent, channel_id, occurred_at FROM outbox ORDER BY position LIMIT $1";
    db::fetch_all(db, SELECT, values![most]).await
}

pub(super) async fn move_to_events(tx: &WriteTx, rows: Vec<OutboxRow>, last_seq: i64) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO events (seq, id, aggregate_type, aggregate_id, aggregate_seq, type, version, payload, actor,
        request_id, traceparent, channel_id, occurred_at) VALUES";
    let positions: Vec<db::Value> = rows.iter().flat_map(|row| values![row.position]).collect();
    let delete = format!("DELETE FROM outbox WHERE position IN ({})", db::placeholders(1, positions.len()));
    let numbered = rows.into_iter().zip(last_seq + 1..).map(|(row, seq)| {
        values![
            seq,
            row.id,
            row.aggregate_type,
            row.aggregate_id,
            row.aggregate_seq,
            row.r#type,
            row.version,
            row.payload,
            row.actor,
            row.request_id,
            row.traceparent,
            row.channel_id,
            row.occurred_at,
        ]
    });
    db::insert_many_later(tx, INSERT, numbered.collect(), "").await?;
    db::execute_later(tx, &delete, positions).await
}

/// What still waits for the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Backlog {
    /// How many facts.
    pub waiting: i64,
    /// When the oldest happened.
    pub oldest: Option<Timestamp>,
}

/// How far the relay is behind.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn backlog(db: &impl ConnectionTrait) -> Result<Backlog, DatabaseError> {
    db::fetch_one(db, "SELECT CAST(COUNT(*) AS BIGINT) AS waiting, MIN(occurred_at) AS oldest FROM outbox", vec![]).await
}
