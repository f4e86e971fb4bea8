//! Counting in this process: a map in parts, each behind a lock of its own that is held for some ten nanoseconds.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use kernel::Timestamp;

use super::events::SubjectIds;
use super::limiter::{RateLimiter, Standing, Taking};
use super::model::{Quota, Verdict, Who};
use crate::cache::Purges;
use crate::secrets::Secrets;

/// Two processors meet rarely in so many.
const PARTS: usize = 64;
/// How many are counted in each part at most: under 8 MB in all, whoever comes from however many addresses.
const MOST_IN_PART: usize = 1_792;
/// A part is not swept before it has so many.
const FIRST_SWEEP: usize = 64;

/// Counts requests in memory.
pub struct LocalLimiter {
    quotas: Vec<Quota>,
    /// Of a process: nobody can choose addresses whose numbers meet.
    hasher: RandomState,
    parts: Box<[Mutex<Part>]>,
    purges: Purges,
    subjects: SubjectIds,
}

#[derive(Debug, Default)]
struct Part {
    held: HashMap<u64, Held, BuildHasherDefault<AsItIs>>,
    /// At how many it is swept next.
    sweep_at: usize,
}

/// The two buckets of somebody.
#[derive(Debug, Clone, Copy)]
struct Held {
    class: usize,
    who: Who,
    /// When the longer one is full again, in nanoseconds since 1970.
    sustained: u64,
    burst: u64,
    /// The last purge that is known to have spared it.
    stamp: u64,
}

/// The numbers are hashes already.
#[derive(Debug, Default, Clone, Copy)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        // Nothing but u64 is hashed by this.
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

impl LocalLimiter {
    /// Nobody has asked yet. Facts about limits, which are followed by these purges, forget what somebody has used; what names
    /// people in them is made with these secrets.
    #[must_use]
    pub fn new(quotas: Vec<Quota>, purges: Purges, secrets: Secrets) -> Self {
        let parts = (0..PARTS).map(|_| Mutex::default()).collect();
        Self { quotas, hasher: RandomState::new(), parts, purges, subjects: SubjectIds::of(secrets) }
    }

    fn judge(&self, class: usize, who: Who, now: Timestamp) -> Option<Verdict> {
        let (quota, now, last) = (self.quotas.get(class)?, nanos(now), self.purges.last());
        let number = self.hasher.hash_one((class, who));
        let mut part = self.part(number)?;
        if let Some(held) = part.held.get_mut(&number).filter(|held| held.stamp == last) {
            return Some(held.take(quota, now));
        }
        let spared = part.held.get(&number).filter(|held| self.purges.spares(&self.subjects.tags(who), held.stamp));
        let (sustained, burst) = spared.map_or((0, 0), |held| (held.sustained, held.burst));
        let mut held = Held { class, who, sustained, burst, stamp: last };
        let verdict = held.take(quota, now);
        part.keep(number, held, now);
        Some(verdict)
    }

    /// Notes what was counted elsewhere: how far ahead of now both buckets are full again, in nanoseconds.
    pub(super) fn note(&self, class: usize, who: Who, now: Timestamp, (sustained, burst): (u64, u64)) {
        let (now, stamp) = (nanos(now), self.purges.last());
        let number = self.hasher.hash_one((class, who));
        if let Some(mut part) = self.part(number) {
            let held = Held { class, who, sustained: now.saturating_add(sustained), burst: now.saturating_add(burst), stamp };
            part.keep(number, held, now);
        }
    }

    /// The number that stands for somebody where others read it; without a master key there is none.
    pub(super) fn subject(&self, who: Who) -> Option<uuid::Uuid> {
        self.subjects.id(who).ok()
    }

    fn part(&self, number: u64) -> Option<MutexGuard<'_, Part>> {
        let place = usize::try_from(number >> 32).unwrap_or_default() % PARTS;
        Some(self.parts.get(place)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn all(&self, now: Timestamp) -> Vec<Standing> {
        let nanos = nanos(now);
        let held = self.parts.iter().flat_map(|part| {
            let part = part.lock().unwrap_or_else(PoisonError::into_inner);
            part.held.values().copied().filter(|held| held.sustained > nanos).collect::<Vec<_>>()
        });
        held.filter_map(|held| self.standing(held, now)).collect()
    }

    fn standing(&self, held: Held, now: Timestamp) -> Option<Standing> {
        if !self.purges.spares(&self.subjects.tags(held.who), held.stamp) {
            return None;
        }
        let Quota { class, sustained, .. } = self.quotas.get(held.class)?;
        let left = sustained.left(held.sustained, nanos(now));
        let full_at = now + Duration::from_nanos(held.sustained.saturating_sub(nanos(now)));
        Some(Standing { class, who: held.who, limit: sustained.limit(), left, full_at })
    }
}

impl Held {
    /// Takes a request out of both buckets, or out of neither.
    fn take(&mut self, quota: &Quota, now: u64) -> Verdict {
        let (sustained, burst) = (quota.sustained.take(self.sustained, now), quota.burst.take(self.burst, now));
        let retry_after = match (sustained, burst) {
            (Ok(sustained), Ok(burst)) => {
                (self.sustained, self.burst) = (sustained, burst);
                None
            }
            (one, other) => one.err().max(other.err()),
        };
        let full_in = Duration::from_nanos(self.sustained.saturating_sub(now));
        Verdict { left: quota.sustained.left(self.sustained, now), full_in, retry_after }
    }

    const fn is_full(&self, now: u64) -> bool {
        self.sustained <= now && self.burst <= now
    }
}

impl Part {
    fn keep(&mut self, number: u64, held: Held, now: u64) {
        let is_new = self.held.insert(number, held).is_none();
        if is_new && self.held.len() >= self.sweep_at.max(FIRST_SWEEP) {
            self.sweep(now);
        }
    }

    /// Forgets whose buckets are full: they are as if they had never come. Where that is not enough, those who used the
    /// least give way.
    fn sweep(&mut self, now: u64) {
        self.held.retain(|_, held| !held.is_full(now));
        if self.held.len() >= MOST_IN_PART {
            let mut ends: Vec<u64> = self.held.values().map(|held| held.sustained).collect();
            let (_, middle, _) = ends.select_nth_unstable(MOST_IN_PART / 2);
            let middle = *middle;
            self.held.retain(|_, held| held.sustained > middle);
        }
        self.sweep_at = (self.held.len() * 2).min(MOST_IN_PART);
    }
}

impl RateLimiter for LocalLimiter {
    fn take(&self, class: usize, who: Who, now: Timestamp) -> Taking {
        Taking::Done(self.judge(class, who, now))
    }

    fn quotas(&self) -> &[Quota] {
        &self.quotas
    }

    fn standings(&self, most: usize, now: Timestamp) -> BoxFuture<'_, Vec<Standing>> {
        let mut standings = self.all(now);
        standings.sort_by(|one, other| (one.left, one.full_at).cmp(&(other.left, other.full_at)).then(one.class.cmp(other.class)));
        standings.truncate(most);
        Box::pin(std::future::ready(standings))
    }
}

impl fmt::Debug for LocalLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalLimiter").field("quotas", &self.quotas).finish_non_exhaustive()
    }
}

/// Since 1970; far enough until 2262.
fn nanos(at: Timestamp) -> u64 {
    at.timestamp_nanos_opt().and_then(|nanos| u64::try_from(nanos).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
