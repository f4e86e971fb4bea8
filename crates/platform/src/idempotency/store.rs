//! Rows of the idempotency keys.

use std::time::Duration;

use kernel::Timestamp;
use uuid::Uuid;

use super::model::{Answer, Claim, IdempotencyError, Key};
use crate::db::{self, ConnectionTrait, DatabaseError, Db, FromQueryResult, Invariant, WriteTx};
use crate::values;

/// What always holds of keys.
pub const INVARIANTS: &[Invariant] = &[Invariant {
    code: "e05",
    says: "no idempotency key is in progress for more than five minutes",
    sql: "SELECT key AS culprit FROM idempotency_keys WHERE state = 'in_progress' AND created_at < $1",
    grace_s: Some(300),
}];

/// How long a duplicate waits for the first request.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

#[derive(FromQueryResult)]
struct KeyRow {
    fingerprint: String,
    state: String,
    subject_id: Option<Uuid>,
    answer_status: Option<i64>,
    answer_body: Option<String>,
}

/// Claims the key in the transaction of its effect. A duplicate that comes at the same moment waits here for the first
/// one's commit or rollback, because both insert the same primary key.
///
/// Whoever gets another answer than `New` ends the transaction with its commit before it tells anybody: on SQLite the first
/// one may be a member of the same group, whose commit is not durable yet.
///
/// # Errors
/// `Reused` for another request under the key, `InUse` where the first one does not end in time.
pub async fn claim(tx: &WriteTx, key: &Key) -> Result<Claim, IdempotencyError> {
    const INSERT: &str = "INSERT INTO idempotency_keys (scope, key, fingerprint, state, created_at, updated_at)
        VALUES ($1, $2, $3, 'in_progress', $4, $4) ON CONFLICT (scope, key) DO NOTHING";
    let inserted = db::execute(tx, INSERT, values![&key.scope, &key.key, &key.fingerprint, tx.now()]).await;
    match inserted {
        Ok(1) => Ok(Claim::New),
        Ok(_) => look(tx, key).await,
        Err(error) if error.is_lock_timeout() => Err(IdempotencyError::InUse),
        Err(error) => Err(error.into()),
    }
}

async fn look(db: &impl ConnectionTrait, key: &Key) -> Result<Claim, IdempotencyError> {
    const SELECT: &str =
        "SELECT fingerprint, state, subject_id, answer_status, answer_body FROM idempotency_keys WHERE scope = $1 AND key = $2";
    let row: KeyRow = db::fetch_optional(db, SELECT, values![&key.scope, &key.key]).await?.ok_or(IdempotencyError::InUse)?;
    if row.fingerprint != key.fingerprint {
        return Err(IdempotencyError::Reused);
    }
    match (row.state.as_str(), row.subject_id, row.answer_status, row.answer_body) {
        ("done", _, Some(status), Some(body)) => {
            let status = u16::try_from(status).map_err(|_| DatabaseError::corrupt("idempotency_keys.answer_status"))?;
            Ok(Claim::Done(Answer { status, body }))
        }
        (_, Some(subject), ..) => Ok(Claim::InProgress(subject)),
        _ => Err(IdempotencyError::InUse),
    }
}

/// Waits up to two seconds for the answer of a key that is in progress; the caller has no transaction open.
///
/// # Errors
/// `InUse` where none came.
pub async fn wait(db: &Db, key: &Key) -> Result<Answer, IdempotencyError> {
    let until = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Claim::Done(answer) = look(db.reader(), key).await? {
            return Ok(answer);
        }
        if tokio::time::Instant::now() >= until {
            return Err(IdempotencyError::InUse);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Ties the key to what its request made, so that a retry after a crash takes up the same thing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn bind(tx: &WriteTx, key: &Key, subject: Uuid) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE idempotency_keys SET subject_id = $1, updated_at = $2 WHERE scope = $3 AND key = $4";
    db::execute_later(tx, UPDATE, values![subject, tx.now(), &key.scope, &key.key]).await
}

/// Stores the answer with the effect that it reports.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn finish(tx: &WriteTx, key: &Key, answer: &Answer) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE idempotency_keys SET state = 'done', answer_status = $1, answer_body = $2, updated_at = $3
        WHERE scope = $4 AND key = $5 AND state = 'in_progress'";
    db::execute_later(tx, UPDATE, values![answer.status, &answer.body, tx.now(), &key.scope, &key.key]).await
}

/// Stores the answer under every key that waits for this subject: whoever settles it, the client's retry gets the answer.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn finish_subject(tx: &WriteTx, subject: Uuid, answer: &Answer) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE idempotency_keys SET state = 'done', answer_status = $1, answer_body = $2, updated_at = $3
        WHERE subject_id = $4 AND state = 'in_progress'";
    db::execute_later(tx, UPDATE, values![answer.status, &answer.body, tx.now(), subject]).await
}

/// Deletes keys of before this moment that have their answer, some of them; how many.
pub(super) async fn forget(tx: &WriteTx, before: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str = "DELETE FROM idempotency_keys WHERE (scope, key) IN (
        SELECT scope, key FROM idempotency_keys WHERE state = 'done' AND created_at < $1 ORDER BY created_at LIMIT $2)";
    db::execute(tx, DELETE, values![before, most]).await
}
