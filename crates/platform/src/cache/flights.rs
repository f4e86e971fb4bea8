//! One load for all who miss the same thing at the same time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kernel::Timestamp;
use tokio::sync::watch;

use super::purges::Tag;
use super::store::{Cache, Inner, Kept, Weighed, expiry};

/// What somebody who misses something is to do.
pub enum Turn<V: Send + Sync + 'static> {
    /// Nothing: somebody else has just made it.
    Made(Arc<Kept<V>>),
    /// To make it, for all who wait.
    Yours(Lead<V>),
    /// To make it for himself: what was made is not to be kept (a refusal, mostly), so that waiting for others is no use.
    Alone,
}

/// The loads under way.
pub(super) struct Flights<V>(Mutex<HashMap<Box<str>, watch::Receiver<Outcome<V>>>>);

enum Outcome<V> {
    UnderWay,
    Made(Arc<Kept<V>>),
    Declined,
}

impl<V> Default for Flights<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V> Flights<V> {
    fn lock(&self) -> MutexGuard<'_, HashMap<Box<str>, watch::Receiver<Outcome<V>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The duty to make something. Dropped without a word (its request was cancelled), one of those who wait takes over.
pub struct Lead<V: Send + Sync + 'static> {
    cache: Arc<Inner<V>>,
    key: Box<str>,
    outcome: watch::Sender<Outcome<V>>,
    stamp: u64,
}

impl<V: Weighed + Send + Sync + 'static> Cache<V> {
    /// Says what to do about something that is not kept. Whoever finds a load under way waits for its end; what he gets is
    /// never older than his question.
    pub async fn turn(&self, key: &str, now: Timestamp) -> Turn<V> {
        let inner = self.inner();
        loop {
            let mut waiting = match inner.join(key) {
                Ok(lead) => {
                    // Another load may have ended since the caller looked.
                    return inner.find(key, now).map_or_else(|| Turn::Yours(lead), Turn::Made);
                }
                Err(waiting) => waiting,
            };
            let ended = waiting.wait_for(|outcome| !matches!(outcome, Outcome::UnderWay)).await;
            match ended.as_deref() {
                Ok(Outcome::Declined) => return Turn::Alone,
                Ok(Outcome::Made(kept)) if inner.is_true(kept, now) => return Turn::Made(Arc::clone(kept)),
                // Purged while it was made, or given up: on to the next round.
                Ok(Outcome::Made(_) | Outcome::UnderWay) | Err(_) => {}
            }
        }
    }
}

impl<V: Send + Sync + 'static> Inner<V> {
    /// The lead of a load, or what to wait for.
    fn join(self: &Arc<Self>, key: &str) -> Result<Lead<V>, watch::Receiver<Outcome<V>>> {
        let mut flights = self.flights.lock();
        if let Some(waiting) = flights.get(key) {
            return Err(waiting.clone());
        }
        let (outcome, waiting) = watch::channel(Outcome::UnderWay);
        flights.insert(key.into(), waiting);
        drop(flights);
        // The number of the last purge is noted before anything is read.
        Ok(Lead { cache: Arc::clone(self), key: key.into(), outcome, stamp: self.purges.last() })
    }
}

impl<V: Send + Sync + 'static> Lead<V> {
    /// Keeps what was made, for so long at most.
    pub fn keep(self, value: V, tags: Vec<Tag>, now: Timestamp, lifetime: Duration) -> Arc<Kept<V>> {
        let kept = self.cache.keep(&self.key, Kept::new(value, tags, self.stamp, expiry(now, lifetime)));
        self.outcome.send_replace(Outcome::Made(Arc::clone(&kept)));
        kept
    }

    /// Says that what came of it is nobody else's.
    pub fn decline(self) {
        self.outcome.send_replace(Outcome::Declined);
    }
}

impl<V: Send + Sync + 'static> Drop for Lead<V> {
    fn drop(&mut self) {
        self.cache.flights.lock().remove(&self.key);
    }
}

