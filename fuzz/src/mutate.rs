//! Inputs that are nearly right: a file of the corpus with a few changes gets further into a parser than noise does.

use rand::RngExt;
use rand::rngs::StdRng;

/// Changes to one input.
const MOST_CHANGES: usize = 8;
/// Longer inputs only cost time: every bound of ours is met before.
const MOST_BYTES: usize = 64 * 1_024;
/// What parsers trip over: limits of numbers, signs, quotes, separators, text of several bytes, ends of text.
const WORDS: [&str; 34] = [
    "0",
    "-0",
    "-1",
    "00",
    "1",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551616",
    "1e309",
    "0.001",
    ".",
    ",",
    "-",
    "+",
    "\"",
    "\"\"",
    "'",
    "=",
    "&",
    "[",
    "]",
    "%",
    "%00",
    "%zz",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "ü",
    "\u{202e}",
    "𝟙",
    "\u{0301}",
    " ",
];

/// Some file of the corpus, changed a little; now and then only noise.
#[must_use]
pub fn near(seeds: &[Vec<u8>], random: &mut StdRng) -> Vec<u8> {
    let mut input = if random.random_ratio(1, 32) { noise(random) } else { pick(seeds, random).to_vec() };
    for _ in 0..random.random_range(1..=MOST_CHANGES) {
        change(&mut input, seeds, random);
    }
    input.truncate(MOST_BYTES);
    input
}

fn noise(random: &mut StdRng) -> Vec<u8> {
    (0..random.random_range(0..64)).map(|_| random.random()).collect()
}

fn pick<'seeds>(seeds: &'seeds [Vec<u8>], random: &mut StdRng) -> &'seeds [u8] {
    seeds.get(random.random_range(0..seeds.len().max(1))).map_or(&[], Vec::as_slice)
}

fn change(input: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut StdRng) {
    let range = stretch(input.len(), random);
    match random.random_range(0..7) {
        0 => drop(input.drain(range)),
        1 => {
            let twice: Vec<u8> = input.get(range.clone()).unwrap_or_default().repeat(random.random_range(1..=4));
            drop(input.splice(range.start..range.start, twice));
        }
        2 => {
            let other = pick(seeds, random);
            let part = other.get(stretch(other.len(), random)).unwrap_or_default().to_vec();
            drop(input.splice(range, part));
        }
        3 => {
            let word = WORDS.get(random.random_range(0..WORDS.len())).map_or(&[][..], |word| word.as_bytes());
            drop(input.splice(range.start..range.start, word.iter().copied()));
        }
        4 => {
            if let Some(byte) = input.get_mut(range.start) {
                *byte ^= 1 << random.random_range(0..8);
            }
        }
        5 => {
            if let Some(byte) = input.get_mut(range.start) {
                *byte = random.random();
            }
        }
        _ => {
            let byte = random.random_range(b' '..=b'~');
            input.insert(range.start, byte);
        }
    }
}

/// Mostly short, anywhere.
fn stretch(len: usize, random: &mut StdRng) -> std::ops::Range<usize> {
    let start = random.random_range(0..=len);
    let most = if random.random_ratio(1, 8) { len - start } else { (len - start).min(8) };
    start..start + random.random_range(0..=most)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn inputs_stay_near_the_corpus_and_come_again_with_their_seed() {
        let seeds = vec![b"12.50".to_vec(), b"-7".to_vec()];
        let draw = |seed| {
            let mut random = StdRng::seed_from_u64(seed);
            (0..200).map(|_| near(&seeds, &mut random)).collect::<Vec<_>>()
        };

        assert_eq!(draw(3), draw(3));
        assert!(draw(3).iter().filter(|input| input.windows(2).any(|pair| pair == b"12" || pair == b"-7")).count() > 60);
    }
}
