//! One connection for all who ask, given up at the first failure and found again behind everybody's back.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, RedisError, ScriptInvocation};
use secrecy::ExposeSecret as _;

use crate::config;

/// Who connects waits for it, but for no longer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The first try to find it again comes so soon, and each later one after twice the time,
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A Redis that is configured; clones share the connection.
///
/// Whoever asks gets an answer within the configured time, or `None`. The first who gets none opens the circuit: from then on everybody
/// is told so at once, and a task of its own tries to connect until it succeeds. Nobody ever waits for a server that is known to be
/// away.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    client: Client,
    prefix: String,
    timeout: Duration,
    connection: RwLock<Option<MultiplexedConnection>>,
}

impl Redis {
    /// The Redis that is configured, if one is. The first connection is waited for; where it is not made, the circuit is open from the
    /// beginning.
    pub async fn of(config: &config::Redis) -> Option<Self> {
        if config.url.expose_secret().is_empty() {
            return None;
        }
        let client = Client::open(config.url.expose_secret()).ok()?;
        let (prefix, timeout) = (config.prefix.clone(), Duration::from_millis(config.timeout_ms));
        let inner = Arc::new(Inner { client, prefix, timeout, connection: RwLock::new(None) });
        if let Err(error) = inner.connect().await {
            tracing::warn!(%error, "Redis is away; each node keeps its own limits");
            tokio::spawn(find_again(Arc::downgrade(&inner)));
        }
        Some(Self(inner))
    }

    /// True while somebody answers.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.0.connection().is_some()
    }

    /// A name of this shop's own.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.0.prefix)
    }

    /// What is kept under this name; `None` where nothing is, or nobody answers in time.
    pub async fn get(&self, key: &str) -> Option<Vec<u8>> {
        let mut get = Cmd::new();
        get.arg("GET").arg(key);
        self.run::<Option<Vec<u8>>>(&get).await?
    }

    /// Keeps something for so long, if it can.
    pub async fn set(&self, key: &str, value: &[u8], lifetime: Duration) {
        let mut set = Cmd::new();
        set.arg("SET").arg(key).arg(value).arg("PX").arg(u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX));
        self.run::<()>(&set).await.unwrap_or_default();
    }

    /// Has a command done; `None` where nobody answers in time.
    pub async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let mut connection = self.0.connection()?;
        let answer = tokio::time::timeout(self.0.timeout, command.query_async(&mut connection)).await;
        self.heard(answer)
    }

    /// Has a script run, in one round trip where the server knows it; `None` where nobody answers in time.
    pub async fn invoke<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Option<T> {
        let mut connection = self.0.connection()?;
        let answer = tokio::time::timeout(self.0.timeout, script.invoke_async(&mut connection)).await;
        self.heard(answer)
    }

    fn heard<T>(&self, answer: Result<Result<T, RedisError>, tokio::time::error::Elapsed>) -> Option<T> {
        let error = match answer {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "no answer in time".to_owned(),
        };
        let was_there = self.0.connection.write().unwrap_or_else(PoisonError::into_inner).take().is_some();
        if was_there {
            tracing::warn!(%error, "Redis is away; each node keeps its own limits");
            tokio::spawn(find_again(Arc::downgrade(&self.0)));
        }
        None
    }
}

impl Inner {
    fn connection(&self) -> Option<MultiplexedConnection> {
        self.connection.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn connect(&self) -> Result<(), RedisError> {
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT_TIMEOUT)).set_response_timeout(Some(CONNECT_TIMEOUT));
        let mut connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        // A server that is loading its data takes connections and answers nothing yet.
        redis::cmd("PING").query_async::<()>(&mut connection).await?;
        *self.connection.write().unwrap_or_else(PoisonError::into_inner) = Some(connection);
        Ok(())
    }
}

/// Says what is wrong with an address, where something is.
pub(crate) fn refuse_unfit(config: &config::Redis) -> Result<(), String> {
    let url = config.url.expose_secret();
    if !url.is_empty() && Client::open(url).is_err() {
        return Err("redis.url is no address like redis://user:password@host:6379/0".to_owned());
    }
    let is_plain = config.prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if config.prefix.is_empty() || !is_plain {
        return Err("redis.prefix has letters, digits, dashes and underscores alone".to_owned());
    }
    if config.timeout_ms == 0 { Err("redis.timeout_ms must be above zero".to_owned()) } else { Ok(()) }
}

/// Tries to connect until it succeeds, or nobody is left who would ask.
async fn find_again(inner: Weak<Inner>) {
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::time::sleep(pause).await;
        let Some(inner) = inner.upgrade() else { return };
        if inner.connect().await.is_ok() {
            tracing::info!("Redis is there again");
            return;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("is_there", &self.is_there()).finish_non_exhaustive()
    }
}
