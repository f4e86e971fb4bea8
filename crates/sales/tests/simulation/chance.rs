//! Chance that comes of one seed.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The same seed, the same chances.
pub(crate) struct Chance(StdRng);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// From 0 to one below.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// Both ends included.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0.random_range(least..=most.max(least))
    }

    /// True so often in a hundred.
    pub(crate) fn percent(&mut self, part: u32) -> bool {
        self.0.random_range(0..100) < part
    }

    /// One of these.
    pub(crate) fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }
}
