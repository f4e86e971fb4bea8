//! The code of a gift card: whoever knows it may spend the card, so it is kept nowhere.

use std::fmt;

use kernel::StoredValueId;
use platform::{Secrets, SecretsError};
use sha2::{Digest, Sha256};

/// What the master key makes codes for.
const PURPOSE: &str = "gift card codes";
/// Letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// As many characters as have 79 bits: nobody guesses one, and nobody finds one from its digest.
const OURS: usize = 16;
/// Characters between dashes, as they are written.
const GROUP: usize = 4;
/// Codes of other shops are shorter; fewer characters than this are guessed.
const FEWEST: usize = 8;
/// What fits onto a card.
const MOST: usize = 64;

/// A code as it is compared: letters and digits, capital. It is never printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct GiftCardCode(String);

/// Not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be {FEWEST} to {MOST} letters or digits; dashes and blanks do not count")]
pub struct NoCode;

impl GiftCardCode {
    /// Reads a code however it is written: dashes, blanks and small letters do not matter.
    ///
    /// # Errors
    /// `NoCode` unless it has 8 to 64 letters and digits.
    pub fn parse(typed: &str) -> Result<Self, NoCode> {
        let written: String = typed.chars().filter(|letter| !matches!(letter, '-' | ' ')).collect();
        let readable = written.bytes().all(|byte| byte.is_ascii_alphanumeric()) && (FEWEST..=MOST).contains(&written.len());
        if readable { Ok(Self(written.to_ascii_uppercase())) } else { Err(NoCode) }
    }

    /// The code that the shop thinks of for a card: nobody makes it without the master key, and with it, it is made again.
    ///
    /// # Errors
    /// `SecretsError` where there is no key.
    pub(super) fn ours(secrets: &Secrets, id: StoredValueId) -> Result<Self, SecretsError> {
        let mac = secrets.mac(PURPOSE, id.uuid().as_bytes())?;
        let mut number = u128::from_be_bytes(mac.first_chunk().copied().unwrap_or_default());
        let base = ALPHABET.len() as u128;
        let mut letter = || {
            let place = usize::try_from(number % base).unwrap_or_default();
            number /= base;
            char::from(ALPHABET.get(place).copied().unwrap_or(b'A'))
        };
        Ok(Self((0..OURS).map(|_| letter()).collect()))
    }

    /// What is stored of it.
    pub(super) fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// The last four characters, by which its holder knows it again.
    pub(super) fn end(&self) -> String {
        self.0.get(self.0.len().saturating_sub(GROUP)..).unwrap_or_default().to_owned()
    }

    /// The code itself, in groups of four, for its holder.
    #[must_use]
    pub fn reveal(&self) -> String {
        let groups: Vec<&str> = self.0.as_bytes().chunks(GROUP).filter_map(|group| std::str::from_utf8(group).ok()).collect();
        groups.join("-")
    }
}

impl fmt::Debug for GiftCardCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GiftCardCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_written() {
        let code = GiftCardCode::parse(" abcd-2345 efgh-6789 ").expect("a code");
        assert_eq!((code.reveal(), code.end()), ("ABCD-2345-EFGH-6789".to_owned(), "6789".to_owned()));
        assert_eq!(GiftCardCode::parse("ABCD2345EFGH6789").expect("a code").digest(), code.digest());
        assert_eq!(GiftCardCode::parse("other-shop-1").expect("a code").reveal(), "OTHE-RSHO-P1");
        for typed in ["", "abcdefg", "abcd_efgh", "äbcdefghi", &"x".repeat(65)] {
            assert_eq!(GiftCardCode::parse(typed), Err(NoCode), "{typed}");
        }
        assert_eq!(format!("{code:?}"), "GiftCardCode(…)");
    }

    #[test]
    fn the_shops_codes_are_made_again_and_differ() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = platform::config::load(&platform::config::Flags::default()).expect("defaults").config;
        config.data_dir = folder.path().to_owned();
        let secrets = Secrets::of(&config);
        let codes: BTreeSet<String> = (0..1_000)
            .map(|_| {
                let id = StoredValueId::generate();
                let code = GiftCardCode::ours(&secrets, id).expect("a key");
                assert_eq!(GiftCardCode::ours(&secrets, id).expect("a key"), code);
                assert_eq!(GiftCardCode::parse(&code.reveal()), Ok(code.clone()));
                code.reveal()
            })
            .collect();
        assert_eq!(codes.len(), 1_000);
        assert!(codes.iter().all(|code| code.len() == 19 && code.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte))));
    }
}
