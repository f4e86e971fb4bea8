//! A shop of a test's own: its database, its clock, its data directory.

use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use kernel::{Actor, FixedClock, Origin, SystemClock, Timestamp};
use notify::Notify;
use platform::config::{Config, Database, Flags, load};
use platform::db::{DbBackend, fetch_scalar};
use platform::jobs::{Handlers, NewJob, Sweep};
use platform::{Context, jobs, migrate, outbox};
use raw_client::trouble::Way;
use reqwest::Method;
use sales::Sales;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::http::{Ask, Http};
use super::{Scripted, TestResult};
use tradewind::wiring;

/// A shop that would be busy for longer than this many rounds never comes to rest.
const MOST_ROUNDS: usize = 1_000;
/// Connections that a body leaked must not keep its test from ending.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A shop in demo mode with a database of its own; clones are the same shop.
#[derive(Clone)]
pub(crate) struct TestShop {
    inner: Arc<Inner>,
}

struct Inner {
    sales: Sales,
    accounts: Accounts,
    notify: Notify,
    provider: Scripted,
    clock: Arc<FixedClock>,
    handlers: Handlers,
    folder: Arc<TempDir>,
    http: OnceCell<Http>,
}

impl TestShop {
    /// Connects to a database; the folder becomes the data directory.
    pub(crate) async fn open(folder: TempDir, url: &str) -> TestResult<Self> {
        let data_dir = folder.path().display().to_string();
        let values = [("mode", "demo"), ("data_dir", &data_dir), ("database.url", url), ("server.addr", "127.0.0.1:0")];
        let values = values.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        let mut config = load(&Flags { config: None, values })?.config;
        config.payments.methods = vec!["manual".to_owned(), "test".to_owned()];
        config.rate_limits.factor = 1_000.0;
        // Whoever reads an answer to its end reads a stream's, too; who follows one says how long.
        config.streams.lifetime_ms = 50;
        (config.auth.password_memory_kib, config.auth.password_iterations) = (64, 1);
        let clock = Arc::new(FixedClock::at("2026-03-02T09:30:00Z".parse()?));
        let context = wiring::context(config, clock.clone()).await?;
        Self::of(context, Scripted::default(), clock, Arc::new(folder))
    }

    fn of(context: Context, provider: Scripted, clock: Arc<FixedClock>, folder: Arc<TempDir>) -> TestResult<Self> {
        let (accounts, notify) = (wiring::accounts(context.clone()), wiring::notify(context.clone())?);
        let wired = wiring::sales(context);
        let sales = Sales { providers: wired.providers.clone().with(provider.clone()), ..wired };
        let handlers = wiring::handlers(&sales, &accounts, &notify);
        Ok(Self { inner: Arc::new(Inner { sales, accounts, notify, provider, clock, handlers, folder, http: OnceCell::new() }) })
    }

    /// Another process of the same shop, on the same database, with another configuration.
    pub(crate) fn configured(&self, change: impl FnOnce(&mut Config)) -> TestResult<Self> {
        let mut config = (*self.context().config).clone();
        change(&mut config);
        let context = Context { config: Arc::new(config), ..self.context().clone() };
        Self::of(context, self.inner.provider.clone(), self.inner.clock.clone(), self.inner.folder.clone())
    }

    /// Another process of the same shop that reaches its database by a way of its own, and answers within two seconds, come what may.
    pub(crate) async fn by_a_way(&self) -> TestResult<(Way, Self)> {
        let mut url = url::Url::parse(self.context().config.database.address())?;
        let host = url.host_str().ok_or("a host")?.to_owned();
        let target = tokio::net::lookup_host((host, url.port().unwrap_or(5_432))).await?.next().ok_or("an address")?;
        let way = Way::to(target).await?;
        url.set_port(Some(way.address().port())).and_then(|()| url.set_ip_host(way.address().ip())).map_err(|()| "no address")?;
        url.query_pairs_mut().append_pair("sslmode", "disable");
        let mut config = (*self.context().config).clone();
        config.database = Database { url: String::from(url).into(), max_connections: 4 };
        config.server.request_timeout_ms = 2_000;
        let context = wiring::context(config, self.inner.clock.clone()).await?;
        let far = Self::of(context, self.inner.provider.clone(), self.inner.clock.clone(), self.inner.folder.clone())?;
        Ok((way, far))
    }

    /// Another process of the same shop, with so many connections to its database.
    pub(crate) async fn with_connections(&self, most: u32) -> TestResult<Self> {
        let mut config = (*self.context().config).clone();
        config.database.max_connections = most;
        let context = wiring::context(config, self.inner.clock.clone()).await?;
        Self::of(context, self.inner.provider.clone(), self.inner.clock.clone(), self.inner.folder.clone())
    }

