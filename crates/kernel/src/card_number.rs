//! Spotting payment card numbers in free text, which must never be stored (PCI DSS 3.2).

use unicode_normalization::UnicodeNormalization;

/// The lengths of card numbers that are looked for. Issuers once gave out 13 and still may give out 12 digits, but so long
/// are phone numbers and barcodes, too.
const SHORTEST: usize = 14;
const LONGEST: usize = 19;
/// An international phone number has at most this many digits (ITU E.164).
const LONGEST_PHONE: usize = 15;

/// Number ranges of issuers (ISO/IEC 7812): first and last prefix, both of the same length, and how many digits a number has.
const ISSUERS: &[(&str, &str, usize, usize)] = &[
    ("4", "4", 16, 16),           // Visa
    ("4", "4", 19, 19),           // Visa
    ("51", "55", 16, 16),         // Mastercard
    ("2221", "2720", 16, 16),     // Mastercard
    ("34", "34", 15, 15),         // American Express
    ("37", "37", 15, 15),         // American Express
    ("300", "305", 14, 19),       // Diners Club
    ("309", "309", 14, 19),       // Diners Club
    ("36", "36", 14, 19),         // Diners Club
    ("38", "39", 14, 19),         // Diners Club
    ("6011", "6011", 16, 19),     // Discover
    ("644", "649", 16, 19),       // Discover
    ("65", "65", 16, 19),         // Discover, RuPay
    ("3528", "3589", 16, 19),     // JCB
    ("62", "62", 16, 19),         // UnionPay
    ("5018", "5018", 16, 19),     // Maestro
    ("5020", "5020", 16, 19),     // Maestro
    ("5038", "5038", 16, 19),     // Maestro
    ("5893", "5893", 16, 19),     // Maestro
    ("6304", "6304", 16, 19),     // Maestro
    ("6759", "6763", 16, 19),     // Maestro
    ("508", "508", 16, 16),       // RuPay
    ("60", "60", 16, 16),         // RuPay
    ("8172", "8172", 16, 16),     // RuPay
    ("2200", "2204", 16, 19),     // Mir
    ("9792", "9792", 16, 16),     // Troy
    ("506099", "506198", 16, 19), // Verve
    ("636368", "636368", 16, 16), // Elo
];

/// True where a text holds what looks like a payment card's number: digits, in groups parted by blanks or dashes or in
/// one piece, of a length that the issuer uses, in an issuer's range, with a right check digit (Luhn, ISO/IEC 7812-1).
///
/// A number starts and ends with a group, so that the inside of a longer number (a tracking number) is not taken for one,
/// and what follows a `+` is a phone number.
#[must_use]
pub fn contains_card_number(text: &str) -> bool {
    // Most texts have too few digits for one, and everything is a text.
    if text.is_ascii() && text.bytes().filter(u8::is_ascii_digit).count() < SHORTEST {
        return false;
    }
    // NFKC turns full-width digits and unusual blanks into plain ones.
    let plain: Vec<char> = text.nfkc().collect();
    plain.split(|c| !(c.is_ascii_digit() || is_separator(*c) || *c == '+')).any(stretch_has_card)
}

const fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '\t' | '-' | '\u{2010}'..='\u{2015}')
}

/// A run of digits without a separator.
struct Group {
    digits: Vec<u8>,
    /// True behind a `+`.
    international: bool,
}

fn stretch_has_card(stretch: &[char]) -> bool {
    let groups = groups_of(stretch);
    (0..groups.len()).any(|start| card_starts_at(groups.get(start..).unwrap_or_default()))
}

/// True where the first group, alone or with those that follow, is a card number. Looks at [`LONGEST`] digits at most.
fn card_starts_at(groups: &[Group]) -> bool {
    let international = groups.first().is_some_and(|group| group.international);
    let mut number: Vec<u8> = Vec::with_capacity(LONGEST);
    for group in groups {
        number.extend(&group.digits);
        if number.len() > LONGEST {
            return false;
        }
        let phone = international && number.len() <= LONGEST_PHONE;
        if !phone && is_card_number(&number) {
            return true;
        }
    }
    false
}

