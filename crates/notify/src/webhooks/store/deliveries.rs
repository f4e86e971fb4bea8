//! Rows of deliveries.

use kernel::{Cursor, EventId, Page, PageRequest, Position, Timestamp, WebhookDeliveryId, WebhookEndpointId};
use platform::db::{self, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, Parameters, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::webhooks::model::DeliveryState;

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: WebhookDeliveryId,
    /// Whom it goes to.
    pub endpoint_id: WebhookEndpointId,
    /// Which event; its id is that of the message, over all tries.
    pub event_id: EventId,
    /// The event's place in the stream.
    pub event_seq: i64,
    /// The event's name.
    pub event_type: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next, while it waits.
    pub run_at: Timestamp,
    /// When it arrived or was given up.
    pub finished_at: Option<Timestamp>,
    /// Since when it is on its way.
    pub created_at: Timestamp,
}

#[derive(FromQueryResult)]
struct DeliveryRow {
    id: Uuid,
    endpoint_id: Uuid,
    event_id: Uuid,
    event_seq: i64,
    event_type: String,
    state: String,
    attempts: i64,
    run_at: Timestamp,
    finished_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl TryFrom<DeliveryRow> for Delivery {
    type Error = DatabaseError;

    fn try_from(row: DeliveryRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: WebhookDeliveryId::from_uuid(row.id),
            endpoint_id: WebhookEndpointId::from_uuid(row.endpoint_id),
            event_id: EventId::from_uuid(row.event_id),
            event_seq: row.event_seq,
            event_type: row.event_type,
            state: row.state.parse().map_err(|_| DatabaseError::corrupt("webhook_deliveries.state"))?,
            attempts: row.attempts,
            run_at: row.run_at,
            finished_at: row.finished_at,
            created_at: row.created_at,
        })
    }
}

const COLUMNS: &str =
    "d.id, d.endpoint_id, d.event_id, d.event_seq, d.event_type, d.state, d.attempts, d.run_at, d.finished_at, d.created_at";

/// One delivery of an endpoint that is not deleted.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_delivery(db: &impl ConnectionTrait, id: WebhookDeliveryId) -> Result<Option<Delivery>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id WHERE d.id = $1 AND e.deleted_at IS NULL"
    );
    let row: Option<DeliveryRow> = db::fetch_optional(db, &sql, values![id]).await?;
    row.map(Delivery::try_from).transpose()
}

/// Which deliveries of an endpoint are listed.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// In any of these states.
    pub states: Vec<DeliveryState>,
    /// Of any of these events.
    pub types: Vec<String>,
    /// Of this event alone.
    pub event_id: Option<EventId>,
}

/// One page of an endpoint's deliveries by the place of their events in the stream, the newest first or the oldest. At most two statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list_deliveries(
    db: &impl ConnectionTrait,
    endpoint: WebhookEndpointId,
    filter: &DeliveryFilter,
    newest_first: bool,
    request: &PageRequest,
) -> Result<Page<Delivery>, ListError> {
    let (limit, offset) = db::window(request)?;
    let mut narrowed = Conditions::default();
    narrowed.is("d.endpoint_id", Some(endpoint));
    narrowed.is_among("d.state", filter.states.iter().map(|state| state.as_str()));
    narrowed.is_among("d.event_type", &filter.types);
    narrowed.is("d.event_id", filter.event_id);
    let source = format!("webhook_deliveries d WHERE {}", narrowed.text());
    let total = db::total_of(db, request, &source, narrowed.parameters.0.clone()).await?;
    let (sort, sign, direction) = if newest_first { ("-created_at", "<", "DESC") } else { ("created_at", ">", "ASC") };
    if let Position::After(Some(cursor)) = &request.position {
        let seq: i64 = cursor.value.as_ref().and_then(|value| value.parse().ok()).ok_or(kernel::CursorError)?;
        let seq = narrowed.parameters.bind(seq);
        narrowed.add(format!("d.event_seq {sign} {seq}"));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM webhook_deliveries d WHERE {} ORDER BY d.event_seq {direction} LIMIT {limit} OFFSET {offset}",
        narrowed.text()
    );
    let rows: Vec<DeliveryRow> = db::fetch_all(db, &sql, narrowed.into_values()).await?;
    let rows: Vec<Delivery> = rows.into_iter().map(Delivery::try_from).collect::<Result<_, _>>()?;
    let place = |last: &Delivery| Cursor { sort: sort.to_owned(), value: Some(last.event_seq.to_string()), id: last.id.uuid() };
    Ok(db::page_of(rows, request, total, place))
}

