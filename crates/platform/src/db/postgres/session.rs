//! One connection: statements that it has prepared, and what is sent through it.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use futures_util::TryStreamExt as _;
use hashlink::LruCache;
use tokio::task::AbortHandle;
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use tokio_postgres::{Client, Error, RowStream, Statement};

use crate::db::value::Value;

pub(in crate::db) use tokio_postgres::Row;

/// Statements kept prepared on each connection: more than there are texts on the hot routes.
const PREPARED: usize = 512;
/// Statements with more parameters are written for one batch and do not come again.
const MOST_KEPT_PARAMETERS: usize = 200;

/// A connection to the server.
pub(in crate::db) struct Session {
    pub(super) client: Client,
    prepared: Mutex<LruCache<String, Statement>>,
    /// The task that carries what is sent and answered.
    carried: AbortHandle,
    /// It must not be used again.
    is_given_up: AtomicBool,
}

/// What came back: the rows, and how many rows were changed.
pub(super) struct Answer {
    pub(super) rows: Vec<Row>,
    pub(super) changed: u64,
}

impl Session {
    pub(super) fn new(client: Client, carried: AbortHandle) -> Self {
        Self { client, prepared: Mutex::new(LruCache::new(PREPARED)), carried, is_given_up: AtomicBool::new(false) }
    }

    /// Closes it, whoever still holds it; the server undoes what is open.
    pub(super) fn close(&self) {
        self.is_given_up.store(true, Ordering::Release);
        self.carried.abort();
    }

    /// True where either side has closed it.
    pub(super) fn is_closed(&self) -> bool {
        self.is_given_up.load(Ordering::Acquire) || self.client.is_closed()
    }

    /// The statement, prepared with the types of these values.
    pub(super) async fn prepare(&self, sql: &str, values: &[Value]) -> Result<Statement, Error> {
        let known = self.prepared.lock().unwrap_or_else(PoisonError::into_inner).get(sql).cloned();
        if let Some(statement) = known {
            debug_assert!(
                statement.params().iter().eq(values.iter().map(type_of).collect::<Vec<_>>().iter()),
                "one text, other types: {sql}"
            );
            return Ok(statement);
        }
        let types: Vec<Type> = values.iter().map(type_of).collect();
        let statement = self.client.prepare_typed(sql, &types).await?;
        if values.len() > MOST_KEPT_PARAMETERS {
            return Ok(statement);
        }
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Sends a statement and waits for all of its answer.
    pub(super) async fn ask(&self, statement: &Statement, values: &[Value]) -> Result<Answer, Error> {
        answer(self.client.query_raw(statement, values.iter().map(Bound)).await?).await
    }

    /// Sends a text without parameters and does not wait: it only fails where the transaction has failed or the connection is gone,
    /// which the next answer tells.
    pub(super) async fn send(&self, sql: &str) {
        let mut sent = pin!(self.client.batch_execute(sql));
        drop(first_poll(sent.as_mut()).await);
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// All of an answer.
pub(super) async fn answer(stream: RowStream) -> Result<Answer, Error> {
    let mut stream = pin!(stream);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await? {
        rows.push(row);
    }
    Ok(Answer { rows, changed: stream.rows_affected().unwrap_or(0) })
}

/// Polls once, which puts a statement on its way: the driver sends what it is asked in the order of the first polls.
pub(super) async fn first_poll<F: Future + ?Sized>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

const fn type_of(value: &Value) -> Type {
    match value {
        Value::BigInt(_) => Type::INT8,
        Value::Bool(_) => Type::BOOL,
        Value::Text(_) => Type::TEXT,
        Value::Uuid(_) => Type::UUID,
        Value::Time(_) => Type::TIMESTAMPTZ,
        Value::Json(_) => Type::JSONB,
        Value::Bytes(_) => Type::BYTEA,
    }
}

/// A value as the driver wants it.
pub(super) struct Bound<'v>(pub(super) &'v Value);

/// The driver logs the values of statements where somebody asks for all it has to say; ours are customers'.
impl std::fmt::Debug for Bound<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Value::BigInt(value) => value.to_sql(kind, out),
            Value::Bool(value) => value.to_sql(kind, out),
            Value::Text(value) => value.to_sql(kind, out),
            Value::Uuid(value) => value.to_sql(kind, out),
            Value::Time(value) => value.to_sql(kind, out),
            Value::Json(value) => value.as_deref().to_sql(kind, out),
            Value::Bytes(value) => value.to_sql(kind, out),
        }
    }

    /// The statement was prepared with the types of its values.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
