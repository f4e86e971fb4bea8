//! The one service around the router: everything that every request gets, in one place and in order.

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use kernel::{Actor, Clock, Timestamp};
use platform::cache::{Kept, Lead, Turn};
use platform::db::Db;
use tower::Service;

use crate::accept::{accepts_coding, accepts_json};
use crate::access_log::Line;
use crate::body::OutBody;
use crate::client_address::TrustedProxies;
use crate::extract::{DEFAULT_BODY_BYTES, OrdinaryBody};
use crate::facts::RequestFacts;
use crate::headers::SecurityHeaders;
use crate::memory::{self, Finished, Memory, Shown};
use crate::metrics::{Metrics, RouteMetrics};
use crate::problem::Problem;
use crate::request_id::{self, X_REQUEST_ID};
use crate::{compress, conditional, envelope};

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
    /// Whose word is taken for where a request comes from.
    pub trusted_proxies: TrustedProxies,
}

impl Default for GatewayRules {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(30),
            max_body_bytes: DEFAULT_BODY_BYTES,
            untimed_paths: Vec::new(),
            json_paths: vec!["/api/".to_owned(), "/openapi.json".to_owned()],
            other_media_paths: Vec::new(),
            docs_paths: vec!["/docs".to_owned()],
            trusted_proxies: TrustedProxies::default(),
        }
    }
}

/// Longer addresses are refused: a filter list of a hundred values fits well.
const MAX_URI_BYTES: usize = 8 * 1_024;
/// More headers than any client of ours sends; hyper itself stops at 100, without a body.
const MAX_HEADERS: usize = 80;
/// All names and values together; hyper itself stops at its buffer's size, without a body.
const MAX_HEADER_BYTES: usize = 32 * 1_024;

/// The shop's front door: one service around the router.
#[derive(Debug)]
pub struct Gateway {
    router: Router,
    rules: GatewayRules,
    clock: Arc<dyn Clock>,
    headers: SecurityHeaders,
    metrics: Arc<Metrics>,
    memory: Option<Memory>,
    db: Option<Db>,
}

/// What of a request is still needed once the router has consumed it.
#[derive(Debug)]
struct Asked {
    method: Method,
    uri: Uri,
    /// `If-None-Match` and `Accept-Encoding`, where they were sent.
    conditions: HeaderMap,
    facts: Arc<RequestFacts>,
}

/// What the client wants of an answer that is there.
#[derive(Debug, Clone, Copy)]
struct Wanted<'a> {
    method: &'a Method,
    conditions: &'a HeaderMap,
}

/// An answer, and what is told of it beside what the request says.
struct Answered {
    response: http::Response<OutBody>,
    route: Arc<RouteMetrics>,
    actor: Option<Actor>,
    problem: Option<Problem>,
}

impl Gateway {
    /// Puts the service around a finished router. No layer should be on it: each costs every request a boxed future.
    #[must_use]
    pub fn new(router: Router, rules: GatewayRules, clock: Arc<dyn Clock>) -> Self {
        Self { router, rules, clock, headers: SecurityHeaders::new(), metrics: Arc::default(), memory: None, db: None }
    }

    /// Counts into these metrics, which somebody else shows.
    #[must_use]
    pub fn counting(self, metrics: Arc<Metrics>) -> Self {
        Self { metrics, ..self }
    }

    /// Gives public answers from this memory.
    #[must_use]
    pub fn remembering(self, memory: Option<Memory>) -> Self {
        Self { memory, ..self }
    }

    /// Tells a refusal of a write only when what it is founded on is durable in this database.
    #[must_use]
    pub fn writing_to(self, db: Db) -> Self {
        Self { db: Some(db), ..self }
    }

