//! How long something will be there: `Deprecation` (RFC 9745) and `Sunset` (RFC 8594).

use http::{HeaderMap, HeaderName, HeaderValue, header};
use kernel::Timestamp;

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// Since when a version or a route is not to be used any more, when it will be gone, and where that is explained.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lifecycle {
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Lifecycle {
    /// It stays: answers say nothing of it.
    #[must_use]
    pub const fn lasting() -> Self {
        Self { headers: Vec::new() }
    }

    /// It is deprecated from this moment on, which may lie ahead.
    #[must_use]
    pub fn deprecated(at: Timestamp) -> Self {
        Self::lasting().with(DEPRECATION, &format!("@{}", at.timestamp()))
    }

    /// It will not answer any more after this moment.
    #[must_use]
    pub fn until(self, at: Timestamp) -> Self {
        self.with(SUNSET, &at.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
    }

    /// What to do instead is said there.
    #[must_use]
    pub fn explained_at(self, address: &str) -> Self {
        self.with(header::LINK, &format!("<{address}>; rel=\"deprecation\"; type=\"text/html\""))
    }

    /// True where it stays.
    #[must_use]
    pub const fn is_lasting(&self) -> bool {
        self.headers.is_empty()
    }

    /// Says so on an answer.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
    }

    fn with(mut self, name: HeaderName, value: &str) -> Self {
        // An address that is none is left out: the other headers are worth more.
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_have_the_forms_of_their_rfcs() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let ending = Lifecycle::deprecated(at("2023-06-30T23:59:59Z")).until(at("2024-06-30T23:59:59Z")).explained_at("/docs/upgrade");
        let mut headers = HeaderMap::new();
        ending.tell(&mut headers);
        // The examples of RFC 9745, section 2.1, and RFC 8594, section 3.
        assert_eq!(headers[DEPRECATION], "@1688169599");
        assert_eq!(headers[SUNSET], "Sun, 30 Jun 2024 23:59:59 GMT");
        assert_eq!(headers[header::LINK], "</docs/upgrade>; rel=\"deprecation\"; type=\"text/html\"");
        assert!(!ending.is_lasting() && Lifecycle::lasting().is_lasting());
    }
}
