//! When what was purged last: the one thing that decides whether something kept is still true.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use kernel::{Clock, SystemClock, Timestamp};
use uuid::Uuid;

use crate::outbox::Fact;

/// Tags share so many places. Two tags that share one are purged together, which costs a load and is never wrong; 128 KiB
/// make that rare in a shop whose hot pages number some thousands.
const PLACES: u64 = 16 * 1_024;

/// What something that is kept depends on: one thing, or all things of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    kind: &'static str,
    place: usize,
}

impl Tag {
    /// The thing that facts of this kind happen to.
    #[must_use]
    pub fn thing<F: Fact>(id: impl Into<Uuid>) -> Self {
        Self { kind: F::AGGREGATE, place: place(F::AGGREGATE, Some(id.into())) }
    }

    /// All things that facts of this kind happen to, those that do not exist yet among them.
    #[must_use]
    pub fn every<F: Fact>() -> Self {
        Self { kind: F::AGGREGATE, place: place(F::AGGREGATE, None) }
    }

    /// All things of a kind, by its name.
    #[cfg(test)]
    pub(crate) fn every_of(kind: &'static str) -> Self {
        Self { kind, place: place(kind, None) }
    }

    pub(super) const fn place(self) -> usize {
        self.place
    }
}

fn place(kind: &str, id: Option<Uuid>) -> usize {
    let mut hasher = DefaultHasher::new();
    (kind, id).hash(&mut hasher);
    usize::try_from(hasher.finish() % PLACES).unwrap_or_default()
}

/// The purges of this process, numbered; clones are the same.
///
/// A load notes the number of the last purge before it reads anything. What it made is true as long as no tag of it has a
/// higher number: so a load that began before a purge is worthless after it, however late it ends, and no purge has to look
/// for what it makes untrue.
#[derive(Debug, Clone)]
pub struct Purges(Arc<Table>);

#[derive(Debug)]
struct Table {
    kinds: &'static [&'static str],
    last: AtomicU64,
    places: Box<[AtomicU64]>,
    /// When each was purged last, in milliseconds since 1970; at first, when this process began to hear of purges.
    times: Box<[AtomicI64]>,
    clock: Arc<dyn Clock>,
    purging: Mutex<()>,
}

impl Purges {
    /// Nothing is purged yet. Facts of other kinds than these purge nothing, and nothing that depends on another is kept.
    #[must_use]
    pub fn new(kinds: &'static [&'static str]) -> Self {
        Self::by(kinds, Arc::new(SystemClock))
    }

    /// The same by this clock.
    #[must_use]
    pub fn by(kinds: &'static [&'static str], clock: Arc<dyn Clock>) -> Self {
        let places = (0..PLACES).map(|_| AtomicU64::new(0)).collect();
        let now = clock.now().timestamp_millis();
        let times = (0..PLACES).map(|_| AtomicI64::new(now)).collect();
        Self(Arc::new(Table { kinds, last: AtomicU64::new(0), places, times, clock, purging: Mutex::new(()) }))
    }

    /// The number of the last purge, which is also how many there were.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.0.last.load(Ordering::SeqCst)
    }

    /// The present moment, by the clock of the shop.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The kinds of facts that purge something.
    #[must_use]
    pub fn kinds(&self) -> &'static [&'static str] {
        self.0.kinds
    }

    /// What changes together, to be purged together: a transaction by its commit.
    #[must_use]
    pub fn touch(&self) -> Touched {
        Touched { purges: Some(self.clone()), places: Arc::default() }
    }

    pub(super) fn follows(&self, tag: Tag) -> bool {
        self.0.kinds.contains(&tag.kind)
    }

    /// True where no tag was purged after this number.
    pub(crate) fn spares(&self, tags: &[Tag], stamp: u64) -> bool {
        tags.iter().all(|tag| self.0.places.get(tag.place()).is_some_and(|place| place.load(Ordering::SeqCst) <= stamp))
    }

    /// True where this process heard for so long of nothing that purges one of these. What somebody else kept for less than that is as
    /// true as if it had been loaded here.
    #[must_use]
    pub fn spared_for(&self, tags: &[Tag], long: TimeDelta) -> bool {
        let since = self.now().checked_sub_signed(long).unwrap_or(Timestamp::MIN_UTC).timestamp_millis();
        tags.iter().all(|tag| self.follows(*tag) && self.0.times.get(tag.place()).is_some_and(|time| time.load(Ordering::SeqCst) <= since))
    }

    fn collect(&self, kind: &str, things: impl IntoIterator<Item = Uuid>, places: &mut HashSet<usize>) {
        if self.0.kinds.contains(&kind) {
            places.insert(place(kind, None));
            places.extend(things.into_iter().map(|thing| place(kind, Some(thing))));
        }
    }

    fn purge_places(&self, places: &HashSet<usize>) {
        if places.is_empty() {
            return;
        }
        // One at a time: who sees a number sees all places of that purge.
        let _alone = self.0.purging.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.last() + 1;
        let now = self.now().timestamp_millis();
        for place in places {
            if let (Some(number), Some(time)) = (self.0.places.get(*place), self.0.times.get(*place)) {
                time.store(now, Ordering::SeqCst);
                number.store(next, Ordering::SeqCst);
            }
        }
        self.0.last.store(next, Ordering::SeqCst);
    }
}

