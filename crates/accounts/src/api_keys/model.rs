//! Tokens and scopes.

use std::collections::BTreeSet;
use std::fmt;

use kernel::{ApiKeyId, Timestamp};
use sha2::{Digest, Sha256};

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

/// What a key may do: permissions such as `orders:read`, `orders:*` for all of a resource, `*` for everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<String>);

/// Not a set of scopes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopesError {
    /// A key without scopes could do nothing.
    #[error("name at least one scope")]
    Empty,
    /// Neither a permission that exists nor a pattern over those that do.
    #[error("unknown scope {0}")]
    Unknown(String),
}

impl Scopes {
    /// Reads scopes; each must be, or cover, one of the permissions that exist.
    ///
    /// # Errors
    /// `Empty` or `Unknown`.
    pub fn parse<'a>(raw: impl IntoIterator<Item = &'a str>, permissions: &[&str]) -> Result<Self, ScopesError> {
        let mut scopes = BTreeSet::new();
        for scope in raw.into_iter().map(str::trim).filter(|scope| !scope.is_empty()) {
            if !permissions.iter().any(|permission| covers(scope, permission)) {
                return Err(ScopesError::Unknown(scope.to_owned()));
            }
            scopes.insert(scope.to_owned());
        }
        if scopes.is_empty() { Err(ScopesError::Empty) } else { Ok(Self(scopes)) }
    }

    pub(super) fn stored(scopes: impl IntoIterator<Item = String>) -> Self {
        Self(scopes.into_iter().collect())
    }

    /// True where one of the scopes covers the permission; no scopes cover nothing.
    #[must_use]
    pub fn allow(&self, permission: &str) -> bool {
        self.0.iter().any(|scope| covers(scope, permission))
    }

    /// The scopes, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

fn covers(scope: &str, permission: &str) -> bool {
    let resource = scope.strip_suffix(":*").is_some_and(|resource| permission.split_once(':').is_some_and(|(of, _)| of == resource));
    scope == "*" || scope == permission || resource
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

    const PERMISSIONS: &[&str] = &["orders:read", "orders:write", "products:write"];

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

    #[test]
    fn scopes_allow_what_they_cover_and_nothing_else() {
        let allowed = |scope: &str, permission: &str| Scopes::parse([scope], PERMISSIONS).expect("known").allow(permission);
        assert!(allowed("*", "orders:read") && allowed("orders:*", "orders:write") && allowed("orders:read", "orders:read"));
        assert!(!allowed("orders:read", "orders:write") && !allowed("orders:*", "products:write"));
        assert!(!Scopes::default().allow("orders:read"));
        let scopes = Scopes::parse([" orders:write", "", "orders:read"], PERMISSIONS).expect("known");
        assert_eq!(scopes.iter().collect::<Vec<_>>(), ["orders:read", "orders:write"]);
        assert_eq!(Scopes::stored(scopes.iter().map(str::to_owned)), scopes);
    }

    #[test]
    fn a_scope_that_covers_nothing_is_refused() {
        for scope in ["order:read", "orders", "carts:*", "orders:delete"] {
            assert_eq!(Scopes::parse([scope], PERMISSIONS), Err(ScopesError::Unknown(scope.to_owned())));
        }
        assert_eq!(Scopes::parse([" "], PERMISSIONS), Err(ScopesError::Empty));
    }
}