fn groups_of(stretch: &[char]) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut open = false;
    let mut international = false;
    for c in stretch {
        let Some(digit) = c.to_digit(10).and_then(|digit| u8::try_from(digit).ok()) else {
            open = false;
            international = *c == '+';
            continue;
        };
        if !open {
            groups.push(Group { digits: Vec::new(), international });
            open = true;
        }
        if let Some(group) = groups.last_mut() {
            group.digits.push(digit);
        }
    }
    groups
}

fn is_card_number(digits: &[u8]) -> bool {
    (SHORTEST..=LONGEST).contains(&digits.len()) && has_issuer(digits) && passes_luhn(digits)
}

fn has_issuer(digits: &[u8]) -> bool {
    let text: String = digits.iter().map(|digit| char::from(b'0' + digit)).collect();
    ISSUERS.iter().any(|(first, last, shortest, longest)| {
        let prefix = text.get(..first.len()).unwrap_or_default();
        (*shortest..=*longest).contains(&digits.len()) && (*first..=*last).contains(&prefix)
    })
}

fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let worth = u32::from(*digit) * if place % 2 == 1 { 2 } else { 1 };
            if worth > 9 { worth - 9 } else { worth }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers that payment providers publish for tests.
    const TEST_CARDS: &[&str] = &[
        "4111111111111111",
        "4242424242424242",
        "4000056655665556",
        "5555555555554444",
        "5105105105105100",
        "2223003122003222",
        "378282246310005",
        "371449635398431",
        "6011111111111117",
        "6011000990139424",
        "3056930009020004",
        "36227206271667",
        "38520000023237",
        "3566002020360505",
        "6200000000000005",
        "6205500000000000004",
        "6759649826438453",
    ];

    #[test]
    fn the_test_numbers_of_providers_are_found_however_they_are_written() {
        for card in TEST_CARDS {
            let by_four: Vec<&str> = (0..card.len()).step_by(4).filter_map(|at| card.get(at..card.len().min(at + 4))).collect();
            let apart: Vec<String> = card.chars().map(String::from).collect();
            let wide: String = card.chars().filter_map(|c| char::from_u32(u32::from(c) - u32::from('0') + 0xff10)).collect();
            for written in [(*card).to_owned(), by_four.join(" "), by_four.join("-"), apart.join(" "), wide] {
                assert!(contains_card_number(&written), "{written}");
                assert!(contains_card_number(&format!("pay with {written}, please")), "{written}");
                assert!(contains_card_number(&format!("7 {written} 1229")), "{written}");
            }
        }
        assert!(contains_card_number("+4242424242424242"), "longer than any phone number");
    }

    #[test]
    fn what_only_looks_like_a_card_number_is_left_alone() {
        for text in [
            "",
            "12 Main Street, 10115 Berlin",
            "4111111111111112", // the check digit is wrong
            "1111111111111117", // no issuer
            "+49 1512 3456789", // phone numbers
            "+1 (415) 555-2671",
            "+305693000902000",
            "+378282246310005",          // the digits of a card, as long as a phone number may be
            "4242 4242, then 4242 4242", // words part numbers
            "0049 30 901820",
            "9400111899223397568483", // tracking numbers
            "1Z999AA10123456784",
            "00340434161094042557",
            "4006381333931", // a barcode
            "978-3-16-148410-0",
            "94111111111111111", // inside a longer number
            "41111111111111110",
            "550e8400-e29b-41d4-a716-446655440000",
        ] {
            assert!(!contains_card_number(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_search_panic(text in ".{0,200}", digits in "[0-9 +-]{0,200}") {
            let _ = (contains_card_number(&text), contains_card_number(&digits));
        }

        #[test]
        fn a_card_number_is_found_in_the_middle_of_a_text(place in 0..TEST_CARDS.len(), before in "[a-z,. ]{0,20}", after in "[a-z,. ]{0,20}") {
            let text = format!("{before}{}{after}", TEST_CARDS[place]);
            prop_assert!(contains_card_number(&text));
        }
    }
}
