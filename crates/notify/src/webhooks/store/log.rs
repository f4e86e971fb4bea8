//! Rows of tries: what was sent where, and what was answered.

use kernel::{Timestamp, WebhookDeliveryId, WebhookEndpointId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

/// How one try went.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Attempt {
    /// Which try of the delivery, from 1.
    pub number: i64,
    /// Where the message went.
    pub url: String,
    /// When.
    pub started_at: Timestamp,
    /// How long it took until the answer was read, or there was none.
    pub latency_ms: i64,
    /// The status of the answer, where there was one.
    pub status: Option<i64>,
    /// Why there was none.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub answer: String,
}

/// How all tries of a delivery went, the first one first.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn attempts_of(db: &impl ConnectionTrait, delivery: WebhookDeliveryId) -> Result<Vec<Attempt>, DatabaseError> {
    const SELECT: &str = "SELECT number, url, started_at, latency_ms, status, error, answer FROM webhook_attempts
        WHERE delivery_id = $1 ORDER BY number LIMIT 1000";
    db::fetch_all(db, SELECT, values![delivery]).await
}

/// How the last try of the newest event that was tried at an endpoint went.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn last_attempt(db: &impl ConnectionTrait, endpoint: WebhookEndpointId) -> Result<Option<Attempt>, DatabaseError> {
    const SELECT: &str = "SELECT number, url, started_at, latency_ms, status, error, answer FROM webhook_attempts
        WHERE delivery_id = (SELECT d.id FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.attempts > 0 ORDER BY d.event_seq DESC LIMIT 1)
        ORDER BY number DESC LIMIT 1";
    db::fetch_optional(db, SELECT, values![endpoint]).await
}

pub(in crate::webhooks) async fn insert_attempts(tx: &WriteTx, attempts: Vec<(Uuid, Attempt)>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO webhook_attempts (delivery_id, number, url, started_at, latency_ms, status, error, answer) VALUES";
    let row = |(delivery, attempt): (Uuid, Attempt)| {
        let Attempt { number, url, started_at, latency_ms, status, error, answer } = attempt;
        values![delivery, number, url, started_at, latency_ms, status, error, answer]
    };
    db::insert_many_later(tx, INSERT, attempts.into_iter().map(row).collect(), "").await
}
