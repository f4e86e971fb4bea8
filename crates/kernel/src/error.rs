//! What an error is to the outside, without knowing any protocol.

use std::collections::BTreeMap;

/// The family of an error; the API floor turns it into a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request cannot be read at all.
    Malformed,
    /// The caller is unknown.
    Unauthenticated,
    /// The caller is known and may not.
    Forbidden,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// The state of things forbids it now.
    Conflict,
    /// Readable, but against a rule.
    Rule,
    /// A version is needed and absent.
    VersionRequired,
    /// A body is larger than allowed.
    TooLarge,
    /// The media type is not understood.
    UnsupportedMedia,
    /// Tried too often; waiting helps.
    TooMany,
    /// A dependency is away; trying again later helps.
    Unavailable,
    /// Our own fault; the caller learns only the request id.
    Internal,
}

/// What each use case's error enum says of itself.
pub trait DomainError: std::error::Error + Send + Sync {
    /// Stable lower_snake code; listed in `contracts/error-codes.md` and never changed.
    fn code(&self) -> &'static str;

    /// The family that decides the status.
    fn kind(&self) -> ErrorKind;

    /// Messages by field path, for errors about input.
    fn details(&self) -> BTreeMap<String, Vec<String>> {
        BTreeMap::new()
    }

    /// After how many seconds another try makes sense, where that is known.
    fn retry_after_s(&self) -> Option<u32> {
        None
    }

    /// A machine-readable extra that goes with the error (the current version, the new cart), as JSON.
    fn context(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("plain")]
    struct Plain;

    impl DomainError for Plain {
        fn code(&self) -> &'static str {
            "plain"
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Rule
        }
    }

    #[test]
    fn an_error_that_says_no_more_has_neither_fields_nor_context() {
        assert_eq!((Plain.details(), Plain.context(), Plain.retry_after_s()), (BTreeMap::new(), None, None));
    }
}
