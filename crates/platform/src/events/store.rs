//! Rows of `events`.

use kernel::Timestamp;
use uuid::Uuid;

use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters, Value, WriteTx};
use crate::values;

/// A fact with its place in the stream.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct Event {
    /// Place among all events; given after the commit, so that a reader never skips one.
    pub seq: i64,
    /// The event's id, the same over every delivery.
    pub id: Uuid,
    /// What kind of thing it happened to.
    pub aggregate_type: String,
    /// The thing it happened to.
    pub aggregate_id: Uuid,
    /// Place among the events of that thing, from 1, without gaps.
    pub aggregate_seq: i64,
    /// `order.placed`.
    pub r#type: String,
    /// Version of the payload's shape.
    pub version: i64,
    /// What happened, as JSON.
    pub payload: serde_json::Value,
    /// Who did it.
    pub actor: String,
    /// In which request.
    pub request_id: Option<String>,
    /// When.
    pub occurred_at: Timestamp,
}

pub(super) const COLUMNS: &str =
    "seq, id, aggregate_type, aggregate_id, aggregate_seq, type, version, payload, actor, request_id, occurred_at";

/// The events after this place, in order.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn since(db: &impl ConnectionTrait, seq: i64, most: i64) -> Result<Vec<Event>, DatabaseError> {
    db::fetch_all(db, &format!("SELECT {COLUMNS} FROM events WHERE seq > $1 ORDER BY seq LIMIT $2"), values![seq, most]).await
}

/// The place of the last event; 0 where there is none.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn last_seq(db: &impl ConnectionTrait) -> Result<i64, DatabaseError> {
    Ok(db::fetch_scalar(db, "SELECT COALESCE(MAX(seq), 0) FROM events", vec![]).await?.unwrap_or(0))
}

/// What happened to what and when, without what is told of it: enough for most who follow, and a tenth of the reading.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct EventHead {
    /// Place among all events.
    pub seq: i64,
    /// The event's id.
    pub id: Uuid,
    /// What kind of thing it happened to.
    pub aggregate_type: String,
    /// Which one.
    pub aggregate_id: Uuid,
    /// `order.placed`.
    pub r#type: String,
    /// When.
    pub occurred_at: Timestamp,
}

const HEAD: &str = "seq, id, aggregate_type, aggregate_id, type, occurred_at";

/// What happened to things of these kinds after this place, in order. The last event there is comes in any case, so that the next
/// question begins behind it. Read by place alone: `|| ''` keeps PostgreSQL from gathering all that ever happened to these kinds of things,
/// which it does where its statistics are older than the place.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn heads_since(db: &impl ConnectionTrait, seq: i64, kinds: &[&str], most: usize) -> Result<Vec<EventHead>, DatabaseError> {
    let sql = format!(
        "SELECT {HEAD} FROM events
         WHERE seq > $1 AND (seq = (SELECT MAX(seq) FROM events) OR aggregate_type || '' IN ({})) ORDER BY seq LIMIT {most}",
        db::placeholders(2, kinds.len())
    );
    let mut values = values![seq];
    values.extend(kinds.iter().flat_map(|kind| values![*kind]));
    db::fetch_all(db, &sql, values).await
}

/// What happened behind one place up to another, whatever it happened to, in order.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn heads_within(db: &impl ConnectionTrait, after: i64, last: i64, most: i64) -> Result<Vec<EventHead>, DatabaseError> {
    let sql = format!("SELECT {HEAD} FROM events WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3");
    db::fetch_all(db, &sql, values![after, last, most]).await
}

/// What happened to one thing, from the first; facts that are still on their way out are in it, with `seq` 0.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn of_aggregate(db: &impl ConnectionTrait, aggregate_type: &str, id: Uuid) -> Result<Vec<Event>, DatabaseError> {
    of_aggregates(db, aggregate_type, &[id]).await
}

