//! Keys, claims and stored answers.

use kernel::{DomainError, ErrorKind};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::db::DatabaseError;

/// A client's key, whose it is, and a fingerprint of the request that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub(super) scope: String,
    pub(super) key: String,
    pub(super) fingerprint: String,
}

impl Key {
    /// A key of this scope (the actor or the cart) for this request. `request` is whatever makes two requests the same:
    /// method, path and body.
    #[must_use]
    pub fn new(scope: impl Into<String>, key: impl Into<String>, request: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in request {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let fingerprint = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { scope: scope.into(), key: key.into(), fingerprint }
    }

    /// The key of a part of the request that is done for itself: whoever repeats the request finds each part done or not.
    #[must_use]
    pub fn part(&self, part: impl std::fmt::Display) -> Self {
        Self { key: format!("{}#{part}", self.key), ..self.clone() }
    }
}

/// The answer that every repetition gets, byte for byte. Only successes are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// 200, 201 or 202.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// What a key's row says when a request claims it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nobody used it: go on, the row is ours.
    New,
    /// Its first request is under way, or died after its first commit; the effect so far is on this subject.
    InProgress(Uuid),
    /// Done: answer this.
    Done(Answer),
}

/// What a command under a key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keyed {
    /// It was done now, and this is kept for whoever asks again.
    New(Answer),
    /// It was done before: this was answered then.
    Replayed(Answer),
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    /// The key stood for another request.
    #[error("this Idempotency-Key was used for another request; take a new one")]
    Reused,
    /// The first request under this key is still at work.
    #[error("a request with this Idempotency-Key is still at work; try again")]
    InUse,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for IdempotencyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Reused => "idempotency_key_reused",
            Self::InUse => "idempotency_key_in_use",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Reused => ErrorKind::Rule,
            Self::InUse => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_cannot_be_used_says_why() {
        let told = |error: IdempotencyError| (error.code(), error.kind());
        assert_eq!(told(IdempotencyError::Reused), ("idempotency_key_reused", ErrorKind::Rule));
        assert_eq!(told(IdempotencyError::InUse), ("idempotency_key_in_use", ErrorKind::Conflict));
        let corrupt = DatabaseError::corrupt("idempotency_keys.body");
        let (code, kind) = (corrupt.code(), corrupt.kind());
        assert_eq!(told(IdempotencyError::Database(corrupt)), (code, kind));
    }

    #[test]
    fn a_part_has_a_key_of_its_own_in_the_same_request() {
        let whole = Key::new("user", "k", &[b"a"]);
        assert_eq!(whole.part(1), whole.part(1));
        assert_ne!(whole.part(1).key, whole.part(2).key);
        assert_eq!((whole.part(1).scope, whole.part(1).fingerprint), (whole.scope, whole.fingerprint));
    }

    #[test]
    fn moving_a_byte_from_one_part_to_the_next_is_another_request() {
        let key = |parts: &[&[u8]]| Key::new("cart", "k", parts);
        assert_ne!(key(&[b"ab", b"c"]), key(&[b"a", b"bc"]));
        assert_eq!(key(&[b"ab", b"c"]), key(&[b"ab", b"c"]));
    }
}
