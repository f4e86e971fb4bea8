//! Codes by time and codes for emergencies.

use std::fmt;

use kernel::{Timestamp, UserId};
use platform::{Secrets, SecretsError};
use totp_rs::{Builder, Secret, Totp};

use super::error::TwoFactorError;

/// What a two-factor secret is sealed for.
const SEAL: &str = "two-factor";
/// What the hashes of recovery codes are made for.
const RECOVERY: &str = "recovery-code";
/// Enough for a life with one lost device a year.
const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code: 80 random bits.
const RECOVERY_LENGTH: usize = 16;
/// Crockford's base32: nothing in it is mistaken for something else.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The shared secret, from which both sides compute codes: SHA-1, six digits, half a minute, one step of tolerance, as
/// every authenticator has them (RFC 6238).
pub(super) struct SharedSecret(Vec<u8>);

impl SharedSecret {
    pub(super) fn generate() -> Self {
        Self(Secret::generate().as_bytes().to_vec())
    }

    pub(super) fn open(secrets: &Secrets, sealed: &[u8]) -> Result<Self, SecretsError> {
        secrets.open(SEAL, sealed).map(Self)
    }

    pub(super) fn seal(&self, secrets: &Secrets) -> Result<Vec<u8>, SecretsError> {
        secrets.seal(SEAL, &self.0)
    }

    /// The step that this code belongs to, where it is one of now, or of half a minute ago or ahead.
    pub(super) fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let seconds = u64::try_from(now.timestamp()).ok()?;
        let totp = self.codes("", None).ok()?;
        totp.check(code, seconds).and_then(|step| i64::try_from(step).ok())
    }

    /// What an authenticator reads, from a picture or by hand.
    pub(super) fn started(&self, shop: &str, account: &str) -> Result<Started, TwoFactorError> {
        let address = |error: &dyn fmt::Display| TwoFactorError::Address(error.to_string());
        // A colon divides shop and account in the address, so that neither may hold one.
        let (shop, account) = (shop.replace(':', " "), account.replace(':', " "));
        let totp = self.codes(&account, Some(&shop)).map_err(|error| address(&error))?;
        let url = totp.to_url().map_err(|error| address(&error))?;
        Ok(Started { secret: totp.secret().to_base32(), url })
    }

    fn codes(&self, account: &str, shop: Option<&str>) -> Result<Totp, totp_rs::TotpError> {
        Builder::new().with_secret(self.0.as_slice()).with_account_name(account).with_issuer(shop).build()
    }
}

/// What whoever sets up an authenticator needs; shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Started {
    /// The secret in base32, to be typed in.
    pub secret: String,
    /// `otpauth://totp/…`, to be shown as a picture.
    pub url: String,
}

impl fmt::Debug for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Started(…)")
    }
}

/// Codes that stand in for the authenticator, each once; shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCodes(Vec<String>);

impl RecoveryCodes {
    pub(super) fn generate() -> Self {
        let code = || {
            let places: [u8; RECOVERY_LENGTH] = rand::random();
            let letters = places.map(|place| char::from(ALPHABET.get(usize::from(place % 32)).copied().unwrap_or(b'0')));
            let groups: Vec<String> = letters.chunks(4).map(String::from_iter).collect();
            groups.join("-")
        };
        Self((0..RECOVERY_CODES).map(|_| code()).collect())
    }

    /// The codes.
    #[must_use]
    pub fn reveal(&self) -> &[String] {
        &self.0
    }

    pub(super) fn hashes(&self, secrets: &Secrets, user: UserId) -> Result<Vec<Vec<u8>>, SecretsError> {
        self.0.iter().map(|code| recovery_hash(secrets, user, code)).collect()
    }
}

impl fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodes(…)")
    }
}

