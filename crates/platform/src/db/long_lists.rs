//! Which lists are known to be longer than numbered pages reach: their rows are not counted again for a while.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::value::Value;

/// A list that long says so as an estimate; one that has become shorter may say it a little longer.
const KNOWN_FOR: Duration = Duration::from_secs(60);
/// Whoever makes up filters shall not fill the memory.
const MOST_KNOWN: usize = 4_096;

/// The long lists of a database, as this process has met them.
#[derive(Debug, Default)]
pub struct LongLists {
    names: RandomState,
    met: Mutex<HashMap<u64, Instant>>,
}

impl LongLists {
    /// What a list is known by.
    pub fn name(&self, source: &str, values: &[Value]) -> u64 {
        self.names.hash_one((source, format!("{values:?}")))
    }

    /// True for a list that was longer than numbered pages reach a moment ago.
    pub fn knows(&self, name: u64) -> bool {
        let met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        met.get(&name).is_some_and(|at| at.elapsed() < KNOWN_FOR)
    }

    /// Takes note that a list is that long.
    pub fn remember(&self, name: u64) {
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        if met.len() >= MOST_KNOWN {
            met.clear();
        }
        met.insert(name, Instant::now());
    }
}
