//! What a provider sends unasked.

use http::HeaderMap;
use kernel::{DomainError, ErrorKind, Timestamp};

/// A message as it came.
#[derive(Debug, Clone, Copy)]
pub struct Message<'m> {
    /// Its head.
    pub headers: &'m HeaderMap,
    /// Its body, byte for byte.
    pub body: &'m [u8],
    /// When it came.
    pub now: Timestamp,
}

impl Message<'_> {
    /// The one header of this name; two of them are a riddle.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().ok()?;
        values.next().is_none().then_some(value)
    }
}

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Nobody of that name sends any.
    #[error("no such payment provider, or none that sends messages")]
    NotExpected,
    /// Whoever could have sent it cannot be told from anybody else.
    #[error("messages of this provider cannot be verified: its webhook secret is not configured")]
    SecretMissing,
    /// Which of all that is wrong with it is nobody's business.
    #[error("the message must be signed with the webhook secret of this provider, within five minutes of now")]
    SignatureInvalid,
    /// Signed, and still nothing that can be read.
    #[error("the message cannot be read")]
    Unreadable,
}

impl DomainError for MessageError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotExpected => "payment_provider_not_found",
            Self::SecretMissing => "webhook_secret_missing",
            Self::SignatureInvalid => "signature_invalid",
            Self::Unreadable => "message_unreadable",
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotExpected => ErrorKind::NotFound,
            // Their next try is believed where somebody has configured it by then.
            Self::SecretMissing => ErrorKind::Unavailable,
            Self::SignatureInvalid => ErrorKind::Unauthenticated,
            Self::Unreadable => ErrorKind::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_stands_twice_is_none() {
        let mut headers = HeaderMap::new();
        let read = |headers: &HeaderMap| Message { headers, body: b"", now: Timestamp::default() }.header("signature").map(str::to_owned);
        assert_eq!(read(&headers), None);
        headers.append("signature", "one".parse().expect("a value"));
        assert_eq!(read(&headers).as_deref(), Some("one"));
        headers.append("signature", "two".parse().expect("a value"));
        assert_eq!(read(&headers), None);
    }
}
