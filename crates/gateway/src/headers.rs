//! The security headers of every answer, prepared once.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// An answer of the API is data: nothing may be loaded from it, run in it, sent by it, or framed around it.
const API_POLICY: &str = "default-src 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// The API's documentation is a page with scripts and styles of its own, all of them files: nothing inline may run, so that no
/// nonce is needed. It draws data URLs.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                           connect-src 'self'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// From here on only by HTTPS, for a year (ASVS 3.4.1). Never said where the shop is not reached by HTTPS (RFC 6797, 7.2).
const ONLY_HTTPS: (HeaderName, &str) = (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");

const SHARED: [(HeaderName, &str); 6] = [
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
    /// Of a shop that is reached by HTTPS, or is not.
    pub(crate) fn new(by_https: bool) -> Self {
        Self { api: with_policy(API_POLICY, by_https), docs: with_policy(DOCS_POLICY, by_https) }
    }

    /// Adds what is not there yet; an answer that nobody said may be stored is not stored.
    pub(crate) fn add(&self, headers: &mut HeaderMap, is_docs: bool) {
        // Room for the request's id and the limit as well, which come last.
        headers.reserve(SHARED.len() + 6);
        for (name, value) in if is_docs { &self.docs } else { &self.api } {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }
}

fn with_policy(policy: &'static str, by_https: bool) -> Vec<(HeaderName, HeaderValue)> {
    SHARED
        .into_iter()
        .chain(by_https.then_some(ONLY_HTTPS))
        .chain([(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "no-store")])
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect()
}
