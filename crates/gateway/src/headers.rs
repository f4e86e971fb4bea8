//! The security headers of every answer, prepared once.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// An answer of the API is data: nothing may be loaded from it, run in it, or framed around it.
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/// The API's documentation is a page with scripts and styles of its own, which style their elements inline and draw data URLs.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                           font-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

const SHARED: [(HeaderName, &str); 7] = [
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Headers that go out with every answer; what a handler has set itself stays.
#[derive(Debug)]
pub(crate) struct SecurityHeaders {
    api: Vec<(HeaderName, HeaderValue)>,
    docs: Vec<(HeaderName, HeaderValue)>,
}

impl SecurityHeaders {
    pub(crate) fn new() -> Self {
        Self { api: with_policy(API_POLICY), docs: with_policy(DOCS_POLICY) }
    }

    /// Adds what is not there yet; an answer that nobody said may be stored is not stored.
    pub(crate) fn add(&self, headers: &mut HeaderMap, is_docs: bool) {
        headers.reserve(SHARED.len() + 3);
        for (name, value) in if is_docs { &self.docs } else { &self.api } {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}

fn with_policy(policy: &'static str) -> Vec<(HeaderName, HeaderValue)> {
    SHARED
        .into_iter()
        .chain([(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "no-store")])
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect()
}
