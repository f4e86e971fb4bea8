//! The one service around the router: everything that every request gets, in one place and in this order.
//!
//! 1. The request's id, and the address it comes from ([`crate::request_id`], [`crate::client_address`]).
//! 2. Addresses that are blocked go no further ([`platform::ip_blocks`]).
//! 3. The limit of the address ([`crate::limits`]).
//! 4. Heads that no route would take ([`crate::head`]), and what another site's page makes a browser send ([`crate::cross_site`]).
//! 5. The questions of browsers whether another site's script may ask ([`crate::cors`]).
//! 6. What anybody may see and is in memory is answered here ([`crate::memory`]), to programs that see the same and are known, too.
//! 7. The client's version of the API ([`crate::versions`]): older forms become the newest, and back.
//! 8. The router, within the time limit and without its panics ([`crate::routed`]). There, in its handlers' signatures:
//!    authentication, the limit of the identity, permissions ([`crate::identity`]); then the handler.
//! 9. The answer's form: refusals in the one envelope, 304, compression, security headers ([`crate::headers`]).
//! 10. What the answer says of limits, of other sites and of its id; the metrics; one line of the log ([`Gateway::finish`]).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Uri, header};
use kernel::{Actor, Clock, Timestamp};
use platform::cache::Kept;
use platform::db::Db;
use platform::ip_blocks::IpBlocks;
use platform::rate_limits::Who;

use crate::access_log::Line;
use crate::asked::{Asked, Wanted};
use crate::body::OutBody;
use crate::cors::{self, Allowed};
use crate::headers::SecurityHeaders;
use crate::identity::{self, Authenticator, Identity};
use crate::limits::{Counted, IdentityLimit, Limits, class_of};
use crate::memory::{Finished, Memory, give};
use crate::metrics::{Metrics, RouteMetrics};
use crate::problem::Problem;
use crate::refusals::Refusals;
use crate::request_id::{self, X_REQUEST_ID};
use crate::rules::GatewayRules;
use crate::versions::Versions;
use crate::{cross_site, head, limits};

/// The shop's front door: one service around the router.
pub struct Gateway {
    pub(crate) router: Router,
    pub(crate) rules: GatewayRules,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) headers: SecurityHeaders,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) memory: Option<Memory>,
    pub(crate) db: Option<Db>,
    limits: Option<Arc<Limits>>,
    blocks: Option<Arc<IpBlocks>>,
    pub(crate) refusals: Option<Refusals>,
    credentials: Option<Arc<dyn Authenticator>>,
    pub(crate) versions: Versions,
}

/// An answer, and what is told of it beside what the request says.
pub(crate) struct Answered {
    pub(crate) response: http::Response<OutBody>,
    pub(crate) route: Arc<RouteMetrics>,
    pub(crate) actor: Option<Actor>,
    pub(crate) problem: Option<Problem>,
}

/// What is known at the door of whoever asks.
struct Entry {
    started: Instant,
    request_id: HeaderValue,
    counted: Option<Counted>,
    /// Whose script asks, where another site's may.
    origin: Option<Allowed>,
}