    /// Answers a request: never fails, never panics, always within the time limit.
    pub async fn answer<B>(&self, request: Request<B>, peer: Option<SocketAddr>) -> http::Response<OutBody>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let (started, now, _under_way) = (Instant::now(), self.clock.now(), self.metrics.enter());
        let request_id = request_id::of(request.headers(), now);
        let address = self.rules.trusted_proxies.client(request.headers(), peer);
        let refusal = self.refuse(&request);
        let remembered = match &refusal {
            None => self.memory_for(&request).map(|(memory, key)| (memory, memory.cache.find(&key, now), key)),
            Some(_) => None,
        };
        if let Some((memory, Some(kept), key)) = &remembered {
            let wanted = Wanted { method: request.method(), conditions: request.headers() };
            let answered = Answered::remembered(give(memory, key, kept, wanted).await, kept);
            return self.finish(answered, (request.method(), request.uri()), started, &request_id);
        }
        let missed = remembered.map(|(memory, _, key)| (memory, key.into_owned()));
        let asked = Asked::read(&request, (peer, address), request_id);
        let answered = match (refusal, missed) {
            (Some(problem), _) => self.settle(problem.into_response(), &asked).await,
            (None, Some((memory, key))) => self.answer_for_all(request, &asked, (memory, &key), now).await,
            (None, None) => self.settle(self.call(request, &asked).await, &asked).await,
        };
        if asked.method != Method::GET {
            platform::failpoint("answer.before");
        }
        self.finish(answered, (&asked.method, &asked.uri), started, &asked.facts.request_id_header())
    }

    /// The memory, and where in it the answer would be; `None` where this request is not answered from memory.
    fn memory_for<'a, B>(&self, request: &'a Request<B>) -> Option<(&Memory, std::borrow::Cow<'a, str>)> {
        let memory = self.memory.as_ref()?;
        if self.is_json(request.uri().path()) { Some((memory, memory::key(request)?)) } else { None }
    }

    /// The answer to something public that is not in memory: one request asks the router, the others wait for what it gets.
    async fn answer_for_all<B>(&self, request: Request<B>, asked: &Asked, place: (&Memory, &str), now: Timestamp) -> Answered
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let (memory, key) = place;
        let lead = match tokio::time::timeout(self.rules.request_timeout, memory.cache.turn(key, now)).await {
            Ok(Turn::Made(kept)) => return Answered::remembered(give(memory, key, &kept, asked.wanted()).await, &kept),
            Ok(Turn::Yours(lead)) => Some(lead),
            Ok(Turn::Alone) => None,
            Err(_) => return self.settle(Problem::timed_out().into_response(), asked).await,
        };
        let mut response = self.call(request, asked).await;
        match lead.and_then(|lead| self.remember(&mut response, asked, (memory, lead), now)) {
            Some(kept) => Answered::remembered(give(memory, key, &kept, asked.wanted()).await, &kept),
            None => self.settle(response, asked).await,
        }
    }

    /// Keeps an answer that its handler called public; says so to those who wait where it is none.
    fn remember(
        &self,
        response: &mut Response,
        asked: &Asked,
        to: (&Memory, Lead<Finished>),
        now: Timestamp,
    ) -> Option<Arc<Kept<Finished>>> {
        let (memory, lead) = to;
        let shown = response.extensions_mut().remove::<Shown>().filter(|_| response.status() == StatusCode::OK);
        let Some(Shown { body, tags }) = shown else {
            lead.decline();
            return None;
        };
        let mut head = std::mem::take(response.headers_mut());
        self.headers.add(&mut head, false);
        Some(lead.keep(Finished::new(head, &body, self.metrics.route(asked.facts.route())), tags, now, memory.lifetime))
    }

    /// The router's answer, within the time limit and without its panics.
    async fn call<B>(&self, mut request: Request<B>, asked: &Asked) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        request.extensions_mut().insert(Arc::clone(&asked.facts));
        if asked.method != Method::GET {
            request.extensions_mut().insert(OrdinaryBody(self.rules.max_body_bytes));
        }
        // A cloned router shares its routes and is ready at once.
        let mut router = self.router.clone();
        let answer = AssertUnwindSafe(async move { router.call(request.map(Body::new)).await }).catch_unwind();
        let caught = if begins_with_any(asked.uri.path(), &self.rules.untimed_paths) {
            answer.await
        } else {
            match tokio::time::timeout(self.rules.request_timeout, answer).await {
                Ok(caught) => caught,
                Err(_) => return Problem::timed_out().into_response(),
            }
        };
        match caught {
            Ok(Ok(response)) => {
                self.settle_ground(response.status(), asked).await;
                response
            }
            Ok(Err(never)) => match never {},
            Err(panic) => Problem::internal(panic_message(panic.as_ref())).into_response(),
        }
    }

    /// A write may be refused because of what another one did that is not durable yet: then whoever is told could not see why.
    async fn settle_ground(&self, status: StatusCode, asked: &Asked) {
        const REFUSALS: [StatusCode; 4] =
            [StatusCode::NOT_FOUND, StatusCode::CONFLICT, StatusCode::PRECONDITION_FAILED, StatusCode::UNPROCESSABLE_ENTITY];
        if let Some(db) = self.db.as_ref().filter(|_| REFUSALS.contains(&status) && asked.method != Method::GET) {
            db.settled().await;
        }
    }

    /// Gives an answer of the router the form that every answer has.
    async fn settle(&self, mut response: Response, asked: &Asked) -> Answered {
        let problem = envelope::problem_of(&mut response);
        let mut response = match &problem {
            Some(problem) => envelope::settle(response, problem, &asked.facts, self.clock.now()),
            None => asked.shorten(response).await.map(OutBody::Axum),
        };
        if asked.method == Method::HEAD {
            envelope::strip_body(&mut response);
        }
        self.headers.add(response.headers_mut(), begins_with_any(asked.uri.path(), &self.rules.docs_paths));
        Answered { response, route: self.metrics.route(asked.facts.route()), actor: asked.facts.actor(), problem }
    }

    /// Puts the request's id on its answer, counts it and logs it.
    fn finish(&self, answered: Answered, of: (&Method, &Uri), started: Instant, request_id: &HeaderValue) -> http::Response<OutBody> {
        let (Answered { mut response, route, actor, problem }, (method, uri)) = (answered, of);
        response.headers_mut().insert(X_REQUEST_ID, request_id.clone());
        let (status, took) = (response.status(), started.elapsed());
        route.observe(method, status, took);
        // The id was checked to be visible ASCII, or made by us.
        let request_id = request_id.to_str().unwrap_or_default();
        let error_code = problem.as_ref().map(Problem::code);
        Line { method, path: uri.path(), route: route.name(), status, took, request_id, actor, error_code }.write();
        response
    }

    /// What is refused before the router sees it.
    fn refuse<B>(&self, request: &Request<B>) -> Option<Problem> {
        const KNOWN: [Method; 7] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
        let (path, query, headers) = (request.uri().path(), request.uri().query().unwrap_or_default(), request.headers());
        if !KNOWN.contains(request.method()) {
            let allow = HeaderValue::from_static("GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS");
            return Some(Problem::method_not_allowed().header(header::ALLOW, allow));
        }
        let header_bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if path.len() + query.len() > MAX_URI_BYTES || headers.len() > MAX_HEADERS || header_bytes > MAX_HEADER_BYTES {
            return Some(Problem::head_too_large());
        }
        (self.is_json(path) && !accepts_json(headers)).then(Problem::not_acceptable)
    }

    fn is_json(&self, path: &str) -> bool {
        begins_with_any(path, &self.rules.json_paths) && !begins_with_any(path, &self.rules.other_media_paths)
    }
}

