//! Keys and their tokens.

use std::fmt;

use chrono::TimeDelta;
use kernel::{ApiKeyId, Timestamp, text_enum};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::permissions::{Permission, Scopes};

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

text_enum! {
    /// What a key is made for, which bounds what it can be given.
    pub enum KeyKind {
        /// Programs of staff: anything that scopes name.
        Admin = "admin",
        /// Programs beside the shop (an ERP, a warehouse): anything but what decides who may do what.
        Internal = "internal",
        /// Pages and apps that anybody can take apart: no scopes, so only what is public, and carts by their tokens.
        Publishable = "publishable",
    }
}

/// What a key of this kind cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KindError {
    /// A key without scopes could do nothing.
    #[error("name at least one scope")]
    Empty,
    /// What decides who may do what.
    #[error("an internal key has no scope on users, roles, API keys, the audit log or security")]
    Governs,
    /// Anything at all.
    #[error("a publishable key has no scopes")]
    Publishable,
}

impl KeyKind {
    /// Refuses scopes that a key of this kind cannot have.
    ///
    /// # Errors
    /// `KindError` says why.
    pub fn admit(self, scopes: &Scopes) -> Result<(), KindError> {
        match self {
            Self::Publishable if scopes.is_empty() => Ok(()),
            Self::Publishable => Err(KindError::Publishable),
            Self::Admin | Self::Internal if scopes.is_empty() => Err(KindError::Empty),
            Self::Internal if scopes.permissions().iter().any(Permission::governs) => Err(KindError::Governs),
            Self::Admin | Self::Internal => Ok(()),
        }
    }
}

text_enum! {
    /// Whether a key opens doors.
    pub enum KeyState {
        /// It does.
        Live = "live",
        /// Its time is over.
        Expired = "expired",
        /// Somebody ended it.
        Revoked = "revoked",
    }
}

/// A key, without its token, which nobody can know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id; the actor of what it does.
    pub id: ApiKeyId,
    /// What people call it.
    pub name: String,
    /// What it is made for.
    pub kind: KeyKind,
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
    /// Grows with each change; being used is none.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

impl ApiKey {
    /// True while it opens doors.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.state(now) == KeyState::Live
    }

    /// Whether it opens doors, and why not.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now) {
            KeyState::Expired
        } else {
            KeyState::Live
        }
    }

    /// What the audit log tells of it.
    pub(super) fn recorded(&self) -> impl Serialize {
        let scopes: Vec<&str> = self.scopes.iter().collect();
        let (hint, ends, revoked) = (&self.token_hint, self.expires_at, self.revoked_at);
        serde_json::json!({ "name": self.name, "kind": self.kind, "scopes": scopes, "token_hint": hint, "expires_at": ends, "revoked_at": revoked })
    }
}

/// How long the token before goes on after a rotation: 0 seconds to 7 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grace(TimeDelta);

/// Longer, or negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be between 0 and {} seconds", Grace::MOST_S)]
pub struct GraceError;

impl Grace {
    /// Seven days: a program that was not told its new token by then will not be.
    pub const MOST_S: i64 = 7 * 86_400;
    /// A day, for who does not say.
    pub const DEFAULT_S: i64 = 86_400;

    /// Until when a token goes on that is replaced now.
    #[must_use]
    pub fn end(self, now: Timestamp) -> Timestamp {
        now + self.0
    }
}

impl TryFrom<i64> for Grace {
    type Error = GraceError;

    fn try_from(seconds: i64) -> Result<Self, GraceError> {
        if (0..=Self::MOST_S).contains(&seconds) { Ok(Self(TimeDelta::seconds(seconds))) } else { Err(GraceError) }
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

    fn key(expires_at: Option<Timestamp>, revoked_at: Option<Timestamp>) -> ApiKey {
        ApiKey {
            id: ApiKeyId::generate(),
            name: String::new(),
            kind: KeyKind::Admin,
            token_hint: String::new(),
            scopes: Scopes::default(),
            expires_at,
            revoked_at,
            last_used_at: None,
            version: 1,
            created_at: Timestamp::default(),
            created_by: String::new(),
        }
    }

    #[test]
    fn a_key_is_dead_once_it_is_revoked_or_its_time_is_over() {
        let now = Timestamp::default();
        let second = chrono::TimeDelta::seconds(1);
        let state = |expires_at: Option<Timestamp>, revoked_at: Option<Timestamp>| key(expires_at, revoked_at).state(now);
        let live = |expires_at: Option<Timestamp>, revoked_at: Option<Timestamp>| key(expires_at, revoked_at).is_live(now);
        assert_eq!(
            (live(None, None), live(Some(now + second), None), live(Some(now), None), live(None, Some(now))),
            (true, true, false, false)
        );
        assert_eq!([state(Some(now), None), state(Some(now - second), None)], [KeyState::Expired; 2]);
        assert_eq!([state(None, Some(now)), state(Some(now + second), Some(now)), state(Some(now), Some(now))], [KeyState::Revoked; 3]);
    }

    #[test]
    fn a_kind_bounds_what_a_key_may_be_given() {
        let admit = |kind: KeyKind, scopes: &[&str]| kind.admit(&Scopes::parse(scopes.iter().copied()).expect("known"));
        assert_eq!(admit(KeyKind::Admin, &["admin:*"]), Ok(()));
        assert_eq!(admit(KeyKind::Internal, &["orders:*", "stock:write"]), Ok(()));
        assert_eq!(admit(KeyKind::Publishable, &[]), Ok(()));
        for governing in ["admin:*", "users:read", "roles:*", "api_keys:write", "audit:read", "security:write"] {
            assert_eq!(admit(KeyKind::Internal, &["orders:read", governing]), Err(KindError::Governs), "{governing}");
        }
        assert_eq!([admit(KeyKind::Admin, &[]), admit(KeyKind::Internal, &[])], [Err(KindError::Empty); 2]);
        assert_eq!(admit(KeyKind::Publishable, &["products:read"]), Err(KindError::Publishable));
    }

    #[test]
    fn an_old_token_goes_on_for_seven_days_at_most() {
        assert_eq!(Grace::try_from(-1), Err(GraceError));
        assert_eq!(Grace::try_from(Grace::MOST_S + 1), Err(GraceError));
        let now = Timestamp::default();
        assert_eq!(Grace::try_from(0).map(|grace| grace.end(now)), Ok(now));
        assert_eq!(Grace::try_from(Grace::MOST_S).map(|grace| grace.end(now)), Ok(now + chrono::TimeDelta::days(7)));
    }
}
