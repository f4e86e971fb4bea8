//! What handlers are given: the use cases' parts, and who knows credentials.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use accounts::Accounts;
use accounts::api_keys::Uses;
use axum::extract::FromRef;
use gateway::{Authenticator, Credentials, Limits, Memory, Metrics};
use kernel::Timestamp;
use notify::Notify;
use platform::Context;
use platform::files::FileStore;
use platform::ip_blocks::IpBlocks;
use platform::jobs::Schedules;
use platform::rate_limits::{LocalLimiter, RateLimiter, SharedLimiter};
use sales::Sales;

use crate::rest::Shelf;

/// The state of the router. It is cloned two or three times for each request, so that it is one pointer: to count the forty owners of its
/// parts up and down, in memory that all processors share, took a tenth of the way through the router.
#[derive(Clone)]
pub struct Shop(Arc<Parts>);

/// What handlers are given.
pub struct Parts {
    /// Context, payment providers, and how answers look.
    pub sales: Sales,
    /// Context, and who hashes passwords and signs tokens.
    pub accounts: Accounts,
    /// Context, and who sends webhooks.
    pub notify: Notify,
    /// What starts by the clock.
    pub schedules: Schedules,
    /// Pictures.
    pub files: FileStore,
    keys: Arc<dyn Authenticator>,
    uses: Uses,
    stopping: AtomicBool,
    started_at: Timestamp,
    memory: Option<Memory>,
    metrics: Arc<Metrics>,
    limits: Arc<Limits>,
    blocks: Arc<IpBlocks>,
    shelf: Shelf,
}

impl Shop {
    /// The shop of this process.
    #[must_use]
    pub fn new(sales: Sales, accounts: Accounts, notify: Notify, schedules: Schedules) -> Self {
        let files = FileStore::in_data_dir(&sales.context.config.data_dir);
        let uses = Uses::default();
        let keys: Arc<dyn Authenticator> = Arc::new(Credentials::new(sales.context.clone(), accounts.tokens.clone(), uses.clone()));
        let started_at = sales.context.now();
        let (context, cache) = (&sales.context, &sales.context.config.cache);
        let lifetime = Duration::from_secs(cache.lifetime_s);
        let memory = cache.enabled.then(|| Memory::new(context.purges.clone(), cache.memory_bytes, lifetime));
        let (stopping, metrics) = (AtomicBool::default(), Arc::default());
        let quotas = gateway::quotas(&context.config.rate_limits);
        let local = LocalLimiter::new(quotas, context.purges.clone(), context.secrets.clone());
        let limiter: Arc<dyn RateLimiter> = match &context.redis {
            Some(redis) => Arc::new(SharedLimiter::new(local, redis.clone())),
            None => Arc::new(local),
        };
        let (limits, blocks) = (Arc::new(Limits::new(limiter)), Arc::new(IpBlocks::new(context.clone())));
        Self(Arc::new(Parts {
            sales,
            accounts,
            notify,
            schedules,
            files,
            keys,
            uses,
            stopping,
            started_at,
            memory,
            metrics,
            limits,
            blocks,
            shelf: Shelf::default(),
        }))
    }

    /// Database, clock and configuration.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.sales.context
    }

    /// Public answers in memory, where they are kept.
    #[must_use]
    pub fn memory(&self) -> Option<&Memory> {
        self.memory.as_ref()
    }

    /// Who knows credentials.
    #[must_use]
    pub fn credentials(&self) -> &Arc<dyn Authenticator> {
        &self.keys
    }

    /// When API keys were last used.
    #[must_use]
    pub fn uses(&self) -> &Uses {
        &self.uses
    }

    /// What is counted of requests.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// How often somebody may ask.
    #[must_use]
    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Addresses that are refused.
    #[must_use]
    pub fn blocks(&self) -> &Arc<IpBlocks> {
        &self.blocks
    }

    /// What can be had of products that somebody looks at.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// When the process began to answer.
    #[must_use]
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// From now on `/health/ready` says no, so that a load balancer sends nothing new here, and streams end, so that nobody waits for
    /// answers that go on for ever.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.notify.streams.stop();
    }

    /// True while new requests are welcome.
    #[must_use]
    pub fn is_welcoming(&self) -> bool {
        !self.stopping.load(Ordering::Relaxed)
    }
}

impl Deref for Shop {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<Shop> for Arc<dyn Authenticator> {
    fn from_ref(shop: &Shop) -> Self {
        Self::clone(&shop.keys)
    }
}

impl std::fmt::Debug for Shop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shop").field("sales", &self.sales).finish_non_exhaustive()
    }
}
