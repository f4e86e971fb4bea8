//! What is kept, up to so many bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kernel::Timestamp;
use moka::notification::RemovalCause;

use super::flights::Flights;
use super::purges::{Purges, Tag};

/// Knows how much memory it takes.
pub trait Weighed {
    /// Bytes, roughly.
    fn bytes(&self) -> usize;
}

/// What an entry takes beside its key and its value: its place in the map, its tags, its counters.
const ENTRY_BYTES: usize = 256;

/// Something that was kept.
#[derive(Debug)]
pub struct Kept<V> {
    value: V,
    tags: Vec<Tag>,
    /// The last purge before it was loaded.
    stamp: u64,
    /// The last purge that is known to have spared it, which saves looking at its tags again.
    spared: AtomicU64,
    expires_at: Timestamp,
}

impl<V> Kept<V> {
    /// What was loaded after this purge: true while none of its tags is purged, until it expires.
    pub(crate) fn new(value: V, tags: Vec<Tag>, stamp: u64, expires_at: Timestamp) -> Self {
        Self { value, tags, stamp, spared: AtomicU64::new(stamp), expires_at }
    }

    /// What was kept.
    pub const fn value(&self) -> &V {
        &self.value
    }

    fn is_true(&self, purges: &Purges, now: Timestamp) -> bool {
        if now >= self.expires_at {
            return false;
        }
        // Read before the tags: a purge that comes in between is looked for again the next time.
        let last = purges.last();
        if self.spared.load(Ordering::Relaxed) == last {
            return true;
        }
        let is_spared = purges.spares(&self.tags, self.stamp);
        if is_spared {
            self.spared.store(last, Ordering::Relaxed);
        }
        is_spared
    }
}

/// Things by key; clones are the same cache.
pub struct Cache<V> {
    inner: Arc<Inner<V>>,
}

pub(super) struct Inner<V> {
    kept: moka::sync::Cache<Box<str>, Arc<Kept<V>>>,
    pub(super) purges: Purges,
    pub(super) flights: Flights<V>,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: Arc<AtomicU64>,
}

/// What a cache did and holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheStats {
    /// Answered from memory.
    pub hits: u64,
    /// Had to be loaded, or waited for a load.
    pub misses: u64,
    /// Given up for lack of room.
    pub evictions: u64,
    /// Purges so far, whether or not they met anything.
    pub purges: u64,
    /// What is kept now.
    pub entries: u64,
    /// How much of it there is.
    pub bytes: u64,
}

impl<V: Weighed + Send + Sync + 'static> Cache<V> {
    /// An empty cache that holds so many bytes at most, give or take what was kept within the last moment.
    #[must_use]
    pub fn new(purges: Purges, most_bytes: u64) -> Self {
        let evictions = Arc::new(AtomicU64::new(0));
        let evicted = Arc::clone(&evictions);
        let kept = moka::sync::Cache::<Box<str>, Arc<Kept<V>>>::builder()
            .max_capacity(most_bytes)
            .weigher(|key, kept| {
                let bytes = key.len() + kept.value.bytes() + kept.tags.len() * size_of::<Tag>() + ENTRY_BYTES;
                u32::try_from(bytes).unwrap_or(u32::MAX)
            })
            .eviction_listener(move |_, _, cause| {
                if cause == RemovalCause::Size {
                    evicted.fetch_add(1, Ordering::Relaxed);
                }
            })
            .build();
        let (hits, misses) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { inner: Arc::new(Inner { kept, purges, flights: Flights::default(), hits, misses, evictions }) }
    }

    /// What is kept under this key, where it is still true.
    #[must_use]
    pub fn find(&self, key: &str, now: Timestamp) -> Option<Arc<Kept<V>>> {
        let found = self.inner.find(key, now);
        let counter = if found.is_some() { &self.inner.hits } else { &self.inner.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Another form of something kept, where it was made of this very thing.
    #[must_use]
    pub fn beside(&self, original: &Kept<V>, key: &str) -> Option<Arc<Kept<V>>> {
        self.inner.kept.get(key).filter(|beside| (beside.stamp, beside.expires_at) == (original.stamp, original.expires_at))
    }

    /// Keeps another form of something kept: true and forgotten with it.
    pub fn keep_beside(&self, original: &Kept<V>, key: &str, value: V) -> Arc<Kept<V>> {
        let beside = Kept::new(value, original.tags.clone(), original.stamp, original.expires_at);
        self.inner.keep(key, beside)
    }

    /// Keeps what nobody waits for; what others wait for is kept by a [`Lead`](super::Lead).
    pub(crate) fn keep(&self, key: &str, kept: Kept<V>) {
        self.inner.keep(key, kept);
    }

    /// What it did and holds.
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        let inner = &self.inner;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        // Counts and evictions are worked off by and by; whoever asks gets them as of now.
        inner.kept.run_pending_tasks();
        CacheStats {
            hits: read(&inner.hits),
            misses: read(&inner.misses),
            evictions: read(&inner.evictions),
            purges: inner.purges.last(),
            entries: inner.kept.entry_count(),
            bytes: inner.kept.weighted_size(),
        }
    }

    pub(super) const fn inner(&self) -> &Arc<Inner<V>> {
        &self.inner
    }
}

impl<V: Send + Sync + 'static> Inner<V> {
    pub(super) fn find(&self, key: &str, now: Timestamp) -> Option<Arc<Kept<V>>> {
        self.kept.get(key).filter(|kept| kept.is_true(&self.purges, now))
    }

    /// Keeps what somebody made, unless a tag of it is never purged.
    pub(super) fn keep(&self, key: &str, kept: Kept<V>) -> Arc<Kept<V>> {
        let kept = Arc::new(kept);
        if kept.tags.iter().all(|tag| self.purges.follows(*tag)) {
            self.kept.insert(key.into(), Arc::clone(&kept));
        }
        kept
    }

    pub(super) fn is_true(&self, kept: &Kept<V>, now: Timestamp) -> bool {
        kept.is_true(&self.purges, now)
    }
}

/// How long something is kept at most: bounds what changes by the clock alone.
pub(crate) fn expiry(now: Timestamp, lifetime: Duration) -> Timestamp {
    chrono::TimeDelta::from_std(lifetime).ok().and_then(|lifetime| now.checked_add_signed(lifetime)).unwrap_or(now)
}

impl<V> std::fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").finish_non_exhaustive()
    }
}

impl<V> Clone for Cache<V> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}