/// An event that an endpoint is to be told of.
pub(in crate::webhooks) struct NewDelivery {
    pub(in crate::webhooks) endpoint: WebhookEndpointId,
    pub(in crate::webhooks) event_seq: i64,
    pub(in crate::webhooks) event_id: Uuid,
    pub(in crate::webhooks) event_type: String,
    pub(in crate::webhooks) aggregate_id: Uuid,
}

/// Puts events on their way; one that is or was on its way to the endpoint already stays what it is.
pub(in crate::webhooks) async fn enqueue(tx: &WriteTx, deliveries: Vec<NewDelivery>) -> Result<(), DatabaseError> {
    insert(tx, deliveries, "ON CONFLICT (endpoint_id, event_seq) DO NOTHING").await
}

async fn insert(tx: &WriteTx, deliveries: Vec<NewDelivery>, on_conflict: &str) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO webhook_deliveries (id, endpoint_id, event_seq, event_id, event_type, aggregate_id, state, run_at, created_at) VALUES";
    let row = |new: NewDelivery| {
        let NewDelivery { endpoint, event_seq, event_id, event_type, aggregate_id } = new;
        let state = DeliveryState::Queued.as_str();
        values![WebhookDeliveryId::generate(), endpoint, event_seq, event_id, event_type, aggregate_id, state, tx.now(), tx.now()]
    };
    let rows = deliveries.into_iter().map(row).collect();
    db::insert_many(tx, INSERT, rows, on_conflict).await.map(drop)
}

/// The same, but what was on its way already begins anew, with all its tries.
pub(in crate::webhooks) async fn enqueue_again(tx: &WriteTx, deliveries: Vec<NewDelivery>) -> Result<(), DatabaseError> {
    const AGAIN: &str = "ON CONFLICT (endpoint_id, event_seq) DO UPDATE SET state = excluded.state, tries = 0, run_at = excluded.run_at,
        requests = webhook_deliveries.requests + 1, finished_at = NULL";
    insert(tx, deliveries, AGAIN).await
}

/// A delivery whose time has come.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub(in crate::webhooks) struct Due {
    pub(in crate::webhooks) id: Uuid,
    pub(in crate::webhooks) event_seq: i64,
    pub(in crate::webhooks) aggregate_id: Uuid,
    pub(in crate::webhooks) attempts: i64,
    pub(in crate::webhooks) tries: i64,
    pub(in crate::webhooks) requests: i64,
}

/// What is due of an endpoint's deliveries, the longest due first. `in_order` leaves out what follows something of the same thing that has
/// not arrived yet.
pub(in crate::webhooks) async fn due(
    db: &impl ConnectionTrait,
    endpoint: WebhookEndpointId,
    in_order: bool,
    now: Timestamp,
    most: i64,
) -> Result<Vec<Due>, DatabaseError> {
    const FIRST: &str = "AND NOT EXISTS (SELECT 1 FROM webhook_deliveries b WHERE b.endpoint_id = d.endpoint_id
        AND b.aggregate_id = d.aggregate_id AND b.state = 'queued' AND b.event_seq < d.event_seq)";
    let sql = format!(
        "SELECT d.id, d.event_seq, d.aggregate_id, d.attempts, d.tries, d.requests FROM webhook_deliveries d
         WHERE d.endpoint_id = $1 AND d.state = 'queued' AND d.run_at <= $2 {} ORDER BY d.run_at, d.event_seq LIMIT $3",
        if in_order { FIRST } else { "" }
    );
    db::fetch_all(db, &sql, values![endpoint, now, most]).await
}

/// Has what follows something that is tried again wait for it, at an endpoint whose order counts; of these things alone, where they are given.
/// Without it the queue would be looked at again and again for nothing.
pub(in crate::webhooks) async fn hold_back(
    tx: &WriteTx,
    endpoint: WebhookEndpointId,
    things: Option<&[Uuid]>,
) -> Result<(), DatabaseError> {
    const FIRST: &str = "(SELECT f.run_at FROM webhook_deliveries f WHERE f.endpoint_id = webhook_deliveries.endpoint_id
        AND f.aggregate_id = webhook_deliveries.aggregate_id AND f.state = 'queued' ORDER BY f.event_seq LIMIT 1)";
    let mut parameters = Parameters(values![endpoint, tx.now()]);
    let narrowed =
        things.map_or_else(String::new, |things| format!("AND aggregate_id IN ({})", parameters.bind_all(things.iter().copied())));
    let sql = format!(
        "UPDATE webhook_deliveries SET run_at = {FIRST}
         WHERE endpoint_id = $1 AND state = 'queued' AND run_at <= $2 {narrowed} AND {FIRST} > $2"
    );
    db::execute(tx, &sql, parameters.0).await.map(drop)
}

