//! Rows of endpoints.

use kernel::{Page, PageRequest, Timestamp, WebhookEndpointId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::webhooks::model::{DisabledBecause, Endpoint, EventPatterns};

#[derive(FromQueryResult)]
struct EndpointRow {
    id: Uuid,
    url: String,
    description: Option<String>,
    events: serde_json::Value,
    in_order: bool,
    disabled_because: Option<String>,
    public_key: String,
    previous_key_until: Option<Timestamp>,
    failing_since: Option<Timestamp>,
    last_delivered_at: Option<Timestamp>,
    version: i64,
    created_at: Timestamp,
    created_by: String,
}

impl TryFrom<EndpointRow> for Endpoint {
    type Error = DatabaseError;

    fn try_from(row: EndpointRow) -> Result<Self, DatabaseError> {
        let because = row.disabled_because.map(|word| word.parse::<DisabledBecause>());
        Ok(Self {
            id: WebhookEndpointId::from_uuid(row.id),
            url: row.url,
            description: row.description,
            events: patterns(row.events)?,
            in_order: row.in_order,
            disabled_because: because.transpose().map_err(|_| DatabaseError::corrupt("webhook_endpoints.disabled_because"))?,
            public_key: row.public_key,
            previous_key_until: row.previous_key_until,
            failing_since: row.failing_since,
            last_delivered_at: row.last_delivered_at,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

fn patterns(json: serde_json::Value) -> Result<EventPatterns, DatabaseError> {
    serde_json::from_value(json).map(EventPatterns::stored).map_err(|_| DatabaseError::corrupt("webhook_endpoints.events"))
}

const SELECT: &str = "SELECT e.id, e.url, e.description, e.events, e.in_order, e.disabled_because, e.public_key, e.previous_key_until,
    q.failing_since, q.last_delivered_at, e.version, e.created_at, e.created_by
    FROM webhook_endpoints e JOIN webhook_queues q ON q.endpoint_id = e.id WHERE e.deleted_at IS NULL";

async fn endpoints(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Vec<Endpoint>, DatabaseError> {
    let rows: Vec<EndpointRow> = db::fetch_all(db, &format!("{SELECT} {rest}"), values).await?;
    rows.into_iter().map(Endpoint::try_from).collect()
}

/// One endpoint.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: WebhookEndpointId) -> Result<Option<Endpoint>, DatabaseError> {
    Ok(endpoints(db, "AND e.id = $1", values![id]).await?.pop())
}

/// The endpoint, which nobody else changes until the transaction ends.
pub(in crate::webhooks) async fn lock(tx: &WriteTx, id: WebhookEndpointId) -> Result<Option<Endpoint>, DatabaseError> {
    Ok(endpoints(tx, "AND e.id = $1 FOR UPDATE OF e", values![id]).await?.pop())
}

/// One page of the endpoints, in the order in which they were made; there are few enough to be read whole.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, newest_first: bool, page: &PageRequest) -> Result<Page<Endpoint>, ListError> {
    let all = endpoints(db, "ORDER BY e.id", vec![]).await?;
    db::page_of_short(all, page, newest_first, |endpoint| endpoint.id.uuid())
}

/// How many there are; two who make one at the same time wait for each other.
pub(in crate::webhooks) async fn count(tx: &WriteTx) -> Result<i64, DatabaseError> {
    db::lock_name(tx, "webhooks.count").await?;
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM webhook_endpoints WHERE deleted_at IS NULL";
    Ok(db::fetch_scalar(tx, COUNT, vec![]).await?.unwrap_or(0))
}

/// Writes a new endpoint with its sealed key, and the queue that belongs to it.
pub(in crate::webhooks) async fn insert(tx: &WriteTx, endpoint: &Endpoint, key: Vec<u8>) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO webhook_endpoints (id, url, description, events, in_order, signing_key, public_key, version, created_at,
        updated_at, created_by, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $10)";
    const QUEUE: &str = "INSERT INTO webhook_queues (endpoint_id) VALUES ($1)";
    let Endpoint { id, url, description, events, in_order, public_key, version, created_at, created_by, .. } = endpoint;
    let events = serde_json::json!(events);
    let values = values![*id, url, description.as_deref(), events, *in_order, key, public_key, *version, *created_at, created_by];
    db::execute(tx, INSERT, values).await?;
    db::execute(tx, QUEUE, values![*id]).await.map(drop)
}

/// Writes the endpoint, whose lock the caller holds.
pub(in crate::webhooks) async fn update(tx: &WriteTx, endpoint: &Endpoint, deleted_at: Option<Timestamp>) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE webhook_endpoints SET url = $1, description = $2, events = $3, in_order = $4, disabled_because = $5,
        deleted_at = $6, version = $7, updated_at = $8, updated_by = $9 WHERE id = $10 AND version = $7 - 1";
    let Endpoint { id, url, description, events, in_order, disabled_because, version, .. } = endpoint;
    let (events, because) = (serde_json::json!(events), disabled_because.map(DisabledBecause::as_str));
    let actor = tx.actor().to_string();
    let values = values![url, description.as_deref(), events, *in_order, because, deleted_at, *version, tx.now(), actor, *id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

/// Gives the endpoint, whose lock the caller holds, another key; the one before signs beside it until then.
pub(in crate::webhooks) async fn replace_key(
    tx: &WriteTx,
    endpoint: &Endpoint,
    key: Vec<u8>,
    previous_until: Timestamp,
) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE webhook_endpoints SET previous_key = signing_key, previous_key_until = $1, signing_key = $2, public_key = $3,
        version = $4, updated_at = $5, updated_by = $6 WHERE id = $7 AND version = $4 - 1";
    let actor = tx.actor().to_string();
    let values = values![previous_until, key, &endpoint.public_key, endpoint.version, tx.now(), actor, endpoint.id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

/// Ends telling an endpoint that did not take it; false where it was ended already.
pub(in crate::webhooks) async fn disable(tx: &WriteTx, id: WebhookEndpointId, because: DisabledBecause) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE webhook_endpoints SET disabled_because = $1, version = version + 1, updated_at = $2, updated_by = $3
        WHERE id = $4 AND disabled_because IS NULL AND deleted_at IS NULL";
    Ok(db::execute(tx, UPDATE, values![because.as_str(), tx.now(), tx.actor().to_string(), id]).await? == 1)
}

/// What is asked of each event: who is told of it.
pub(in crate::webhooks) struct Told {
    pub(in crate::webhooks) id: WebhookEndpointId,
    pub(in crate::webhooks) events: EventPatterns,
    pub(in crate::webhooks) created_at: Timestamp,
}

/// Everybody who is told.
pub(in crate::webhooks) async fn told(db: &impl ConnectionTrait) -> Result<Vec<Told>, DatabaseError> {
    #[derive(FromQueryResult)]
    struct ToldRow {
        id: Uuid,
        events: serde_json::Value,
        created_at: Timestamp,
    }
    const SELECT: &str =
        "SELECT id, events, created_at FROM webhook_endpoints WHERE disabled_because IS NULL AND deleted_at IS NULL ORDER BY id";
    let rows: Vec<ToldRow> = db::fetch_all(db, SELECT, vec![]).await?;
    let told = |row: ToldRow| {
        let ToldRow { id, events, created_at } = row;
        Ok(Told { id: WebhookEndpointId::from_uuid(id), events: patterns(events)?, created_at })
    };
    rows.into_iter().map(told).collect()
}

/// What a message is sent to and signed with.
#[derive(FromQueryResult)]
pub(in crate::webhooks) struct Keys {
    pub(in crate::webhooks) url: String,
    pub(in crate::webhooks) in_order: bool,
    pub(in crate::webhooks) signing_key: Vec<u8>,
    pub(in crate::webhooks) previous_key: Option<Vec<u8>>,
    pub(in crate::webhooks) previous_key_until: Option<Timestamp>,
    pub(in crate::webhooks) failing_since: Option<Timestamp>,
}

/// The endpoint as its queue works for it; none where it is not told.
pub(in crate::webhooks) async fn at_work(db: &impl ConnectionTrait, id: WebhookEndpointId) -> Result<Option<Keys>, DatabaseError> {
    const SELECT: &str = "SELECT e.url, e.in_order, e.signing_key, e.previous_key, e.previous_key_until, q.failing_since
        FROM webhook_endpoints e JOIN webhook_queues q ON q.endpoint_id = e.id
        WHERE e.id = $1 AND e.disabled_because IS NULL AND e.deleted_at IS NULL";
    db::fetch_optional(db, SELECT, values![id]).await
}

/// Forgets endpoints that were removed and of which nothing is left but themselves.
pub(in crate::webhooks) async fn forget_removed(tx: &WriteTx) -> Result<u64, DatabaseError> {
    const DELETE: &str = "DELETE FROM webhook_endpoints WHERE deleted_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = webhook_endpoints.id)";
    db::execute(tx, DELETE, vec![]).await
}