impl<V: Send + Sync + 'static> std::fmt::Debug for Lead<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lead").field("key", &self.key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use kernel::{Clock, SystemClock};
    use tokio::sync::Notify;
    use uuid::Uuid;

    use super::super::Purges;
    use super::*;
    use crate::outbox::{Fact, ToSchema};

    #[derive(serde::Serialize, ToSchema)]
    struct Mug;

    impl Fact for Mug {
        type Subject = kernel::ProductTag;
        const AGGREGATE: &'static str = "mug";
        const NAMES: &'static [(&'static str, &'static str)] = &[];

        fn name(&self) -> &'static str {
            "mug.changed"
        }

        fn aggregate_id(&self) -> Uuid {
            Uuid::nil()
        }
    }

    impl Weighed for usize {
        fn bytes(&self) -> usize {
            1_000
        }
    }

    const MINUTE: Duration = Duration::from_secs(60);

    fn purge(purges: &Purges) {
        let touched = purges.touch();
        touched.note("mug", [Uuid::nil()]);
        touched.purge();
    }

    /// What is loaded under this key where the load is this one.
    async fn get(cache: &Cache<usize>, key: &str, load: impl AsyncFnOnce() -> Option<usize>) -> Option<usize> {
        let now = SystemClock.now();
        if let Some(kept) = cache.find(key, now) {
            return Some(*kept.value());
        }
        match cache.turn(key, now).await {
            Turn::Made(kept) => Some(*kept.value()),
            Turn::Alone => load().await,
            Turn::Yours(lead) => match load().await {
                Some(value) => Some(*lead.keep(value, vec![Tag::every::<Mug>()], now, MINUTE).value()),
                None => {
                    lead.decline();
                    None
                }
            },
        }
    }

    fn cache() -> Cache<usize> {
        Cache::new(Purges::new(&["mug"]), 100_000)
    }

    #[tokio::test]
    async fn a_hundred_who_miss_the_same_make_one_load() {
        let (cache, loads) = (cache(), AtomicUsize::new(0));
        let load = async || {
            loads.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Some(7)
        };
        let all = join_all((0..100).map(|_| get(&cache, "/mug", load))).await;
        assert!(all.iter().all(|value| *value == Some(7)));
        assert_eq!((loads.into_inner(), cache.stats().entries), (1, 1));
    }

    #[tokio::test]
    async fn a_load_that_fails_is_not_kept_and_holds_nobody_up() {
        let (cache, loads) = (cache(), AtomicUsize::new(0));
        let load = async || {
            loads.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            None
        };
        let all = join_all((0..10).map(|_| get(&cache, "/mug", load))).await;
        assert!(all.iter().all(Option::is_none));
        assert_eq!((loads.into_inner(), cache.stats().entries), (10, 0));
    }

    #[tokio::test]
    async fn somebody_takes_over_where_the_one_who_loads_gives_up() {
        let cache = cache();
        let Turn::Yours(lead) = cache.turn("/mug", SystemClock.now()).await else { panic!("nobody else loads") };
        let waiting = tokio::spawn({
            let cache = cache.clone();
            async move { get(&cache, "/mug", async || Some(8)).await }
        });
        tokio::task::yield_now().await;
        drop(lead);
        assert_eq!(waiting.await.expect("no panic"), Some(8));
    }

    #[tokio::test]
    async fn what_began_before_a_purge_is_never_given_after_it() {
        let (purges, may_end) = (Purges::new(&["mug"]), Notify::new());
        let cache = Cache::new(purges.clone(), 100_000);
        let slow = get(&cache, "/mug", async || {
            may_end.notified().await;
            Some(1)
        });
        let fresh = async {
            tokio::task::yield_now().await;
            purge(&purges);
            let waiting = get(&cache, "/mug", async || Some(2));
            may_end.notify_one();
            waiting.await
        };
        assert_eq!(tokio::join!(slow, fresh), (Some(1), Some(2)));
        assert_eq!(get(&cache, "/mug", async || Some(3)).await, Some(2));
        purge(&purges);
        assert_eq!(get(&cache, "/mug", async || Some(4)).await, Some(4));
    }

    #[tokio::test]
    async fn the_bound_in_bytes_holds() {
        let cache = cache();
        for number in 0..1_000 {
            get(&cache, &format!("/mug/{number}"), async || Some(number)).await;
        }
        let stats = cache.stats();
        assert!(stats.bytes <= 100_000 && stats.entries < 100 && stats.evictions > 900, "{stats:?}");
    }

    #[tokio::test]
    async fn nothing_lives_longer_than_it_may() {
        let cache = cache();
        get(&cache, "/mug", async || Some(1)).await;
        assert!(cache.find("/mug", SystemClock.now()).is_some());
        assert!(cache.find("/mug", SystemClock.now() + MINUTE).is_none());
    }
}