/// What became of a delivery by one try.
pub(in crate::webhooks) struct Settled {
    pub(in crate::webhooks) due: Due,
    pub(in crate::webhooks) state: DeliveryState,
    /// When it is tried next; of no matter where it is not.
    pub(in crate::webhooks) run_at: Timestamp,
}

/// Writes what became of deliveries, in one statement. One that was asked for once more meanwhile still waits for that, and one that was given
/// up meanwhile stays so, unless it arrived.
pub(in crate::webhooks) async fn settle_deliveries(tx: &WriteTx, settled: &[Settled]) -> Result<(), DatabaseError> {
    const WIDTH: usize = 5;
    const ENDS: &str = "d.requests = x.requests AND (d.state = 'queued' OR x.state = 'delivered')";
    if settled.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..settled.len()).map(|row| format!("({})", db::placeholders(1 + row * WIDTH, WIDTH))).collect();
    let sql = format!(
        "WITH x(id, requests, state, run_at, finished_at) AS (VALUES {})
         UPDATE webhook_deliveries AS d SET attempts = d.attempts + 1,
             tries = CASE WHEN d.requests = x.requests THEN d.tries + 1 ELSE 0 END,
             state = CASE WHEN {ENDS} THEN x.state ELSE d.state END,
             run_at = CASE WHEN {ENDS} THEN x.run_at ELSE d.run_at END,
             finished_at = CASE WHEN {ENDS} THEN x.finished_at ELSE d.finished_at END
         FROM x WHERE d.id = x.id",
        rows.join(", ")
    );
    let row = |settled: &Settled| {
        let finished_at = (settled.state != DeliveryState::Queued).then(|| tx.now());
        values![settled.due.id, settled.due.requests, settled.state.as_str(), settled.run_at, finished_at]
    };
    db::execute(tx, &sql, settled.iter().flat_map(row).collect()).await.map(drop)
}

/// Puts a delivery on its way once more, with all its tries; false where there is none.
pub(in crate::webhooks) async fn requeue(tx: &WriteTx, id: WebhookDeliveryId) -> Result<bool, DatabaseError> {
    const UPDATE: &str =
        "UPDATE webhook_deliveries SET state = 'queued', tries = 0, requests = requests + 1, run_at = $1, finished_at = NULL
        WHERE id = $2";
    Ok(db::execute(tx, UPDATE, values![tx.now(), id]).await? == 1)
}

/// Gives up what waits for endpoints that are not told any more, some of it; how much.
pub(in crate::webhooks) async fn give_up(tx: &WriteTx, most: i64) -> Result<u64, DatabaseError> {
    const UPDATE: &str = "UPDATE webhook_deliveries SET state = 'exhausted', finished_at = $1 WHERE id IN (
        SELECT d.id FROM webhook_endpoints e JOIN webhook_deliveries d ON d.endpoint_id = e.id
        WHERE e.disabled_because IS NOT NULL AND d.state = 'queued' LIMIT $2)";
    db::execute(tx, UPDATE, values![tx.now(), most]).await
}

/// Forgets deliveries that ended before this moment, and all of endpoints that were removed, some of them; how many.
pub(in crate::webhooks) async fn forget(tx: &WriteTx, ended_before: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const OLD: &str = "DELETE FROM webhook_deliveries WHERE id IN (
        SELECT id FROM webhook_deliveries WHERE state <> 'queued' AND finished_at < $1 ORDER BY finished_at LIMIT $2)";
    const REMOVED: &str = "DELETE FROM webhook_deliveries WHERE id IN (
        SELECT d.id FROM webhook_endpoints e JOIN webhook_deliveries d ON d.endpoint_id = e.id WHERE e.deleted_at IS NOT NULL LIMIT $1)";
    Ok(db::execute(tx, OLD, values![ended_before, most]).await? + db::execute(tx, REMOVED, values![most]).await?)
}