/// The same of several things, one after the other.
pub(super) async fn of_aggregates(db: &impl ConnectionTrait, aggregate_type: &str, ids: &[Uuid]) -> Result<Vec<Event>, DatabaseError> {
    let mut parameters = Parameters(values![aggregate_type]);
    let ids = parameters.bind_all(ids.iter().copied());
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE aggregate_type = $1 AND aggregate_id IN ({ids})
         UNION ALL
         SELECT CAST(0 AS BIGINT) AS {COLUMNS} FROM outbox WHERE aggregate_type = $1 AND aggregate_id IN ({ids})
         ORDER BY aggregate_id, aggregate_seq"
    );
    db::fetch_all(db, &sql, parameters.0).await
}

/// How far a consumer has read; 0 where it has not begun.
pub(super) async fn cursor(db: &impl ConnectionTrait, consumer: &str) -> Result<i64, DatabaseError> {
    Ok(db::fetch_scalar(db, "SELECT seq FROM event_cursors WHERE consumer = $1", values![consumer]).await?.unwrap_or(0))
}

/// Notes how far a consumer has read.
pub(super) async fn move_cursor(tx: &WriteTx, consumer: &str, seq: i64) -> Result<(), DatabaseError> {
    const UPSERT: &str = "INSERT INTO event_cursors (consumer, seq, updated_at) VALUES ($1, $2, $3)
        ON CONFLICT (consumer) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at";
    db::execute(tx, UPSERT, values![consumer, seq, tx.now()]).await.map(drop)
}

/// Sends a consumer back to the first event: it is told everything once more.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn rewind(tx: &WriteTx, consumer: &str) -> Result<(), DatabaseError> {
    move_cursor(tx, consumer, 0).await
}

/// The place of the last event from before this moment; 0 where there is none.
pub(super) async fn last_before(db: &impl ConnectionTrait, before: Timestamp) -> Result<i64, DatabaseError> {
    const SELECT: &str = "SELECT COALESCE(MAX(seq), 0) FROM events WHERE occurred_at < $1";
    Ok(db::fetch_scalar(db, SELECT, values![before]).await?.unwrap_or(0))
}

/// How far each of these consumers has read; 0 where one has not begun.
pub(super) async fn read_by_all(db: &impl ConnectionTrait, consumers: &[&str]) -> Result<i64, DatabaseError> {
    let mut least = i64::MAX;
    for consumer in consumers {
        least = least.min(cursor(db, consumer).await?);
    }
    Ok(least)
}

/// What may be forgotten behind one place up to another: the events of these kinds of things, but for the last of each thing. Read by place,
/// as in [`heads_since`].
fn forgettable(kinds: &[&str], after: i64, to: i64) -> (String, Vec<Value>) {
    let sql = format!(
        "FROM events WHERE seq > $1 AND seq <= $2 AND aggregate_type || '' IN ({})
            AND EXISTS (SELECT 1 FROM events l WHERE l.aggregate_type = events.aggregate_type AND l.aggregate_id = events.aggregate_id
                AND l.aggregate_seq > events.aggregate_seq)",
        db::placeholders(3, kinds.len())
    );
    let mut values = values![after, to];
    values.extend(kinds.iter().flat_map(|kind| values![*kind]));
    (sql, values)
}

/// True where something there may be forgotten; asked of the reader, because most of what is kept was kept the last time as well.
pub(super) async fn is_forgettable(db: &impl ConnectionTrait, kinds: &[&str], after: i64, to: i64) -> Result<bool, DatabaseError> {
    let (sql, values) = forgettable(kinds, after, to);
    Ok(db::fetch_scalar::<i64>(db, &format!("SELECT seq {sql} LIMIT 1"), values).await?.is_some())
}

/// Deletes it.
pub(super) async fn forget(tx: &WriteTx, kinds: &[&str], after: i64, to: i64) -> Result<(), DatabaseError> {
    let (sql, values) = forgettable(kinds, after, to);
    db::execute(tx, &format!("DELETE {sql}"), values).await.map(drop)
}
