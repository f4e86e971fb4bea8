//! Counting where all nodes count together: one script in Redis, in one round trip. While Redis is away, each node counts for itself.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use kernel::Timestamp;
use redis::Script;

use super::limiter::{RateLimiter, Standing, Taking};
use super::local::LocalLimiter;
use super::model::{Quota, Verdict, Who};
use crate::redis::Redis;

static TAKE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("take.lua")));

/// Counts requests in Redis, with the same answers as in memory.
///
/// What it is told there it notes in memory as well: so the limits of this node take over where those of all left off.
#[derive(Debug)]
pub struct SharedLimiter {
    local: Arc<LocalLimiter>,
    redis: Redis,
}

/// What the script answers, in nanoseconds: what is missing, and how far ahead of now both buckets are full again.
type Answer = (u64, u64, u64);

impl SharedLimiter {
    /// Counts there, and here while nobody answers there.
    #[must_use]
    pub fn new(local: LocalLimiter, redis: Redis) -> Self {
        Self { local: Arc::new(local), redis }
    }
}

/// The key of somebody's buckets: nothing in it tells who it is.
pub(super) fn key(redis: &Redis, class: &str, subject: uuid::Uuid) -> String {
    redis.key(&format!("limits:{class}:{}", subject.simple()))
}

async fn ask(redis: &Redis, key: &str, quota: &Quota, now: Timestamp) -> Option<Answer> {
    let Quota { sustained, burst, .. } = quota;
    let mut call = TAKE.key(key);
    call.arg(now.timestamp()).arg(now.timestamp_subsec_nanos());
    call.arg(sustained.depth_ns()).arg(sustained.interval_ns()).arg(burst.depth_ns()).arg(burst.interval_ns());
    redis.invoke(&call).await
}

impl RateLimiter for SharedLimiter {
    fn take(&self, class: usize, who: Who, now: Timestamp) -> Taking {
        let Some(quota) = self.local.quotas().get(class).copied() else { return Taking::Done(None) };
        let subject = if self.redis.is_there() { self.local.subject(who) } else { None };
        let Some(subject) = subject else { return self.local.take(class, who, now) };
        let (local, redis) = (Arc::clone(&self.local), self.redis.clone());
        Taking::UnderWay(Box::pin(async move {
            match ask(&redis, &key(&redis, quota.class, subject), &quota, now).await {
                Some((missing, sustained, burst)) => {
                    local.note(class, who, now, (sustained, burst));
                    let left = quota.sustained.left(sustained, 0);
                    let retry_after = (missing > 0).then(|| Duration::from_nanos(missing));
                    Some(Verdict { left, full_in: Duration::from_nanos(sustained), retry_after })
                }
                None => local.take(class, who, now).verdict().await,
            }
        }))
    }

    fn quotas(&self) -> &[Quota] {
        self.local.quotas()
    }

    fn standings(&self, most: usize, now: Timestamp) -> BoxFuture<'_, Vec<Standing>> {
        self.local.standings(most, now)
    }
}
