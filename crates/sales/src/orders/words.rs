//! The words that staff find an order by.

use std::collections::BTreeSet;

use kernel::fold;

use super::model::{Contact, Order};

/// Of a word so many letters are kept, and of what is looked for as many compared.
const MOST_LETTERS: usize = 100;
/// So many words of what is looked for count.
const MOST_SOUGHT: usize = 8;

/// What a word of the order has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sought {
    /// Digits name one number: who looks for order 107 does not want 1,070 to 1,079 before it.
    Exactly(String),
    /// The rest is still being typed.
    Beginning(String),
}

/// The number, the address of mail as a whole, and each word of it, of the names and of the companies.
pub(super) fn words_of(order: &Order, contact: &Contact) -> BTreeSet<String> {
    let addresses = [&contact.shipping_address, &contact.billing_address].into_iter().flatten();
    let names = addresses.flat_map(|address| [Some(address.name()), address.company()]).flatten();
    let mut words = BTreeSet::from([order.number.to_string(), cut(&fold(contact.email.as_str()))]);
    for text in names.chain([contact.email.as_str()]) {
        words.extend(split(&fold(text)).map(cut));
    }
    words
}

/// What is looked for by this text; what holds no letter or digit is found nowhere.
pub(super) fn sought(text: &str) -> Vec<Sought> {
    let folded = fold(text);
    let mut sought: Vec<Sought> = Vec::new();
    for part in folded.split(' ').filter(|part| !part.is_empty()) {
        match split(part).next() {
            // The beginning of a whole address.
            Some(_) if part.contains('@') => sought.push(Sought::Beginning(cut(part))),
            Some(_) => sought.extend(split(part).map(Sought::of_word)),
            None => sought.push(Sought::Exactly(cut(part))),
        }
    }
    sought.truncate(MOST_SOUGHT);
    sought
}

impl Sought {
    fn of_word(word: &str) -> Self {
        let word = cut(word);
        if word.chars().all(|letter| letter.is_ascii_digit()) { Self::Exactly(word) } else { Self::Beginning(word) }
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn cut(word: &str) -> String {
    word.chars().take(MOST_LETTERS).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn begins(word: &str) -> Sought {
        Sought::Beginning(word.to_owned())
    }

    #[test]
    fn a_text_is_read_word_by_word() {
        assert_eq!(sought("  Ada LOVELACE-King "), [begins("ada"), begins("lovelace"), begins("king")]);
        assert_eq!(sought("ada.l@exam"), [begins("ada.l@exam")]);
        assert_eq!(sought("#1077"), [Sought::Exactly("1077".to_owned())]);
        assert_eq!(sought("4711 Gmbh"), [Sought::Exactly("4711".to_owned()), begins("gmbh")]);
        assert_eq!((sought("% _"), sought(" ")), (vec![Sought::Exactly("%".to_owned()), Sought::Exactly("_".to_owned())], vec![]));
        assert_eq!(sought(&"a ".repeat(20)).len(), MOST_SOUGHT);
    }

    proptest! {
        #[test]
        fn what_is_looked_for_is_made_of_what_words_are_made_of(text in ".{0,80}") {
            for sought in sought(&text) {
                let (Sought::Exactly(word) | Sought::Beginning(word)) = sought;
                prop_assert!(!word.is_empty() && !word.contains(' ') && word.chars().count() <= MOST_LETTERS, "{word:?}");
                prop_assert_eq!(fold(&word), word);
            }
        }
    }
}
