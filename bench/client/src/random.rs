//! Numbers that look random and come again with the same seed.

/// `SplitMix64` (Steele, Lea and Flood, 2014): one multiplication more than a counter, and no state to speak of.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Numbers of this seed, for this purpose.
    #[must_use]
    pub fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a spreads the purpose over the seed.
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        Self(purpose.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, mix))
    }

    /// The next number.
    #[must_use]
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`.
    #[must_use]
    pub const fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_purpose_give_the_same_numbers() {
        let draw = |seed, purpose| (0..100).scan(Random::new(seed, purpose), |random, _| Some(random.between(3, 9))).collect::<Vec<_>>();

        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert!((3..=9).all(|number| draw(1, "a").contains(&number)) && draw(2, "a").iter().all(|number| (3..=9).contains(number)));
    }
}