/// Where the answer comes from that is not in memory.
enum Way<'a> {
    Refused(Problem),
    Preflight(http::Response<OutBody>),
    /// The router, once for all who ask the same meanwhile; then this memory has it under this key.
    ForAll(&'a Memory, String),
    ForOne,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("rules", &self.rules).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Puts the service around a finished router. No layer should be on it: each costs every request a boxed future.
    #[must_use]
    pub fn new(router: Router, rules: GatewayRules, clock: Arc<dyn Clock>) -> Self {
        let headers = SecurityHeaders::new(rules.by_https);
        let (metrics, memory, db) = (Arc::default(), None, None);
        let versions = Versions::default();
        Self { router, rules, clock, headers, metrics, memory, db, limits: None, blocks: None, refusals: None, credentials: None, versions }
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

    /// Lets nobody ask more often than this.
    #[must_use]
    pub fn limited_by(self, limits: Arc<Limits>) -> Self {
        Self { limits: Some(limits), ..self }
    }

    /// Refuses these addresses.
    #[must_use]
    pub fn refusing(self, blocks: Arc<IpBlocks>) -> Self {
        Self { blocks: Some(blocks), ..self }
    }

    /// Speaks these versions of the API.
    #[must_use]
    pub fn versioned(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }

    /// Has refused attempts recorded.
    #[must_use]
    pub fn auditing(self, refusals: Refusals) -> Self {
        Self { refusals: Some(refusals), ..self }
    }

    /// Answers programs that see what anybody sees from memory as well, once they are known there.
    #[must_use]
    pub fn knowing(self, credentials: Arc<dyn Authenticator>) -> Self {
        Self { credentials: Some(credentials), ..self }
    }

    /// Answers a request: never fails, never panics, always within the time limit.
    pub async fn answer<B>(&self, request: Request<B>, peer: Option<SocketAddr>) -> http::Response<OutBody>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let (started, now, _under_way) = (Instant::now(), self.clock.now(), self.metrics.enter());
        let request_id = request_id::of(request.headers(), now);
        let whence = self.rules.trusted_proxies.whence(request.headers(), peer);
        let (counted, refusal) = self.admit(&request, whence.address, now).await;
        let program = self.known_program(&request, refusal.is_none());
        let (counted, refusal) = self.admit_program(&request, program, (counted, refusal), now).await;
        let origin = self.rules.cors.allowed(request.headers());
        let entry = Entry { started, request_id, counted, origin };
        let preflight = if refusal.is_none() { cors::preflight(&request, entry.origin.as_ref()) } else { None };
        let remembered = if refusal.is_none() && preflight.is_none() { self.remembered(&request, program, now) } else { None };
        if let Some((memory, Some(kept), key)) = &remembered {
            let wanted = Wanted { method: request.method(), conditions: request.headers() };
            let answered = Answered::remembered(give(memory, key, kept, wanted).await, kept, program.map(|program| program.actor));
            return self.finish(answered, (request.method(), request.uri()), entry);
        }
        let way = match (refusal, preflight, remembered) {
            (Some(problem), ..) => Way::Refused(problem),
            (None, Some(response), _) => Way::Preflight(response),
            (None, None, Some((memory, _, key))) => Way::ForAll(memory, key.into_owned()),
            (None, None, None) => Way::ForOne,
        };
        // Whoever is known was counted already.
        let limit = if program.is_none() { self.limit_of(&request, now) } else { None };
        let asked = Asked::read(&request, whence, entry.request_id.clone(), limit);
        if let Some(program) = program {
            asked.facts.note(program.actor, None);
        }
        // An answer from memory carries no room for this way; it would be moved with each of them.
        Box::pin(self.answer_anew(request, (asked, now), way, entry)).await
    }

    /// Answers what is not in memory.
    async fn answer_anew<B>(
        &self,
        request: Request<B>,
        (asked, now): (Asked, Timestamp),
        way: Way<'_>,
        entry: Entry,
    ) -> http::Response<OutBody>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let answered = match way {
            Way::Refused(problem) => self.settle(problem.into_response(), &asked).await,
            Way::Preflight(response) => self.settle_preflight(response, &asked),
            Way::ForAll(memory, key) => self.answer_for_all(request, &asked, (memory, &key), now).await,
            Way::ForOne => self.settle(self.call(request, &asked).await, &asked).await,
        };
        if asked.method != Method::GET {
            platform::failpoint("answer.before");
        }
        let counted = asked.facts.counted().or(entry.counted);
        self.finish(answered, (&asked.method, &asked.uri), Entry { counted, ..entry })
    }

    /// Who is blocked, has asked too often, or asks for what no route would take goes no further.
    async fn admit<B>(&self, request: &Request<B>, address: Option<IpAddr>, now: Timestamp) -> (Option<Counted>, Option<Problem>) {
        if let (Some(blocks), Some(address)) = (&self.blocks, address)
            && blocks.has(address, now).await
        {
            return (None, Some(Problem::ip_blocked()));
        }
        let counted = match (&self.limits, class_of(request.method(), request.uri().path()), address) {
            (Some(limits), Some(class), Some(address)) => limits.count(class, Who::at(address), now).await,
            _ => None,
        };
        let refusal = (counted.and_then(|counted| counted.refusal()))
            .or_else(|| head::refuse(request, self.rules.is_json(request.uri().path())))
            .or_else(|| cross_site::refuse(request));
        (counted, refusal)
    }

    /// The program that asks to read, where that is known without waiting and it sees what anybody sees.
    fn known_program<B>(&self, request: &Request<B>, is_admitted: bool) -> Option<Identity> {
        if !is_admitted
            || !request.headers().contains_key(header::AUTHORIZATION)
            || !matches!(*request.method(), Method::GET | Method::HEAD)
        {
            return None;
        }
        identity::known_program(request.headers(), self.credentials.as_deref()?)
    }

    /// A known program is counted like anybody whose credential was accepted.
    async fn admit_program<B>(
        &self,
        request: &Request<B>,
        program: Option<Identity>,
        admitted: (Option<Counted>, Option<Problem>),
        now: Timestamp,
    ) -> (Option<Counted>, Option<Problem>) {
        let limit = (program, &self.limits, class_of(request.method(), request.uri().path()));
        let (Some(program), Some(limits), Some(class)) = limit else { return admitted };
        let Some(counted) = limits.count(class, Who::Identity(program.actor), now).await else { return admitted };
        (Some(counted), counted.refusal())
    }

    /// What an identity is counted against, once it is known.
    fn limit_of<B>(&self, request: &Request<B>, now: Timestamp) -> Option<IdentityLimit> {
        let class = class_of(request.method(), request.uri().path())?;
        Some(IdentityLimit { limits: Arc::clone(self.limits.as_ref()?), class, now })
    }

    /// Puts on an answer what only now is known, counts it and logs it.
    fn finish(&self, answered: Answered, (method, uri): (&Method, &Uri), entry: Entry) -> http::Response<OutBody> {
        let Answered { mut response, route, actor, problem } = answered;
        let Entry { started, request_id, counted, origin } = entry;
        let headers = response.headers_mut();
        match (&self.limits, &counted) {
            (Some(limits), Some(counted)) => limits.tell(headers, counted),
            _ => limits::tell_nothing(headers),
        }
        self.rules.cors.tell(headers, origin);
        headers.insert(X_REQUEST_ID, request_id.clone());
        let (status, took) = (response.status(), started.elapsed());
        route.observe(method, status, took);
        // The id was checked to be visible ASCII, or made by us.
        let request_id = request_id.to_str().unwrap_or_default();
        let error_code = problem.as_ref().map(Problem::code);
        Line { method, path: uri.path(), route: route.name(), status, took, request_id, actor, error_code }.write();
        response
    }
}

impl Answered {
    /// What came from memory: what anybody sees, whoever it is.
    pub(crate) fn remembered(response: http::Response<OutBody>, kept: &Kept<Finished>, actor: Option<Actor>) -> Self {
        Self { response, route: Arc::clone(&kept.value().route), actor: actor.or(Some(Actor::Anonymous)), problem: None }
    }
}
