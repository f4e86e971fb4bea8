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

    /// The numbers that the author's own program (`splitmix64.c`) gives for this seed.
    #[test]
    fn the_generator_is_split_mix() {
        let mut seed = 1_234_567;
        let numbers = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431];
        assert_eq!([(); 4].map(|()| split_mix(&mut seed)), numbers);
    }

    /// All that the random part of a new moment may be.
    const LOWER_HALF: u128 = 0x01ff_ffff_ffff_ffff_ffff;

    /// The seed whose next number is 0.
    const ZERO: u64 = 0x61c8_8646_80b5_83eb;

    #[test]
    fn an_id_holds_the_streams_moment_and_random_part() {
        let mut stream = Stream::seeded();
        for millis in [0, 1, 1, (1 << 48) - 2, (1 << 48) - 2] {
            let bits = stream.next(millis).as_u128();
            let (high, low) = (bits >> 64 & 0xfff, bits & ((1 << 62) - 1));
            assert_eq!((bits >> 80, high << 62 | low), (u128::from(stream.millis), stream.random));
        }
    }

    #[test]
    fn an_id_is_greater_than_the_one_before_by_at_least_one_and_by_little() {
        let mut still = Stream { millis: 5, random: 7, seeds: [ZERO, ZERO] };
        still.next(5);
        assert_eq!(still.random, 8, "the least step");
        let mut stream = Stream::seeded();
        stream.next(5);
        let steps = (0..1_000).map(|_| {
            let before = stream.random;
            stream.next(5);
            stream.random - before
        });
        let (least, most) = steps.fold((u128::MAX, 0), |(least, most), step| (least.min(step), most.max(step)));
        assert!(least < 1 << 31 && most > 1 << 31 && most <= 1 << 32, "{least} to {most}");
    }

    #[test]
    fn a_new_moment_begins_anywhere_in_the_lower_half() {
        let (mut ones, mut zeros) = (0, 0);
        for millis in 1..200 {
            let mut stream = Stream::seeded();
            stream.next(millis);
            (ones, zeros) = (ones | stream.random, zeros | (!stream.random & LOWER_HALF));
        }
        assert_eq!((ones, zeros), (LOWER_HALF, LOWER_HALF));
    }

    #[test]
    fn a_moment_without_room_borrows_from_the_next() {
        let mut stream = Stream { millis: 5, random: (1 << RANDOM_BITS) - 2, seeds: [ZERO, ZERO] };
        stream.next(5);
        assert_eq!((stream.millis, stream.random), (5, (1 << RANDOM_BITS) - 1), "the last of its moment");
        stream.seeds = [1_234_567, 1_234_567];
        stream.next(5);
        assert_eq!((stream.millis, stream.random), (6, 6_457_827_717_110_365_317));
    }

    #[test]
    fn seeds_have_as_many_ones_as_zeros() {
        let ones: u32 = (0..1_000).map(|_| Stream::seeded().seeds.map(u64::count_ones).iter().sum::<u32>()).sum();
        assert!((60_000..68_000).contains(&ones), "{ones} of 128,000");
    }

    #[test]
    fn ids_of_all_threads_differ() {
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(|| (0..5_000).map(|_| generate()).collect::<Vec<_>>())).collect();
        let ids: HashSet<Uuid> = threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        assert_eq!(ids.len(), 20_000);
    }
}
