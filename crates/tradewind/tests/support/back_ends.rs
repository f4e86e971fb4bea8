//! What the server knows of those who are connected to it, how it loses them, and callers who go away.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use platform::config::{Database, Mode};
use platform::db::{ConnectionTrait, Db, DbLoad, WriteTx, execute, fetch_scalar};
use platform::values;

use super::TestResult;
use super::shop::TestShop;

/// Less than what a statement would go on for that nobody cancels.
pub(crate) const SOON: Duration = Duration::from_secs(10);
/// By what name the server knows the connections that a test opens beside the shop's.
const OTHER_WAY: &str = "other_way";

impl TestShop {
    /// Another way to the shop's database, with connections of its own: of one, the next who asks gets what the one before left.
    pub(crate) async fn connect(&self, most: u32) -> TestResult<Db> {
        let mut url = url::Url::parse(self.context().config.database.address())?;
        // Then nothing is waited for where the server is asked to cancel, so that it may hear of it late.
        url.query_pairs_mut().append_pair("sslmode", "disable").append_pair("application_name", OTHER_WAY);
        let settings = Database { url: String::from(url).into(), max_connections: most };
        Ok(Db::connect(&settings, Mode::Development).await?)
    }

    /// A write transaction of the command line on such a way.
    pub(crate) async fn begin_on(&self, db: &Db) -> TestResult<WriteTx> {
        Ok(db.begin_write(self.origin(), self.now()).await?)
    }

    /// Ends a back end, as an operator does; returns when it is gone.
    pub(crate) async fn end(&self, back_end: i64) -> TestResult {
        execute(self.context().db.reader(), "SELECT pg_terminate_backend(CAST($1 AS INT))", values![back_end]).await?;
        self.until_gone(back_end).await
    }

    /// Returns when there is no such back end.
    pub(crate) async fn until_gone(&self, back_end: i64) -> TestResult {
        const THERE: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_stat_activity WHERE pid = $1";
        let is_so = async || Ok(fetch_scalar(self.context().db.reader(), THERE, values![back_end]).await? == Some(0_i64));
        self.soon("a back end is still there", is_so).await
    }

    /// Returns when whoever is lent a connection of this way gets one that lives, though nothing is asked of it.
    pub(crate) async fn until_lent_alive(&self, db: &Db) -> TestResult {
        const THERE: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_stat_activity WHERE application_name = $1
            AND datname = current_database()";
        let is_so = async || {
            drop(self.begin_on(db).await?);
            Ok(fetch_scalar::<i64>(self.context().db.reader(), THERE, values![OTHER_WAY]).await? > Some(0))
        };
        self.soon("a dead connection is lent", is_so).await
    }

    /// Returns when so many back ends are busy with a statement that holds these words. Busy is who sleeps or waits for a lock: a
    /// statement that is only being prepared is over in a moment. Nobody is busy when none works at it at all.
    pub(crate) async fn until_busy(&self, words: &str, expected: i64) -> TestResult {
        const ACTIVE: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_stat_activity WHERE datname = current_database()
            AND state = 'active' AND pid <> pg_backend_pid() AND position($1 IN query) > 0";
        let waiting = format!("{ACTIVE} AND wait_event_type IN ('Timeout', 'Lock')");
        let busy = if expected == 0 { ACTIVE } else { &waiting };
        let is_so = async || Ok(fetch_scalar(self.context().db.reader(), busy, values![words]).await? == Some(expected));
        self.soon(&format!("not {expected} back ends are busy with {words}"), is_so).await
    }

    /// Returns when nobody else stands in a transaction; a busy server may need a moment to undo one.
    pub(crate) async fn until_none_is_open(&self) -> TestResult {
        const OPEN: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_stat_activity WHERE datname = current_database()
            AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
        let is_so = async || Ok(fetch_scalar(self.context().db.reader(), OPEN, vec![]).await? == Some(0_i64));
        self.soon("somebody still stands in a transaction", is_so).await
    }

    /// Returns when nobody uses the connections of this way, nor waits for one.
    pub(crate) async fn until_idle(&self, db: &Db) -> TestResult {
        let is_so = async || Ok(matches!(db.load(), DbLoad { connections: Some((all, idle)), waiting: 0 } if all == idle));
        self.soon("a connection is still lent", is_so).await
    }

    async fn soon(&self, otherwise: &str, is_so: impl AsyncFn() -> TestResult<bool>) -> TestResult {
        let wait = async {
            while !is_so().await? {
                tokio::task::yield_now().await;
            }
            Ok(())
        };
        tokio::time::timeout(SOON, wait).await.unwrap_or_else(|_| Err(otherwise.into()))
    }
}

/// Who answers for this connection on the server.
pub(crate) async fn back_end_of(db: &impl ConnectionTrait) -> TestResult<i64> {
    let answer = fetch_scalar(db, "SELECT CAST(pg_backend_pid() AS BIGINT)", vec![]).await?;
    Ok(answer.ok_or("every connection has a back end")?)
}

/// Goes away after so many polls; what was answered before, if anything was.
pub(crate) async fn cut_off<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending if left <= 1 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}
