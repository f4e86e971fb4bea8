//! The `Idempotency-Key` of a command that must not happen twice.

use axum::extract::FromRequestParts;
use http::HeaderName;
use http::request::Parts;

use crate::problem::Problem;

/// What the client calls its command; 400 where it is absent or no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const MAX_LENGTH: usize = 255;

impl IdempotencyKey {
    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key, given away.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let value = values.next().ok_or_else(Problem::idempotency_key_missing)?;
        let is_key = (1..=MAX_LENGTH).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic);
        let key = value.to_str().ok().filter(|_| is_key && values.next().is_none());
        key.map(|key| Self(key.to_owned())).ok_or_else(Problem::idempotency_key_invalid)
    }
}
