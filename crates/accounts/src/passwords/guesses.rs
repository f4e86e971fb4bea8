//! The passwords that anybody tries first: an embedded list of common ones and of those that break-ins made known.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A telephone number has at most this many digits (ITU E.164).
const LONGEST_NUMBER: usize = 15;
/// One a line, folded: what is typed most, by words, names, places, clubs and keyboards.
const LIST: &str = include_str!("common.txt");

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| LIST.lines().collect());

/// True for a folded password that is on the list, is one of its words between digits and signs, is one with signs in the place
/// of letters, is one short piece again and again, or is a date or a telephone number.
pub(super) fn contains(folded: &str) -> bool {
    let plain = without_disguise(folded);
    [folded, core(folded), plain.as_str(), core(&plain)].iter().any(|text| COMMON.contains(text))
        || is_repeated(folded)
        || is_number(folded)
}

/// A text without the digits and signs before and behind it; what has no letter at all stays whole.
pub(super) fn core(folded: &str) -> &str {
    let bare = folded.trim_matches(|c: char| !c.is_alphabetic());
    if bare.is_empty() { folded } else { bare }
}

/// `p@ssw0rd` is `password` to whoever tries it.
fn without_disguise(folded: &str) -> String {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    };
    folded.chars().map(letter).collect()
}

/// True where a piece of one to four characters makes up the whole, as in `abababab`.
fn is_repeated(folded: &str) -> bool {
    let letters: Vec<char> = folded.chars().collect();
    (1..=4.min(letters.len() / 2)).any(|length| {
        let (piece, rest) = letters.split_at(length);
        rest.iter().zip(piece.iter().cycle()).all(|(is, should)| is == should)
    })
}

/// True for digits alone, however they are parted: there are too few of them, and people know their birthdays by heart.
fn is_number(folded: &str) -> bool {
    let digits = folded.chars().filter(char::is_ascii_digit).count();
    digits <= LONGEST_NUMBER && folded.chars().all(|c| c.is_ascii_digit() || " -./:+()".contains(c))
}

#[cfg(test)]
mod tests {
    use kernel::fold;

    use super::*;

    #[test]
    fn the_list_is_long_folded_and_says_nothing_twice() {
        assert!(COMMON.len() >= 3_000, "{}", COMMON.len());
        assert_eq!(LIST.lines().count(), COMMON.len());
        for line in LIST.lines() {
            assert_eq!(fold(line), line);
        }
        assert!(LIST.lines().filter(|line| line.len() >= 8).count() >= 3_000, "shorter ones are refused for being short");
    }

    #[test]
    fn digits_signs_and_disguise_make_nothing_of_a_word_that_everybody_knows() {
        for text in [
            "password",
            "password123",
            "!!password",
            "p@55w0rd",
            "dr4g0n99",
            "abcabcabc",
            "12341234",
            "1111111111",
            "24.12.1999",
            "+49 30 901820",
        ] {
            assert!(contains(text), "{text}");
        }
        for text in ["otter-in-a-teapot", "passwordless otter", "abcabcabd", "x1y2z3w4", "1234567890123456"] {
            assert!(!contains(text), "{text}");
        }
        assert_eq!((core("12ab3"), core("123"), core("")), ("ab", "123", ""));
    }
}
