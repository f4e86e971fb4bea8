//! Public answers in memory: given before the router is asked, with the very headers that it would give.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Collected};
use platform::cache::{Cache, CacheStats, Kept, Purges, Tag, Weighed};

use crate::accept::accepts_coding;
use crate::asked::Wanted;
use crate::body::OutBody;
use crate::limits::{RATE_LIMIT, RATE_LIMIT_POLICY};
use crate::metrics::RouteMetrics;
use crate::request_id::X_REQUEST_ID;
use crate::{compress, conditional};

/// Who has one of these is not just anybody, or may not be; so is who has `Authorization`, unless it is known what they see.
const CREDENTIALS: [HeaderName; 2] = [HeaderName::from_static("x-cart-token"), header::COOKIE];
/// Who names one may want other forms.
const VERSION: HeaderName = crate::versions::TRADEWIND_VERSION;
/// What the headers of an answer take in memory, twice: for 200 and for 304.
const HEAD_BYTES: usize = 2_048;

/// The answers that a process has in memory; clones are the same memory.
#[derive(Debug, Clone)]
pub struct Memory {
    pub(crate) cache: Cache<Finished>,
    pub(crate) lifetime: Duration,
}

impl Memory {
    /// An empty memory that holds so many bytes at most. Answers live so long at most, which bounds what changes by the clock
    /// alone; what is written is purged at once.
    #[must_use]
    pub fn new(purges: Purges, most_bytes: u64, lifetime: Duration) -> Self {
        Self { cache: Cache::new(purges, most_bytes), lifetime }
    }

    /// The form of an answer for a client that can decode it; made once for each `Accept-Encoding`.
    pub(crate) async fn coded(&self, key: &str, plain: &Kept<Finished>, accept_encoding: &HeaderValue) -> Arc<Kept<Finished>> {
        let key = key_of_coded(key, accept_encoding);
        if let Some(found) = self.cache.beside(plain, &key) {
            return found;
        }
        let finished = plain.value();
        // Done once: no other answer carries room for it.
        let (head, body) = Box::pin(compress::settle(finished.as_response(), Some(accept_encoding))).await.into_parts();
        // What is coded from memory does not fail.
        let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        self.cache.keep_beside(plain, &key, Finished::new(head.headers, &body, Arc::clone(&finished.route)))
    }

    /// What it did and holds.
    #[must_use]
    pub fn stats(&self) -> CacheStats {
        self.cache.stats()
    }
}

/// What the answer of a handler shows, left by it for the memory: only public answers leave it.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) body: Bytes,
    pub(crate) tags: Vec<Tag>,
}

/// An answer with nothing left to do but its request id.
#[derive(Debug)]
pub(crate) struct Finished {
    head: HeaderMap,
    unchanged: HeaderMap,
    body: Bytes,
    /// Where it is from, for log and metrics.
    pub(crate) route: Arc<RouteMetrics>,
}

impl Weighed for Finished {
    fn bytes(&self) -> usize {
        self.body.len() + HEAD_BYTES
    }
}

/// What a 304 does not say: it has no content that they would be about.
pub(crate) const OF_CONTENT: [HeaderName; 3] = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING];

impl Finished {
    /// The finished form of an answer with all its headers.
    pub(crate) fn new(mut head: HeaderMap, body: &Bytes, route: Arc<RouteMetrics>) -> Self {
        // Replaced in each answer; a place that is there already spares the map from growing then.
        head.extend([X_REQUEST_ID, RATE_LIMIT, RATE_LIMIT_POLICY].map(|name| (name, HeaderValue::from_static(""))));
        let mut unchanged = head.clone();
        for name in OF_CONTENT {
            unchanged.remove(name);
        }
        // What serde wrote into has room to spare, which would be kept as well.
        Self { head, unchanged, body: Bytes::copy_from_slice(body), route }
    }

    /// True where the client has it already.
    pub(crate) fn is_known(&self, conditions: &HeaderMap) -> bool {
        conditional::is_known(conditions, &self.head)
    }

    /// True where coding it would spare something.
    pub(crate) fn is_worth_coding(&self) -> bool {
        compress::is_worth_it(&self.head, Some(self.body.len() as u64))
    }

