//! What a setting is, as the shop has it now.

use kernel::{PageRequest, Timestamp};
use platform::config::Config;
use serde_json::Value;

use super::known::{KNOWN, Known, PRIVACY_URL, SHOP_NAME, SUPPORT_EMAIL, SUPPORT_PHONE, TERMS_URL};

/// A setting with the value that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Dotted.
    pub key: &'static str,
    /// What it says.
    pub about: &'static str,
    /// The value: the default until somebody sets one.
    pub value: Value,
    /// Grows with each change; 0 until somebody sets it.
    pub version: i64,
    /// When it was changed last, and by whom.
    pub updated: Option<(Timestamp, String)>,
}

impl Setting {
    /// What holds: what was stored, else the default.
    pub(super) fn of(known: &Known, stored: Option<platform::settings::Setting>, config: &Config) -> Self {
        let (key, about) = (known.key, known.about);
        match stored {
            Some(stored) => {
                let updated = Some((stored.updated_at, stored.updated_by));
                Self { key, about, value: stored.value, version: stored.version, updated }
            }
            None => Self { key, about, value: (known.default)(config), version: 0, updated: None },
        }
    }

    /// All there are, by key; of what is stored, whatever has another key is left out.
    pub(super) fn all(mut stored: Vec<platform::settings::Setting>, config: &Config) -> Vec<Self> {
        let mut take = |key: &str| stored.iter().position(|row| row.key == key).map(|place| stored.swap_remove(place));
        KNOWN.iter().map(|known| Self::of(known, take(known.key), config)).collect()
    }
}

/// Which settings are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingQuery {
    /// The last key first (`-key`), else the first (`key`).
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// What the shop tells everybody of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What it is called.
    pub name: String,
    /// Where customers write to.
    pub support_email: Option<String>,
    /// Where customers call.
    pub support_phone: Option<String>,
    /// Where the terms of sale are.
    pub terms_url: Option<String>,
    /// Where the shop says what it does with personal data.
    pub privacy_url: Option<String>,
}

impl Profile {
    pub(super) fn of(settings: &[Setting]) -> Self {
        let text =
            |key: &str| settings.iter().find(|setting| setting.key == key).and_then(|setting| setting.value.as_str()).map(str::to_owned);
        Self {
            name: text(SHOP_NAME).unwrap_or_default(),
            support_email: text(SUPPORT_EMAIL),
            support_phone: text(SUPPORT_PHONE),
            terms_url: text(TERMS_URL),
            privacy_url: text(PRIVACY_URL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(key: &str, value: Value) -> platform::settings::Setting {
        let (updated_at, updated_by) = (Timestamp::default(), "cli".to_owned());
        platform::settings::Setting { key: key.to_owned(), value, version: 3, updated_at, updated_by }
    }

    #[test]
    fn what_is_stored_holds_and_else_the_default() {
        let config = platform::config::load(&platform::config::Flags::default()).expect("defaults").config;
        let rows = vec![stored("shop.forgotten", Value::from(1)), stored(SUPPORT_EMAIL, Value::from("help@example.com"))];
        let settings = Setting::all(rows, &config);
        assert!(settings.iter().map(|setting| setting.key).eq(KNOWN.iter().map(|known| known.key)));
        for (setting, known) in settings.iter().zip(KNOWN) {
            let own = setting.key == SUPPORT_EMAIL;
            let value = if own { Value::from("help@example.com") } else { (known.default)(&config) };
            assert_eq!((&setting.value, setting.version, setting.updated.is_some()), (&value, if own { 3 } else { 0 }, own));
        }
        let profile = Profile::of(&settings);
        assert_eq!((profile.name, profile.support_email.as_deref()), (config.shop.name, Some("help@example.com")));
        assert_eq!((profile.support_phone, profile.terms_url, profile.privacy_url), (None, None, None));
    }
}