    /// Makes an empty database into a template.
    pub(crate) async fn prepare(&self) -> TestResult {
        migrate::up(&self.context().db, &wiring::migrations(), self.now()).await?;
        wiring::first_start(self.context()).await?;
        Ok(())
    }

    /// What use cases are given.
    pub(crate) fn context(&self) -> &Context {
        &self.inner.sales.context
    }

    /// What the use cases of selling are given.
    pub(crate) fn sales(&self) -> &Sales {
        &self.inner.sales
    }

    /// What the use cases of signing in are given.
    pub(crate) fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    /// What telling others needs.
    pub(crate) fn notify(&self) -> &Notify {
        &self.inner.notify
    }

    /// Who moves the money of `test` payments.
    pub(crate) fn provider(&self) -> &Scripted {
        &self.inner.provider
    }

    /// The server, started when it is first asked.
    pub(crate) async fn http(&self) -> TestResult<&Http> {
        self.inner.http.get_or_try_init(|| Http::start(self)).await
    }

    /// Asks the shop over HTTP, as staff with every permission unless the request says otherwise.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        Ask::new(self, method, path)
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask {
        self.ask(Method::POST, path)
    }

    pub(crate) fn put(&self, path: &str) -> Ask {
        self.ask(Method::PUT, path)
    }

    pub(crate) fn patch(&self, path: &str) -> Ask {
        self.ask(Method::PATCH, path)
    }

    pub(crate) fn delete(&self, path: &str) -> Ask {
        self.ask(Method::DELETE, path)
    }

    /// Whoever sits at the command line: the actor of what tests do below the API.
    pub(crate) fn origin(&self) -> Origin {
        Origin::of(Actor::CommandLine)
    }

    /// The shop's present moment.
    pub(crate) fn now(&self) -> Timestamp {
        self.context().now()
    }

    /// Moves the shop's clock.
    pub(crate) fn advance(&self, by: chrono::TimeDelta) {
        self.inner.clock.advance(by);
    }

    /// The machine's own moment, for the little that does not follow the shop's clock.
    pub(crate) fn real_now(&self) -> Timestamp {
        kernel::Clock::now(&SystemClock)
    }

    /// The data directory.
    pub(crate) fn data_dir(&self) -> &std::path::Path {
        self.inner.folder.path()
    }

    /// Relays facts, tells those who follow them, runs due jobs and sends due webhooks until there is nothing left to do.
    pub(crate) async fn settle(&self) -> TestResult {
        for _ in 0..MOST_ROUNDS {
            let relayed = outbox::relay_once(self.context()).await?;
            let ran = jobs::run_due(self.context(), &self.inner.handlers).await?;
            let mut told = 0;
            for subscriber in wiring::subscribers() {
                told += platform::events::deliver_once(self.context(), subscriber.as_ref()).await?;
            }
            let sent = notify::webhooks::deliver_due(&self.inner.notify).await?;
            if relayed + ran + told + sent == 0 {
                return Ok(());
            }
        }
        Err("the shop does not come to rest".into())
    }

    /// Has what is long over forgotten.
    pub(crate) async fn sweep(&self, sweep: Sweep) -> TestResult {
        let tx = self.context().begin(&self.origin()).await?;
        jobs::enqueue(&tx, NewJob::new(sweep.kind(), serde_json::Value::Null, tx.now())).await?;
        tx.commit().await?;
        self.settle().await
    }

    /// The names of the events of one kind of thing, in the order in which they happened.
    pub(crate) async fn events_of(&self, aggregate_type: &str) -> TestResult<Vec<String>> {
        while outbox::relay_once(self.context()).await? > 0 {}
        let events = platform::events::since(self.context().db.reader(), 0, 10_000).await?;
        Ok(events.into_iter().filter(|event| event.aggregate_type == aggregate_type).map(|event| event.r#type).collect())
    }

    /// Returns when another connection to this database waits for a lock. On SQLite every writer waits for the one before.
    pub(crate) async fn somebody_waits(&self) -> TestResult {
        const WAITING: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'";
        if self.context().db.backend() == DbBackend::Postgres {
            while fetch_scalar::<i64>(self.context().db.reader(), WAITING, vec![]).await? == Some(0) {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// Closes the connections.
    pub(crate) async fn close(&self) {
        // A body that leaks a connection is no failure of the shop.
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, self.context().db.clone().close()).await;
    }
}