    /// The answer to a client that has it already.
    pub(crate) fn unchanged(&self) -> http::Response<OutBody> {
        let mut response = http::Response::new(OutBody::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().clone_from(&self.unchanged);
        response
    }

    /// The whole answer; its head alone for HEAD.
    pub(crate) fn whole(&self, method: &Method) -> http::Response<OutBody> {
        let mut response = http::Response::new(OutBody::Ready(Some(self.body.clone())));
        response.headers_mut().clone_from(&self.head);
        if *method == Method::HEAD {
            crate::envelope::strip_body(&mut response);
        }
        response
    }

    /// As the router would have given it, for whoever wants to change it further.
    pub(crate) fn as_response(&self) -> Response {
        let mut response = Response::new(axum::body::Body::from(self.body.clone()));
        response.headers_mut().clone_from(&self.head);
        response
    }
}

/// Gives what is in memory as the client wants it: not at all where it has it, coded where it can decode it.
pub(crate) async fn give(memory: &Memory, key: &str, kept: &Arc<Kept<Finished>>, wanted: Wanted<'_>) -> http::Response<OutBody> {
    let finished = kept.value();
    if finished.is_known(wanted.conditions) {
        return finished.unchanged();
    }
    match wanted.conditions.get(header::ACCEPT_ENCODING).filter(|value| finished.is_worth_coding() && accepts_coding(value)) {
        Some(accept_encoding) => memory.coded(key, kept, accept_encoding).await.value().whole(wanted.method),
        None => finished.whole(wanted.method),
    }
}

/// Where the answer to a request of anybody would be: path and query, the parameters in the order of their names. `None`
/// where the caller has a credential that is not known to show what anybody sees, or names a version of the API, or does something else than read.
pub(crate) fn key<B>(request: &Request<B>, is_known: bool) -> Option<Cow<'_, str>> {
    let (reads, headers) = (matches!(*request.method(), Method::GET | Method::HEAD), request.headers());
    let is_personal = |name: &HeaderName| (!is_known && name == header::AUTHORIZATION) || CREDENTIALS.contains(name) || name == VERSION;
    // One look at each that is there is less than a search for each that might be.
    if !reads || headers.keys().any(is_personal) {
        return None;
    }
    let whole = request.uri().path_and_query()?.as_str();
    let Some(query) = request.uri().query() else { return Some(Cow::Borrowed(whole)) };
    let pairs = || query.split('&').filter(|pair| !pair.is_empty());
    if pairs().is_sorted_by_key(name) {
        return Some(Cow::Borrowed(whole));
    }
    let mut sorted: Vec<&str> = pairs().collect();
    // Stable: values of one name stay in the client's order.
    sorted.sort_by_key(|pair| name(pair));
    Some(Cow::Owned(format!("{}?{}", request.uri().path(), sorted.join("&"))))
}

fn name(pair: &str) -> &str {
    pair.split_once('=').map_or(pair, |(name, _)| name)
}

/// Where the form of an answer for this `Accept-Encoding` would be. No path has a space in it.
fn key_of_coded(key: &str, accept_encoding: &HeaderValue) -> String {
    format!("{key} {}", accept_encoding.to_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<String> {
        let request =
            headers.iter().fold(Request::builder().method(method).uri(uri), |request, (name, value)| request.header(*name, *value));
        key(&request.body(()).expect("a request"), false).map(Cow::into_owned)
    }

    #[test]
    fn the_order_of_parameters_makes_no_difference_and_that_of_values_does() {
        for uri in ["/p?a=1&b=2&b=1", "/p?b=2&a=1&b=1", "/p?b=2&b=1&a=1"] {
            assert_eq!(key_of("GET", uri, &[]).as_deref(), Some("/p?a=1&b=2&b=1"), "{uri}");
        }
        assert_eq!(key_of("HEAD", "/p?b=1&b=2&a=1", &[]).as_deref(), Some("/p?a=1&b=1&b=2"));
        assert_eq!(key_of("GET", "/p", &[("accept", "application/json")]).as_deref(), Some("/p"));
    }

    #[test]
    fn whoever_may_be_somebody_is_not_answered_from_memory() {
        for name in ["authorization", "x-cart-token", "cookie", "tradewind-version"] {
            assert_eq!(key_of("GET", "/p", &[(name, "")]), None, "{name}");
        }
        assert_eq!(key_of("POST", "/p", &[]), None);
    }
}