/// What is stored of a recovery code: keyed, so that the database alone does not tell codes, and bound to its user. Blanks,
/// dashes and capitals do not matter to whoever types one from paper.
pub(super) fn recovery_hash(secrets: &Secrets, user: UserId, code: &str) -> Result<Vec<u8>, SecretsError> {
    let letters = code.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase());
    let text: String = user.to_string().chars().chain(" ".chars()).chain(letters).collect();
    Ok(secrets.mac(RECOVERY, text.as_bytes())?.to_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6238, appendix B: the secret is twenty ASCII digits; the last six of the eight digits given there.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = SharedSecret(b"12345678901234567890".to_vec());
        let at = |seconds: i64| chrono::DateTime::from_timestamp(seconds, 0).expect("a moment");
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(secret.step_of(code, at(seconds)), Some(seconds / 30), "{seconds}");
            assert_eq!(secret.step_of(code, at(seconds + 90)), None, "{seconds}");
        }
        for code in ["", "28708", "2870822", "28708x", "２８７０８２"] {
            assert_eq!(secret.step_of(code, at(59)), None, "{code}");
        }
    }

    #[test]
    fn an_authenticator_is_told_shop_and_account() {
        let started = SharedSecret(b"12345678901234567890".to_vec()).started("Mugs: & More", "ada@example.com").expect("an address");
        assert_eq!(started.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(started.url.starts_with("otpauth://totp/Mugs") && started.url.contains("secret=GEZDGNBVGY3TQOJQ"), "{}", started.url);
        assert_eq!(format!("{started:?}"), "Started(…)");
    }

    #[test]
    fn recovery_codes_are_many_and_differ() {
        let codes = RecoveryCodes::generate();
        let different: std::collections::HashSet<_> = codes.reveal().iter().collect();
        assert_eq!((codes.reveal().len(), different.len()), (10, 10));
        assert!(codes.reveal().iter().all(|code| code.len() == 19));
        assert_eq!(format!("{codes:?}"), "RecoveryCodes(…)");
        // 6,400 letters, so that not even the rarest of 32 is missing.
        let letters: std::collections::HashSet<char> =
            (0..40).flat_map(|_| RecoveryCodes::generate().0).collect::<String>().chars().collect();
        assert!(ALPHABET.iter().all(|letter| letters.contains(&char::from(*letter))), "every letter is used: {letters:?}");
    }

    fn secrets() -> Secrets {
        let mut config = platform::config::load(&platform::config::Flags::default()).expect("defaults").config;
        config.secrets.master_key = "1".repeat(64).into();
        Secrets::of(&config)
    }

    #[test]
    fn what_is_stored_of_a_secret_opens_again_and_does_not_tell_it() {
        let secrets = secrets();
        let secret = SharedSecret(b"12345678901234567890".to_vec());
        let sealed = secret.seal(&secrets).expect("sealed");
        assert_eq!(SharedSecret::open(&secrets, &sealed).expect("opened").0, secret.0);
        assert!(!sealed.windows(4).any(|part| part == b"1234"), "{sealed:?}");
    }

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed_and_only_of_its_user() {
        let secrets = secrets();
        let (user, other, codes) = (UserId::generate(), UserId::generate(), RecoveryCodes::generate());
        let stored = codes.hashes(&secrets, user).expect("hashes");
        assert_eq!((stored.len(), stored.iter().map(Vec::len).max()), (10, Some(32)));
        for (code, stored) in codes.reveal().iter().zip(&stored) {
            let typed = |user, code: &str| recovery_hash(&secrets, user, code).expect("a hash");
            assert_eq!(typed(user, &code.to_uppercase().replace('-', " ")), *stored);
            assert_ne!(typed(other, code), *stored);
            assert_ne!(typed(user, &code[1..]), *stored);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at_as_a_code_without_a_panic(text in ".{0,40}", seconds in 0..4_000_000_000_i64) {
            let now = chrono::DateTime::from_timestamp(seconds, 0).expect("a moment");
            let _ = SharedSecret::generate().step_of(&text, now);
        }
    }
}
