//! Short texts: titles, tags, slugs, and the folding that makes sorting and comparing alike on both databases.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Why a short text is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but blanks.
    #[error("must not be empty")]
    Empty,
    /// More characters than the column holds.
    #[error("must be at most {0} characters long")]
    TooLong(usize),
    /// Control characters, which end up in logs, mails and headers.
    #[error("must not contain control characters")]
    Control,
}

/// A one-line text of 1 to `max` characters, trimmed and in Unicode NFC.
///
/// # Errors
/// `TextError` names the rule that is broken.
pub fn text(raw: &str, max: usize) -> Result<String, TextError> {
    let text: String = raw.trim().nfc().collect();
    match text.chars().count() {
        0 => Err(TextError::Empty),
        n if n > max => Err(TextError::TooLong(max)),
        _ if text.chars().any(char::is_control) => Err(TextError::Control),
        _ => Ok(text),
    }
}

/// A tag: a text of 1 to 64 characters; tags are compared by [`fold`].
///
/// # Errors
/// As [`text`].
pub fn tag(raw: &str) -> Result<String, TextError> {
    text(raw, 64)
}

/// The form by which texts are sorted, filtered and compared: compatibility-decomposed, without accents, in lower case,
/// with single blanks. Both databases sort it in binary order, so that they agree.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain: String = text.nfkd().filter(|&c| !unicode_normalization::char::is_combining_mark(c)).collect();
    plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The part of a URL that names a product or category: lower-case letters, digits and single dashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct Slug(String);

/// Not a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a slug has 1 to 200 lower-case letters or digits of any script, in words joined by single dashes")]
pub struct SlugError;

impl Slug {
    /// What fits into a URL and a unique key.
    pub const MAX: usize = 200;

    /// Reads a slug as it stands.
    ///
    /// # Errors
    /// `SlugError` where it is not one.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let letters = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() && !c.is_uppercase());
        if text.chars().count() <= Self::MAX && text.split('-').all(letters) { Ok(Self(text.to_owned())) } else { Err(SlugError) }
    }

    /// Makes a slug of a title; a title without a letter or digit has none.
    ///
    /// # Errors
    /// `SlugError` where nothing is left.
    pub fn from_title(title: &str) -> Result<Self, SlugError> {
        let folded = fold(title);
        let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let slug: String = words.join("-").chars().take(Self::MAX).collect();
        Self::parse(slug.trim_end_matches('-'))
    }

    /// This slug with a number behind it, for a title that is taken.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        let stem: String = self.0.chars().take(Self::MAX - suffix.len()).collect();
        Self(format!("{}{suffix}", stem.trim_end_matches('-')))
    }

    /// The slug.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        Self::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_trimmed_bounded_and_printable() {
        assert_eq!(text("  Mug ", 255), Ok("Mug".to_owned()));
        assert_eq!(text(" ", 255), Err(TextError::Empty));
        assert_eq!(text("four", 4), Ok("four".to_owned()));
        for max in [3, 1] {
            assert_eq!(text("four", max), Err(TextError::TooLong(max)));
        }
        assert_eq!((tag(&"x".repeat(64)), tag(&"x".repeat(65))), (Ok("x".repeat(64)), Err(TextError::TooLong(64))));
        assert_eq!(text("a\u{1b}[31m", 255), Err(TextError::Control));
    }

    #[test]
    fn slugs_are_made_of_titles() {
        for (title, slug) in
            [("7 Shakra Bracelet", "7-shakra-bracelet"), ("Café — Crème!", "cafe-creme"), ("日本 茶", "日本-茶"), ("--a--", "a")]
        {
            assert_eq!(Slug::from_title(title).map(String::from), Ok(slug.to_owned()));
        }
        assert_eq!(Slug::from_title("!!!"), Err(SlugError));
        assert_eq!(Slug::parse("a").map(|slug| slug.numbered(2).to_string()), Ok("a-2".to_owned()));
    }

    #[test]
    fn a_slug_never_outgrows_its_bound() {
        let longest = "x".repeat(Slug::MAX);
        assert_eq!(Slug::from_title(&"x".repeat(Slug::MAX + 50)).as_ref().map(Slug::as_str), Ok(longest.as_str()));
        assert_eq!(Slug::parse(&"x".repeat(Slug::MAX + 1)), Err(SlugError));
        let numbered = |stem: &str| Slug::parse(stem).expect("a slug").numbered(12).to_string();
        assert_eq!(numbered(&longest), format!("{}-12", "x".repeat(Slug::MAX - 3)));
        assert_eq!(numbered(&format!("{}-xyz", "x".repeat(Slug::MAX - 4))), format!("{}-12", "x".repeat(Slug::MAX - 4)));
    }

    #[test]
    fn texts_that_sort_alike_fold_alike() {
        for (raw, folded) in [("  Crème   BRÛLÉE ", "creme brulee"), ("ﬁne", "fine"), ("STRASSE", "strasse"), ("日本", "日本")] {
            assert_eq!(fold(raw), folded);
        }
    }

    #[test]
    fn what_is_no_slug_is_refused() {
        for text in ["", "-a", "a-", "a--b", "A", "a b", "a/b", "..", "a_b"] {
            assert_eq!(Slug::parse(text), Err(SlugError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_slug_made_of_a_title_is_a_slug(title in ".{0,300}") {
            if let Ok(slug) = Slug::from_title(&title) {
                prop_assert_eq!(Slug::parse(slug.as_str()), Ok(slug));
            }
        }

        #[test]
        fn folding_twice_changes_nothing(text in ".{0,100}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }
}
