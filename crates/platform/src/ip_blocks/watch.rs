//! All blocks in memory, as they are by the last purge.

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use kernel::Timestamp;
use tokio::sync::Mutex;

use super::events::IpBlockEvent;
use super::model::BlockSet;
use super::store;
use crate::Context;
use crate::cache::Tag;

/// How long a database that did not answer is left alone.
const PAUSE_MS: i64 = 1_000;

/// Knows which addresses are blocked. A look-up takes some ten nanoseconds; after a fact about blocks the next one reads
/// them again.
pub struct IpBlocks {
    context: Context,
    set: RwLock<Option<BlockSet>>,
    /// The last purge that is known to have spared what was read.
    stamp: AtomicU64,
    loading: Mutex<()>,
    /// Before this moment (in milliseconds) they are not read again.
    not_before_ms: AtomicI64,
}

impl IpBlocks {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(context: Context) -> Self {
        let (stamp, not_before_ms) = (AtomicU64::new(0), AtomicI64::new(i64::MIN));
        Self { context, set: RwLock::new(None), stamp, loading: Mutex::new(()), not_before_ms }
    }

    /// True where the address is blocked. While the database is away, what was read last counts.
    pub async fn has(&self, address: IpAddr, now: Timestamp) -> bool {
        if !self.is_true() {
            // Rare: no request carries room for it.
            Box::pin(self.load(now)).await;
        }
        self.read().as_ref().is_some_and(|set| set.has(address, now))
    }

    fn read(&self) -> RwLockReadGuard<'_, Option<BlockSet>> {
        self.set.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// True where no block was changed since they were read.
    fn is_true(&self) -> bool {
        // Read before the tag: a purge that comes in between is looked for again the next time.
        let (purges, stamp) = (&self.context.purges, self.stamp.load(Ordering::Acquire));
        let last = purges.last();
        if self.read().is_none() || !(stamp == last || purges.spares(&[Tag::every::<IpBlockEvent>()], stamp)) {
            return false;
        }
        // Where somebody read them meanwhile, the number is theirs.
        let _ = self.stamp.compare_exchange(stamp, last, Ordering::AcqRel, Ordering::Relaxed);
        true
    }

    async fn load(&self, now: Timestamp) {
        // Whoever asks meanwhile waits: what they know of a change may be newer than what is in memory.
        let _alone = self.loading.lock().await;
        if self.is_true() || now.timestamp_millis() < self.not_before_ms.load(Ordering::Relaxed) {
            return;
        }
        let stamp = self.context.purges.last();
        match store::all(self.context.db.reader()).await {
            Ok(blocks) => {
                *self.set.write().unwrap_or_else(PoisonError::into_inner) = Some(BlockSet::of(&blocks));
                self.stamp.store(stamp, Ordering::Release);
            }
            Err(error) => {
                self.not_before_ms.store(now.timestamp_millis().saturating_add(PAUSE_MS), Ordering::Relaxed);
                tracing::warn!(error = %error, "the blocked addresses cannot be read; those read before stay blocked");
            }
        }
    }
}

impl fmt::Debug for IpBlocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IpBlocks").finish_non_exhaustive()
    }
}
