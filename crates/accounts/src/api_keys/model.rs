//! Keys and their tokens.

use std::fmt;

use kernel::{ApiKeyId, Timestamp};
use sha2::{Digest, Sha256};

use crate::permissions::Scopes;

/// What a program presents: `twk_` and 64 hexadecimal digits, 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    const PREFIX: &'static str = "twk_";

    /// A new token from the system's random source.
    #[must_use]
    pub fn generate() -> Self {
        let bits: [u8; 32] = rand::random();
        Self(format!("{}{}", Self::PREFIX, hex(&bits)))
    }

    /// Reads a token; what does not look like one is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(Self::PREFIX)?;
        let whole = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        whole.then(|| Self(text.to_owned()))
    }

    /// The token itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored. A token has 256 random bits, so that a plain hash cannot be guessed back and needs no salt.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// The last digits, by which people tell their keys apart.
    #[must_use]
    pub fn hint(&self) -> String {
        self.0.chars().skip(self.0.len() - 4).collect()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A key, without its token, which nobody can know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id; the actor of what it does.
    pub id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// The last digits of its token.
    pub token_hint: String,
    /// What it may do.
    pub scopes: Scopes,
    /// It is dead from then on.
    pub expires_at: Option<Timestamp>,
    /// It is dead since then.
    pub revoked_at: Option<Timestamp>,
    /// When it was last seen, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

impl ApiKey {
    /// True while it opens doors.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_recognised_and_never_printed() {
        let token = Token::generate();
        assert_eq!(Token::parse(token.reveal()), Some(token.clone()));
        assert_eq!(format!("{token:?}"), "Token(…)");
        let (shouted, bare) = (token.reveal().to_uppercase(), &token.reveal()[4..]);
        let (no_digits, capitals) = (format!("twk_{}", "g".repeat(64)), format!("twk_{}", "A".repeat(64)));
        let (short, long) = (format!("twk_{}", "a".repeat(63)), format!("twk_{}", "a".repeat(65)));
        for text in ["", "twk_", "twk_xyz", &shouted, bare, &no_digits, &capitals, &short, &long] {
            assert_eq!(Token::parse(text), None, "{text}");
        }
    }

    #[test]
    fn of_a_token_only_its_hash_and_its_last_digits_are_kept() {
        let token = Token::parse(&format!("twk_{}cafe", "0".repeat(60))).expect("a token");
        assert_eq!(token.hint(), "cafe");
        assert_eq!(hex(&token.hash()), "d9cbe24fb7b7ebb5a06bd53578f90a198beabd564644fda98d1ae7c886c383df");
        assert_ne!(Token::generate(), Token::generate());
    }

    #[test]
    fn a_key_is_dead_once_it_is_revoked_or_its_time_is_over() {
        let now = Timestamp::default();
        let second = chrono::TimeDelta::seconds(1);
        let live = |expires_at: Option<Timestamp>, revoked_at: Option<Timestamp>| {
            let (name, token_hint, created_by) = (String::new(), String::new(), String::new());
            let (id, scopes, created_at) = (ApiKeyId::generate(), Scopes::default(), now);
            ApiKey { id, name, token_hint, scopes, expires_at, revoked_at, last_used_at: None, created_at, created_by }.is_live(now)
        };
        assert!(live(None, None) && live(Some(now + second), None));
        assert!(!live(Some(now), None) && !live(Some(now - second), None));
        assert!(!live(None, Some(now)) && !live(Some(now + second), Some(now)));
    }
}
