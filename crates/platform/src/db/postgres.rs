//! Statements on PostgreSQL, and the transaction that they belong to.

use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::{PgArguments, PgConnection, PgPool};
use sqlx::types::Json;
use sqlx::{Arguments as _, AssertSqlSafe, Executor as _, Postgres, Transaction};
use tokio::sync::Mutex;

use super::broken::{Cause, DatabaseError};
use super::row::{self, FromQueryResult, Source};
use super::value::Value;

/// At most so many rows of a query.
pub(super) async fn fetch<R: FromQueryResult>(
    connection: &mut PgConnection,
    sql: &str,
    values: &[Value],
    most: usize,
) -> Result<Vec<R>, DatabaseError> {
    // The text is ours; what comes from outside is in the values.
    let query = sqlx::query_with(AssertSqlSafe(sql.to_owned()), arguments(values)?);
    let rows = if most == 1 { connection.fetch_optional(query).await?.into_iter().collect() } else { connection.fetch_all(query).await? };
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let places = row::places_of::<R>(Source::Postgres(first))?;
    rows.iter().take(most).map(|row| Ok(row::read(Source::Postgres(row), &places)?)).collect()
}

/// Runs a statement; the number of rows that it changed.
pub(super) async fn execute(connection: &mut PgConnection, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
    let query = sqlx::query_with(AssertSqlSafe(sql.to_owned()), arguments(values)?);
    Ok(connection.execute(query).await?.rows_affected())
}

fn arguments(values: &[Value]) -> Result<PgArguments, DatabaseError> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        let added = match value {
            Value::BigInt(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Uuid(value) => arguments.add(value),
            Value::Time(value) => arguments.add(value),
            Value::Json(value) => arguments.add(value.as_deref().map(Json)),
            Value::Bytes(value) => arguments.add(value),
        };
        added.map_err(|error| DatabaseError::Fault(Cause::Other(format!("a value does not encode: {error}"))))?;
    }
    Ok(arguments)
}

/// Opens a transaction. Connections that the server has dropped since they were used last are passed over: nothing was asked
/// of them yet.
pub(super) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, DatabaseError> {
    let mut dead = pool.size();
    loop {
        match pool.begin().await.map_err(no_connection) {
            Err(error) if error.is_disconnect() && dead > 0 => dead -= 1,
            begun => return begun,
        }
    }
}

/// Whatever the server says to somebody who only wants to come in, it may say otherwise later.
const fn no_connection(error: sqlx::Error) -> DatabaseError {
    DatabaseError::Unavailable(Cause::Postgres(error))
}

/// Runs a query of its own; it changes nothing, so that it may be asked again where its connection was dropped.
pub(super) async fn read<R: FromQueryResult>(pool: &PgPool, sql: &str, values: &[Value], most: usize) -> Result<Vec<R>, DatabaseError> {
    let mut dead = pool.size();
    loop {
        let mut connection = pool.acquire().await.map_err(no_connection)?;
        match fetch(&mut connection, sql, values, most).await {
            Err(error) if error.is_disconnect() && dead > 0 => dead -= 1,
            done => return done,
        }
    }
}

/// A transaction, and the parts of it that can be undone alone.
#[derive(Debug)]
pub(super) struct Work {
    open: Mutex<Open>,
    /// Parts that were given up; they are undone before the next statement, because giving up cannot wait.
    given_up: AtomicUsize,
}

#[derive(Debug)]
struct Open {
    transaction: Option<Transaction<'static, Postgres>>,
    depth: usize,
}

impl Work {
    pub(super) fn new(transaction: Transaction<'static, Postgres>) -> Self {
        Self { open: Mutex::new(Open { transaction: Some(transaction), depth: 0 }), given_up: AtomicUsize::new(0) }
    }

    pub(super) async fn fetch<R: FromQueryResult>(&self, sql: &str, values: &[Value], most: usize) -> Result<Vec<R>, DatabaseError> {
        let mut open = self.open.lock().await;
        fetch(self.ready(&mut open).await?, sql, values, most).await
    }

    pub(super) async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
        let mut open = self.open.lock().await;
        execute(self.ready(&mut open).await?, sql, values).await
    }

    /// Runs statements without parameters, one after the other.
    pub(super) async fn batch(&self, sql: &str) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.ready(&mut open).await?.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await?;
        Ok(())
    }

    /// The connection, with the parts undone that were given up.
    async fn ready<'o>(&self, open: &'o mut Open) -> Result<&'o mut PgConnection, DatabaseError> {
        let Open { transaction, depth } = open;
        let connection = transaction.as_deref_mut().ok_or_else(|| DatabaseError::busy("the transaction is over"))?;
        for _ in 0..self.given_up.swap(0, Ordering::AcqRel) {
            connection.execute(AssertSqlSafe(format!("ROLLBACK TO SAVEPOINT part_{depth}"))).await?;
            *depth -= 1;
        }
        Ok(connection)
    }

    pub(super) async fn savepoint(&self) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        let next = {
            self.ready(&mut open).await?;
            open.depth + 1
        };
        self.ready(&mut open).await?.execute(AssertSqlSafe(format!("SAVEPOINT part_{next}"))).await?;
        open.depth = next;
        Ok(())
    }

    pub(super) async fn keep_part(&self) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.ready(&mut open).await?;
        let depth = open.depth;
        self.ready(&mut open).await?.execute(AssertSqlSafe(format!("RELEASE SAVEPOINT part_{depth}"))).await?;
        open.depth -= 1;
        Ok(())
    }

    /// Undoes the innermost part before the next statement.
    pub(super) fn give_up_part(&self) {
        self.given_up.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) async fn commit(&self) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        self.ready(&mut open).await?;
        Ok(self.take(&mut open)?.commit().await?)
    }

    pub(super) async fn rollback(&self) -> Result<(), DatabaseError> {
        let mut open = self.open.lock().await;
        Ok(self.take(&mut open)?.rollback().await?)
    }

    #[expect(clippy::unused_self, reason = "reads as the verbs beside it")]
    fn take(&self, open: &mut Open) -> Result<Transaction<'static, Postgres>, DatabaseError> {
        open.transaction.take().ok_or_else(|| DatabaseError::busy("the transaction is over"))
    }
}
