//! The one service around the router: everything that every request gets, in one place and in order.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use kernel::Clock;
use tower::Service;

use crate::accept::accepts_json;
use crate::body::OutBody;
use crate::extract::{DEFAULT_BODY_BYTES, OrdinaryBody};
use crate::facts::RequestFacts;
use crate::headers::SecurityHeaders;
use crate::problem::Problem;
use crate::request_id::X_REQUEST_ID;
use crate::{access_log, compress, conditional, envelope};

/// Which requests are treated in a way of their own. Paths are prefixes.
#[derive(Debug, Clone)]
pub struct GatewayRules {
    /// How long the router may take to begin its answer.
    pub request_timeout: Duration,
    /// How large a body may be unless its route has a limit of its own (batches, uploads).
    pub max_body_bytes: usize,
    /// Imports, exports and streams, which take as long as they take.
    pub untimed_paths: Vec<String>,
    /// Where answers are JSON and nothing else: a client that excludes JSON gets 406.
    pub json_paths: Vec<String>,
    /// What below `json_paths` has another media type: exports, pictures, streams.
    pub other_media_paths: Vec<String>,
    /// The API's documentation, a page that needs scripts and styles.
    pub docs_paths: Vec<String>,
}

impl Default for GatewayRules {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(30),
            max_body_bytes: DEFAULT_BODY_BYTES,
            untimed_paths: Vec::new(),
            json_paths: vec!["/api/".to_owned()],
            other_media_paths: Vec::new(),
            docs_paths: vec!["/docs".to_owned()],
        }
    }
}

/// Longer addresses are refused: a filter list of a hundred values fits well.
const MAX_URI_BYTES: usize = 8 * 1_024;
/// More headers than any client of ours sends; hyper itself stops at 100, without a body.
const MAX_HEADERS: usize = 80;
/// All names and values together; hyper itself stops at its buffer's size, without a body.
const MAX_HEADER_BYTES: usize = 32 * 1_024;

/// The shop's front door: one service around the router, cheap to clone.
#[derive(Debug, Clone)]
pub struct Gateway {
    router: Router,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    rules: GatewayRules,
    clock: Arc<dyn Clock>,
    headers: SecurityHeaders,
}

/// What of a request is still needed once the router has consumed it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) started: Instant,
    if_none_match: Vec<HeaderValue>,
    accept_encoding: Option<HeaderValue>,
}

impl Gateway {
    /// Puts the service around a finished router. No layer should be on it: each costs every request a boxed future.
    #[must_use]
    pub fn new(router: Router, rules: GatewayRules, clock: Arc<dyn Clock>) -> Self {
        Self { router, shared: Arc::new(Shared { rules, clock, headers: SecurityHeaders::new() }) }
    }

    /// Answers a request: never fails, never panics, always within the time limit.
    pub async fn answer<B>(&self, mut request: Request<B>, peer: Option<SocketAddr>) -> http::Response<OutBody>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let facts = Arc::new(RequestFacts::read(request.headers(), peer, self.shared.clock.as_ref()));
        let asked = Asked::read(&request);
        let mut response = match self.shared.refuse(&asked, request.headers()) {
            Some(problem) => problem.into_response(),
            None => {
                request.extensions_mut().insert(Arc::clone(&facts));
                if asked.method != Method::GET {
                    request.extensions_mut().insert(OrdinaryBody(self.shared.rules.max_body_bytes));
                }
                self.call(request.map(Body::new), &asked).await
            }
        };
        let problem = envelope::problem_of(&mut response);
        let mut response = match &problem {
            Some(problem) => envelope::settle(response, problem, &facts, self.shared.clock.now()),
            None => asked.shorten(response).await.map(OutBody::Axum),
        };
        if asked.method == Method::HEAD {
            envelope::strip_body(&mut response);
        }
        let is_docs = begins_with_any(asked.uri.path(), &self.shared.rules.docs_paths);
        self.shared.headers.add(response.headers_mut(), is_docs);
        response.headers_mut().insert(X_REQUEST_ID, facts.request_id_header());
        if asked.method != Method::GET {
            platform::failpoint("answer.before");
        }
        access_log::write(&asked, response.status(), problem.as_ref(), &facts);
        response
    }

    /// The router's answer, within the time limit and without its panics.
    async fn call(&self, request: Request<Body>, asked: &Asked) -> Response {
        // A cloned router shares its routes and is ready at once.
        let mut router = self.router.clone();
        let answer = AssertUnwindSafe(async move { router.call(request).await }).catch_unwind();
        let rules = &self.shared.rules;
        let caught = if begins_with_any(asked.uri.path(), &rules.untimed_paths) {
            answer.await
        } else {
            match tokio::time::timeout(rules.request_timeout, answer).await {
                Ok(caught) => caught,
                Err(_) => return Problem::timed_out().into_response(),
            }
        };
        match caught {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(panic) => Problem::internal(panic_message(panic.as_ref())).into_response(),
        }
    }
}

impl Shared {
    /// What is refused before the router sees it.
    fn refuse(&self, asked: &Asked, headers: &HeaderMap) -> Option<Problem> {
        let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
        if !known.contains(&asked.method) {
            let allow = HeaderValue::from_static("GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS");
            return Some(Problem::method_not_allowed().header(header::ALLOW, allow));
        }
        let (path, query) = (asked.uri.path(), asked.uri.query().unwrap_or_default());
        let header_bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if path.len() + query.len() > MAX_URI_BYTES || headers.len() > MAX_HEADERS || header_bytes > MAX_HEADER_BYTES {
            return Some(Problem::head_too_large());
        }
        let is_json = begins_with_any(path, &self.rules.json_paths) && !begins_with_any(path, &self.rules.other_media_paths);
        (is_json && !accepts_json(headers)).then(Problem::not_acceptable)
    }
}

impl Asked {
    fn read<B>(request: &Request<B>) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            started: Instant::now(),
            if_none_match: request.headers().get_all(header::IF_NONE_MATCH).iter().cloned().collect(),
            accept_encoding: request.headers().get(header::ACCEPT_ENCODING).cloned(),
        }
    }

    /// Sends no more than the client needs: nothing where it has the answer already, less where it can decompress.
    async fn shorten(&self, mut response: Response) -> Response {
        if self.method == Method::GET || self.method == Method::HEAD {
            conditional::settle(&mut response, &self.if_none_match);
        }
        compress::settle(response, self.accept_encoding.as_ref()).await
    }
}

fn begins_with_any(path: &str, prefixes: &[String]) -> bool {
    prefixes.iter().any(|prefix| path.starts_with(prefix.as_str()))
}

/// `panic!` carries a `&str` or a `String`; anything else says nothing.
fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", text.unwrap_or("without a message"))
}
