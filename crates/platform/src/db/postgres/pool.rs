//! The connections that the shop holds, and statements of their own on one of them.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, Manager, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult};
use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Config, Connection, Error};
use tokio_postgres_rustls_improved::MakeRustlsConnect;

use super::address::{Address, AddressError};
use super::session::{Answer, Session};
use super::tls::connector;
use crate::db::broken::{Cause, DatabaseError};
use crate::db::connect::ACQUIRE_TIMEOUT;
use crate::db::row::{self, FromQueryResult, Source};
use crate::db::value::Value;

/// A connection that was idle for longer is asked whether it still lives before a request depends on it.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
/// What nobody waits for any more may end by itself in so long, which most of it does; then it is cancelled.
const COMES_TO_REST: Duration = Duration::from_millis(100);

/// All connections to one database.
pub(in crate::db) type Pool = managed::Pool<Sessions>;
/// One of them, until it is dropped.
pub(super) type Lent = Object<Sessions>;

/// Opens connections, and looks at them before they are used again.
pub(in crate::db) struct Sessions {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Manager for Sessions {
    type Type = Session;
    type Error = Error;

    async fn create(&self) -> Result<Session, Error> {
        // Boxed: what it takes to connect would weigh on every statement's future.
        let (client, connection) = Box::pin(self.config.connect(self.tls.clone())).await?;
        let carried = tokio::spawn(carry(connection)).abort_handle();
        Ok(Session::new(client, carried))
    }

    async fn recycle(&self, session: &mut Session, metrics: &Metrics) -> RecycleResult<Error> {
        if session.is_closed() {
            return Err(RecycleError::message("it is closed"));
        }
        if metrics.last_used() > TRUSTED_FOR {
            session.client.check_connection().await?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sessions").finish_non_exhaustive()
    }
}

/// Carries what is sent and what is answered until either side ends it.
async fn carry<S, T>(mut connection: Connection<S, T>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => tracing::debug!(target: "db::notice", "{}", notice.message()),
            Some(Ok(_)) => {}
            Some(Err(error)) => return tracing::debug!(target: "db::connection", error = %Cause::from(error), "a connection has ended"),
            None => return,
        }
    }
}

/// Why there is no connection at the start.
pub(in crate::db) enum NotConnected {
    /// The address does not say where.
    Address(AddressError),
    /// Nobody answers there, or nobody is let in.
    Refused(Cause),
}

impl From<AddressError> for NotConnected {
    fn from(error: AddressError) -> Self {
        Self::Address(error)
    }
}

/// At most so many connections; one is opened now.
pub(in crate::db) async fn connect(url: &str, most: usize) -> Result<Pool, NotConnected> {
    let Address { config, trust } = url.parse()?;
    let pool = Pool::builder(Sessions { config, tls: connector(&trust)? })
        .max_size(most)
        // The ones used last have their statements prepared.
        .queue_mode(QueueMode::Lifo)
        .wait_timeout(Some(ACQUIRE_TIMEOUT))
        .create_timeout(Some(ACQUIRE_TIMEOUT))
        .recycle_timeout(Some(ACQUIRE_TIMEOUT))
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| NotConnected::Refused(Cause::Other(error.to_string())))?;
    match lend(&pool).await {
        Ok(_) => Ok(pool),
        Err(error) => Err(NotConnected::Refused(error.into_cause())),
    }
}

/// A connection. Whatever the server says to somebody who only wants to come in, it may say otherwise later.
pub(super) async fn lend(pool: &Pool) -> Result<Lent, DatabaseError> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) => DatabaseError::Unavailable(error.into()),
        other => DatabaseError::busy(&other.to_string()),
    })
}

/// Opens another connection in the place of one that is dead. It waits for none of the others, which may all be dead, too, and in the
/// hands of somebody who waits likewise.
pub(super) async fn replace(pool: &Pool, dead: &mut Lent) -> Result<(), DatabaseError> {
    match timeout(ACQUIRE_TIMEOUT, pool.manager().create()).await {
        Ok(Ok(session)) => {
            **dead = session;
            Ok(())
        }
        Ok(Err(error)) => Err(DatabaseError::Unavailable(error.into())),
        Err(_) => Err(DatabaseError::busy("no connection was had in time")),
    }
}

/// Runs a query of its own; it changes nothing, so that it may be asked again where its connection was dropped.
pub(in crate::db) async fn read<R: FromQueryResult>(
    pool: &Pool,
    sql: &str,
    values: &[Value],
    most: usize,
) -> Result<Vec<R>, DatabaseError> {
    let mut dead = 0;
    loop {
        match ask(pool, sql, values).await {
            Err(error) if error.is_disconnect() && dead <= pool.status().size => dead += 1,
            answer => return rows(&answer?, most),
        }
    }
}

/// Runs a statement of its own; the number of rows that it changed.
pub(in crate::db) async fn execute(pool: &Pool, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
    Ok(ask(pool, sql, values).await?.changed)
}

/// Boxed, and no `async fn`: what it takes would be compiled anew into each of the shop's queries.
fn ask<'a>(pool: &'a Pool, sql: &'a str, values: &'a [Value]) -> BoxFuture<'a, Result<Answer, DatabaseError>> {
    Box::pin(async move {
        let session = Arc::new(lend(pool).await?);
        let mut asking = Asking { pool, session: Some(Arc::clone(&session)) };
        let answered = match session.prepare(sql, values).await {
            Ok(statement) => session.ask(&statement, values).await,
            Err(error) => Err(error),
        };
        asking.session = None;
        Ok(answered?)
    })
}

/// A statement that is waited for. Where its caller goes away, it is ended before anybody else gets its connection.
struct Asking<'p> {
    pool: &'p Pool,
    session: Option<Arc<Lent>>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            give_back(self.pool, session);
        }
    }
}

/// Undoes what is open on a connection before it serves anybody else. One that does not come to rest by itself is cancelled, and then
/// closed: that request travels apart, and the server may hear of it when somebody else's statement runs.
pub(super) fn give_back(pool: &Pool, session: Arc<Lent>) {
    let tls = pool.manager().tls.clone();
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return session.close() };
    drop(runtime.spawn(async move {
        let mut undone = pin!(session.client.batch_execute("ROLLBACK"));
        match timeout(COMES_TO_REST, undone.as_mut()).await {
            Ok(Ok(())) => return,
            Ok(Err(_)) => {}
            Err(_) => {
                // Whether the server was reached shows in what follows.
                let _ = timeout(ACQUIRE_TIMEOUT, session.client.cancel_token().cancel_query(tls)).await;
                let _ = timeout(ACQUIRE_TIMEOUT, undone).await;
            }
        }
        session.close();
    }));
}

/// At most so many rows of an answer.
pub(super) fn rows<R: FromQueryResult>(answer: &Answer, most: usize) -> Result<Vec<R>, DatabaseError> {
    let Some(first) = answer.rows.first() else { return Ok(Vec::new()) };
    let places = row::places_of::<R>(Source::Postgres(first))?;
    answer.rows.iter().take(most).map(|row| Ok(row::read(Source::Postgres(row), &places)?)).collect()
}
