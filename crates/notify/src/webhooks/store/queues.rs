//! Rows of queues: who works for which endpoint, and how that goes.

use chrono::TimeDelta;
use kernel::{Timestamp, WebhookEndpointId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, WriteTx};
use platform::values;
use uuid::Uuid;

/// What always holds of messages to endpoints.
pub const INVARIANTS: &[Invariant] = &[Invariant {
    code: "e09",
    says: "no message to a webhook endpoint that is told is overdue by more than six days",
    sql: "SELECT d.event_type AS culprit FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
        WHERE d.state = 'queued' AND d.run_at < $1 AND e.disabled_because IS NULL AND e.deleted_at IS NULL",
    grace_s: Some(6 * 86_400),
}];

/// Twice what a round of tries takes at most; after it another worker takes over from one that died.
const LEASE: TimeDelta = TimeDelta::seconds(30);

/// The right to work for one endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::webhooks) struct Lease {
    pub(in crate::webhooks) endpoint: WebhookEndpointId,
    /// Grows with each claim: a worker that lost its lease writes nothing.
    fence: i64,
}

/// Queues that are free and have something to do now. `$1` is the moment. The oldest of each is asked for, and not whether there is any:
/// whatever would do, PostgreSQL may look for by reading all that waits, for dead endpoints as well.
const DUE: &str = "FROM webhook_queues q JOIN webhook_endpoints e ON e.id = q.endpoint_id
    WHERE e.disabled_because IS NULL AND e.deleted_at IS NULL AND (q.lease_until IS NULL OR q.lease_until < $1)
        AND (q.not_before IS NULL OR q.not_before <= $1)
        AND (SELECT d.run_at FROM webhook_deliveries d WHERE d.endpoint_id = q.endpoint_id AND d.state = 'queued'
            ORDER BY d.run_at LIMIT 1) <= $1";

/// True where a claim would find something; asked of the reader, so that an idle worker takes no write lock.
pub(in crate::webhooks) async fn any_due(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool, DatabaseError> {
    Ok(db::fetch_scalar::<i64>(db, &format!("SELECT CAST(1 AS BIGINT) {DUE} LIMIT 1"), values![now]).await?.is_some())
}

/// Takes queues that have something to do; no two workers have the same.
pub(in crate::webhooks) async fn claim(tx: &WriteTx, most: i64) -> Result<Vec<Lease>, DatabaseError> {
    #[derive(FromQueryResult)]
    struct LeaseRow {
        endpoint_id: Uuid,
        fence: i64,
    }
    let sql = format!(
        "UPDATE webhook_queues SET lease_until = $2, fence = fence + 1 WHERE endpoint_id IN (
             SELECT q.endpoint_id {DUE} ORDER BY q.endpoint_id LIMIT $3 FOR UPDATE OF q SKIP LOCKED
         )
         RETURNING endpoint_id, fence"
    );
    let rows: Vec<LeaseRow> = db::fetch_all(tx, &sql, values![tx.now(), tx.now() + LEASE, most]).await?;
    Ok(rows.into_iter().map(|row| Lease { endpoint: WebhookEndpointId::from_uuid(row.endpoint_id), fence: row.fence }).collect())
}

/// How an endpoint does after a round.
#[derive(Debug, Clone, Copy)]
pub(in crate::webhooks) struct Health {
    pub(in crate::webhooks) failing_since: Option<Timestamp>,
    pub(in crate::webhooks) notices: i64,
    pub(in crate::webhooks) delivered_at: Option<Timestamp>,
    pub(in crate::webhooks) not_before: Option<Timestamp>,
}

/// Notes how the endpoint does and goes on with the lease; false where somebody else has it by now, and then nothing that was done
/// under it may be written.
pub(in crate::webhooks) async fn settle_queue(tx: &WriteTx, lease: Lease, health: Health) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE webhook_queues SET lease_until = $1, failing_since = $2, notices = $3, not_before = $4,
            last_delivered_at = COALESCE($5, last_delivered_at), last_tried_at = $6
        WHERE endpoint_id = $7 AND fence = $8";
    let Health { failing_since, notices, delivered_at, not_before } = health;
    let values = values![tx.now() + LEASE, failing_since, notices, not_before, delivered_at, tx.now(), lease.endpoint, lease.fence];
    Ok(db::execute(tx, UPDATE, values).await? == 1)
}

/// Gives the queue back.
pub(in crate::webhooks) async fn give_back(tx: &WriteTx, lease: Lease) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE webhook_queues SET lease_until = NULL WHERE endpoint_id = $1 AND fence = $2";
    db::execute(tx, UPDATE, values![lease.endpoint, lease.fence]).await.map(drop)
}

/// Forgets that the endpoint failed or asked to be left alone: somebody says that it is well again.
pub(in crate::webhooks) async fn forgive(tx: &WriteTx, endpoint: WebhookEndpointId) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE webhook_queues SET failing_since = NULL, last_tried_at = NULL, not_before = NULL, notices = 0
        WHERE endpoint_id = $1";
    db::execute(tx, UPDATE, values![endpoint]).await.map(drop)
}

/// How an endpoint did until now.
#[derive(Debug, Clone, Copy, Default, FromQueryResult)]
pub(in crate::webhooks) struct Past {
    pub(in crate::webhooks) failing_since: Option<Timestamp>,
    pub(in crate::webhooks) last_tried_at: Option<Timestamp>,
    pub(in crate::webhooks) notices: i64,
}

/// How the endpoint did until now; its queue is held until the transaction ends.
pub(in crate::webhooks) async fn past(tx: &WriteTx, endpoint: WebhookEndpointId) -> Result<Past, DatabaseError> {
    const SELECT: &str = "SELECT failing_since, last_tried_at, notices FROM webhook_queues WHERE endpoint_id = $1 FOR UPDATE";
    Ok(db::fetch_optional(tx, SELECT, values![endpoint]).await?.unwrap_or_default())
}