/// What is to be purged together; clones belong to the same transaction.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    purges: Option<Purges>,
    places: Arc<Mutex<HashSet<usize>>>,
}

impl Touched {
    /// Notes facts about these things.
    pub(crate) fn note(&self, kind: &str, things: impl IntoIterator<Item = Uuid>) {
        if let Some(purges) = &self.purges {
            purges.collect(kind, things, &mut self.places.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Purges what was noted. To be called when the commit has ended, whatever it said: one that was cut off may have happened.
    pub(crate) fn purge(&self) {
        if let Some(purges) = &self.purges {
            purges.purge_places(&self.places.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(kind: &'static str, id: Option<Uuid>) -> Tag {
        Tag { kind, place: place(kind, id) }
    }

    fn purge(purges: &Purges, kind: &str, thing: Uuid) {
        let touched = purges.touch();
        touched.note(kind, [thing]);
        touched.purge();
    }

    #[test]
    fn a_purge_spares_what_was_loaded_after_it_and_what_shows_other_things() {
        let purges = Purges::new(&["product"]);
        let (mug, cup) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (of_mug, of_cup, of_all) = (tag("product", Some(mug)), tag("product", Some(cup)), tag("product", None));
        purge(&purges, "product", mug);
        assert!(!purges.spares(&[of_mug], 0) && !purges.spares(&[of_cup, of_all], 0));
        assert!(purges.spares(&[of_cup], 0) && purges.spares(&[of_mug, of_all], purges.last()));
    }

    #[test]
    fn what_others_kept_is_believed_after_a_quiet_time_alone() {
        let clock = Arc::new(kernel::FixedClock::at("2026-03-02T09:30:00Z".parse().expect("a moment")));
        let purges = Purges::by(&["session"], clock.clone());
        let (mine, other) = (tag("session", Some(Uuid::from_u128(1))), tag("session", Some(Uuid::from_u128(2))));
        let long = TimeDelta::minutes(2);
        assert!(!purges.spared_for(&[mine], long), "what happened before the process began, it did not hear");
        clock.advance(long);
        assert!(purges.spared_for(&[mine, other], long) && !purges.spared_for(&[tag("order", None)], long));
        purge(&purges, "session", Uuid::from_u128(1));
        assert!(!purges.spared_for(&[mine], long) && purges.spared_for(&[other], long));
        clock.advance(long);
        assert!(purges.spared_for(&[mine], long));
    }

    #[test]
    fn facts_that_nobody_follows_purge_nothing() {
        let purges = Purges::new(&["product"]);
        purge(&purges, "order", Uuid::from_u128(1));
        assert_eq!(purges.last(), 0);
        assert!(!purges.follows(tag("order", None)));
    }

    #[test]
    fn a_transaction_purges_when_it_is_told_to() {
        let purges = Purges::new(&["product"]);
        let touched = purges.touch();
        touched.note("product", [Uuid::from_u128(1)]);
        touched.clone().note("product", [Uuid::from_u128(2)]);
        assert_eq!(purges.last(), 0);
        touched.purge();
        assert!(!purges.spares(&[tag("product", Some(Uuid::from_u128(2)))], 0));
        Touched::default().purge();
    }
}
