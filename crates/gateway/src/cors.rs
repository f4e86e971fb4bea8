//! Which other sites' scripts may ask: those on the list, and no other.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};

use crate::body::OutBody;

/// The origins whose scripts may read answers (Fetch, section 3.3). Credentials are headers that a script has to know; cookies
/// are never let through.
#[derive(Debug, Clone, Default)]
pub struct Cors(Vec<HeaderValue>);

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
/// What scripts may send.
const REQUEST_HEADERS: HeaderValue = HeaderValue::from_static(
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Traceparent, Tradewind-Version, X-Cart-Token, X-Request-Id",
);
/// What scripts may read.
const RESPONSE_HEADERS: HeaderValue = HeaderValue::from_static(
    "Deprecation, ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, Sunset, Tradewind-Version, WWW-Authenticate, X-Request-Id",
);
/// How long a browser need not ask again; some keep it for ten minutes at most.
const MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("600");

/// Whose script asks, where it is on the list.
#[derive(Debug, Clone)]
pub(crate) struct Allowed(HeaderValue);

impl Cors {
    /// Lets in scripts of these origins, written as browsers do: `https://shop.example`, without a path.
    #[must_use]
    pub fn new(origins: &[String]) -> Self {
        Self(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect())
    }

    /// The origin of a request, where it is on the list. It has to be the same to the letter: a prefix or a suffix of one is another site.
    pub(crate) fn allowed(&self, headers: &HeaderMap) -> Option<Allowed> {
        if self.0.is_empty() {
            return None;
        }
        let origin = headers.get(header::ORIGIN)?;
        self.0.contains(origin).then(|| Allowed(origin.clone()))
    }

    /// Says on an answer who may read it.
    pub(crate) fn tell(&self, headers: &mut HeaderMap, allowed: Option<Allowed>) {
        if self.0.is_empty() {
            return;
        }
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        if let Some(Allowed(origin)) = allowed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, RESPONSE_HEADERS);
        }
    }
}

/// The answer to a browser that asks whether its script may ask (Fetch, section 4.8). Who is not on the list is no such
/// browser: the router answers, and the browser finds no permission in it.
pub(crate) fn preflight<B>(request: &Request<B>, allowed: Option<&Allowed>) -> Option<http::Response<OutBody>> {
    let asks = *request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    allowed.filter(|_| asks)?;
    let mut response = http::Response::new(OutBody::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let says: [(HeaderName, HeaderValue); 4] = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    response.headers_mut().extend(says);
    Some(response)
}
