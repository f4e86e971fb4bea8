//! Who may store an answer, and for how long.

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use platform::cache::Tag;

use super::one::json_response;
use super::tag;
use crate::memory::Shown;

/// Who may store an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// Anybody between us and the client, for so long. Only for what an anonymous caller reads.
    Public {
        /// How long it is fresh.
        max_age_seconds: u32,
    },
    /// The client alone, and it asks each time whether its copy is still good.
    Private,
    /// Nobody.
    NoStore,
}

/// What an answer depends on besides its address.
const VARY: HeaderValue = HeaderValue::from_static("Authorization, Cookie, X-Cart-Token, Accept-Encoding, Tradewind-Version");

impl Cache {
    /// 200 with ready JSON. What is public and says what it shows may be kept in memory, too.
    pub(super) fn response(self, body: Bytes, tag: &str, tags: Vec<Tag>) -> Response {
        let is_shown = matches!(self, Self::Public { .. }) && !tags.is_empty();
        self.whole(body, tag, is_shown.then_some(tags))
    }

    /// 200 with ready JSON that nothing can make untrue while the process lives.
    pub(super) fn of_fixed(self, body: Bytes, tag: &str) -> Response {
        self.whole(body, tag, Some(Vec::new()))
    }

    fn whole(self, body: Bytes, tag: &str, shown: Option<Vec<Tag>>) -> Response {
        let shown = shown.map(|tags| Shown { body: body.clone(), tags });
        let mut response = json_response(StatusCode::OK, body);
        response.headers_mut().extend(tag::header(tag).map(|tag| (header::ETAG, tag)));
        self.apply(response.headers_mut());
        if let Some(shown) = shown {
            response.extensions_mut().insert(shown);
        }
        response
    }

    /// Sets `Cache-Control`, and `Vary` where the answer may be stored.
    fn apply(self, headers: &mut HeaderMap) {
        let control = match self {
            Self::Public { max_age_seconds } => HeaderValue::from_str(&format!("public, max-age={max_age_seconds}")).ok(),
            Self::Private => Some(HeaderValue::from_static("private, no-cache")),
            Self::NoStore => None,
        };
        let may_be_stored = control.is_some();
        headers.insert(header::CACHE_CONTROL, control.unwrap_or(HeaderValue::from_static("no-store")));
        if may_be_stored {
            headers.insert(header::VARY, VARY);
        }
    }
}