impl Answered {
    /// What came from memory, where only nobody in particular finds anything.
    fn remembered(response: http::Response<OutBody>, kept: &Kept<Finished>) -> Self {
        Self { response, route: Arc::clone(&kept.value().route), actor: Some(Actor::Anonymous), problem: None }
    }
}

/// Gives what is in memory as the client wants it: not at all where it has it, coded where it can decode it.
async fn give(memory: &Memory, key: &str, kept: &Arc<Kept<Finished>>, wanted: Wanted<'_>) -> http::Response<OutBody> {
    let finished = kept.value();
    if finished.is_known(wanted.conditions) {
        return finished.unchanged();
    }
    match wanted.conditions.get(header::ACCEPT_ENCODING).filter(|value| finished.is_worth_coding() && accepts_coding(value)) {
        Some(accept_encoding) => memory.coded(key, kept, accept_encoding).await.value().whole(wanted.method),
        None => finished.whole(wanted.method),
    }
}

impl Asked {
    fn read<B>(request: &Request<B>, from: (Option<SocketAddr>, Option<IpAddr>), request_id: HeaderValue) -> Self {
        let headers = request.headers();
        let mut conditions = HeaderMap::new();
        for name in [header::IF_NONE_MATCH, header::ACCEPT_ENCODING] {
            for value in headers.get_all(&name) {
                conditions.append(&name, value.clone());
            }
        }
        let facts = Arc::new(RequestFacts::read(headers, from, request_id));
        Self { method: request.method().clone(), uri: request.uri().clone(), conditions, facts }
    }

    const fn wanted(&self) -> Wanted<'_> {
        Wanted { method: &self.method, conditions: &self.conditions }
    }

    /// Sends no more than the client needs: nothing where it has the answer already, less where it can decompress.
    async fn shorten(&self, mut response: Response) -> Response {
        if self.method == Method::GET || self.method == Method::HEAD {
            conditional::settle(&mut response, &self.conditions);
        }
        compress::settle(response, self.conditions.get(header::ACCEPT_ENCODING)).await
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
