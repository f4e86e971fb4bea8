//! Languages and regions that letters are written for.

use std::fmt;
use std::str::FromStr;

use platform::outbox::ToSchema;
use serde::{Serialize, Serializer};

/// A language, and where it is spoken: `de`, `de-CH`, `zh-Hant-TW`. A part of BCP 47: what nobody writes letters by is left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
pub struct MailLocale(String);

/// Not a locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a language, and a script and a region where needed: de, de-CH, zh-Hant-TW")]
pub struct MailLocaleError;

impl MailLocale {
    /// What every letter is written in where nothing else fits.
    pub const LAST_RESORT: &'static str = "en";
    /// The form of all of them, as a regular expression.
    pub const PATTERN: &'static str = "^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$";

    /// English.
    #[must_use]
    pub fn last_resort() -> Self {
        Self(Self::LAST_RESORT.to_owned())
    }

    /// As much of a channel's locale as letters are written by.
    #[must_use]
    pub fn of_channel(tag: &str) -> Self {
        let mut tag = tag;
        loop {
            if let Ok(locale) = tag.parse() {
                return locale;
            }
            let Some((shorter, _)) = tag.rsplit_once('-') else { return Self::last_resort() };
            tag = shorter;
        }
    }

    /// The text of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `de` of `de-CH`.
    #[must_use]
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// `CH` of `de-CH`.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.0.split('-').skip(1).find(|part| part.len() < 4)
    }

    /// Where a template for it is looked for, in this order: `de-CH`, `de`, `en`.
    #[must_use]
    pub fn chain(&self) -> Vec<Self> {
        let mut chain = vec![self.clone()];
        let mut rest = self.0.as_str();
        while let Some((shorter, _)) = rest.rsplit_once('-') {
            chain.push(Self(shorter.to_owned()));
            rest = shorter;
        }
        if rest != Self::LAST_RESORT {
            chain.push(Self::last_resort());
        }
        chain
    }
}

impl FromStr for MailLocale {
    type Err = MailLocaleError;

    /// Reads a locale, in whatever case it is written.
    fn from_str(raw: &str) -> Result<Self, MailLocaleError> {
        let mut parts = raw.split('-').peekable();
        let letters = |part: &str, count: usize| part.len() == count && part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let language = parts.next().filter(|part| letters(part, 2) || letters(part, 3)).ok_or(MailLocaleError)?;
        let mut locale = language.to_ascii_lowercase();
        if let Some(script) = parts.next_if(|part| letters(part, 4)) {
            let (first, rest) = script.split_at(1);
            locale.push('-');
            locale.push_str(&first.to_ascii_uppercase());
            locale.push_str(&rest.to_ascii_lowercase());
        }
        let digits = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(region) = parts.next_if(|part| letters(part, 2) || digits(part)) {
            locale.push('-');
            locale.push_str(&region.to_ascii_uppercase());
        }
        if parts.next().is_none() { Ok(Self(locale)) } else { Err(MailLocaleError) }
    }
}

impl fmt::Display for MailLocale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for MailLocale {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(raw: &str) -> MailLocale {
        raw.parse().expect("a locale")
    }

    #[test]
    fn a_locale_is_a_language_with_script_and_region() {
        for (raw, told) in [("de", "de"), ("DE-ch", "de-CH"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"), ("gsw", "gsw")] {
            assert_eq!(locale(raw).as_str(), told);
        }
        for raw in ["", "d", "deutsch", "de-", "-de", "de_CH", "de-CH-1996", "de-1", "../x", "de-CH-x-y", "d1"] {
            assert_eq!(raw.parse::<MailLocale>(), Err(MailLocaleError), "{raw}");
        }
        assert_eq!((locale("zh-Hant-TW").language(), locale("zh-Hant-TW").region(), locale("zh-Hant").region()), ("zh", Some("TW"), None));
    }

    #[test]
    fn the_last_resort_is_english() {
        let chain = |raw: &str| locale(raw).chain().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(chain("de-CH"), ["de-CH", "de", "en"]);
        assert_eq!(chain("zh-Hant-TW"), ["zh-Hant-TW", "zh-Hant", "zh", "en"]);
        assert_eq!((chain("en-GB"), chain("en")), (vec!["en-GB".to_owned(), "en".to_owned()], vec!["en".to_owned()]));
    }

    #[test]
    fn of_a_channels_locale_counts_what_letters_are_written_by() {
        for (tag, told) in [("de-CH-1996", "de-CH"), ("de-DE", "de-DE"), ("en-US-u-ca-buddhist", "en-US"), ("x", "en"), ("", "en")] {
            assert_eq!(MailLocale::of_channel(tag).as_str(), told);
        }
    }
}
