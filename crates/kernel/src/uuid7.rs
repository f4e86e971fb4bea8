//! New UUIDv7s (RFC 9562, 5.7) without a system call for each.

use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::clock::{Clock, SystemClock};

/// What an id has beside its moment, its version and its variant.
const RANDOM_BITS: u32 = 74;
/// A new moment begins in the lower half, so that its ids have room to grow.
const FIRST: u128 = (1 << (RANDOM_BITS - 1)) - 1;
const LOW_BITS: u32 = 62;

/// The ids of this process: each greater than the one before, whichever thread asks, because rows that are written in one
/// moment are ordered by their ids.
struct Stream {
    millis: u64,
    random: u128,
    /// Two generators (`SplitMix64`, Steele et al. 2014), seeded by the system.
    seeds: [u64; 2],
}

static STREAM: Mutex<Option<Stream>> = Mutex::new(None);

/// An id that differs from every other and sorts behind those that this process made before. It is not hard to guess: what
/// must be is a token, from the system's own generator, which costs ten times as much.
pub(crate) fn generate() -> Uuid {
    let millis = u64::try_from(SystemClock.now().timestamp_millis()).unwrap_or_default();
    let mut stream = STREAM.lock().unwrap_or_else(PoisonError::into_inner);
    stream.get_or_insert_with(Stream::seeded).next(millis)
}

impl Stream {
    fn seeded() -> Self {
        let (one, other) = (Uuid::new_v4().as_u64_pair(), Uuid::new_v4().as_u64_pair());
        Self { millis: 0, random: 0, seeds: [one.0 ^ other.1.rotate_left(17), other.0 ^ one.1.rotate_left(43)] }
    }

    fn next(&mut self, millis: u64) -> Uuid {
        let [high, low] = self.seeds.each_mut().map(split_mix);
        let grown = self.random + 1 + u128::from(low >> 32);
        if millis > self.millis {
            (self.millis, self.random) = (millis, (u128::from(high) << 64 | u128::from(low)) & FIRST);
        } else if grown >> RANDOM_BITS == 0 {
            self.random = grown;
        } else {
            (self.millis, self.random) = (self.millis + 1, u128::from(low));
        }
        let (high, low) = (self.random >> LOW_BITS, self.random & ((1 << LOW_BITS) - 1));
        Uuid::from_u128(u128::from(self.millis) << 80 | 7 << 76 | high << 64 | 0b10 << LOW_BITS | low)
    }
}

fn split_mix(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*seed ^ (*seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_id_has_its_moment_version_and_variant() {
        let mut stream = Stream::seeded();
        let id = stream.next(1_763_679_802_310);
        assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
        assert_eq!(id.get_timestamp().map(|at| (at.to_unix().0, at.to_unix().1 / 1_000_000)), Some((1_763_679_802, 310)));
    }

    #[test]
    fn ids_grow_within_a_moment_and_when_the_clock_goes_back() {
        let mut stream = Stream::seeded();
        let ids: Vec<Uuid> = (0..10_000_u64).map(|number| stream.next(1_000_000 - number / 100)).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
        stream.random = (1 << RANDOM_BITS) - 1;
        let (full, next) = (*ids.last().expect("ids"), stream.next(1_000_000));
        assert!(next > full && next.get_version_num() == 7);
    }

    #[test]
    fn ids_of_all_threads_differ() {
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(|| (0..5_000).map(|_| generate()).collect::<Vec<_>>())).collect();
        let ids: HashSet<Uuid> = threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        assert_eq!(ids.len(), 20_000);
    }
}
