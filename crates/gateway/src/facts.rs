//! What is known of a request from its first byte on, shared by extractors, refusals and the log.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, MatchedPath};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use kernel::{Actor, Client, Clock, Origin, SystemClock};
use platform::rate_limits::Who;

use crate::client_address::Whence;
use crate::limits::{Counted, IdentityLimit};
use crate::problem::Problem;
use crate::request_id;

/// What is known of a request; a handler takes it as [`Facts`].
#[derive(Debug)]
pub struct RequestFacts {
    request_id: HeaderValue,
    traceparent: Option<String>,
    whence: Whence,
    user_agent: Option<HeaderValue>,
    actor: OnceLock<Actor>,
    route: OnceLock<MatchedPath>,
    limit: Option<IdentityLimit>,
    counted: OnceLock<Counted>,
}

/// The facts of the request at hand, as an extractor.
#[derive(Debug, Clone)]
pub struct Facts(pub Arc<RequestFacts>);

/// Longer names say nothing more.
const MAX_USER_AGENT: usize = 256;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

impl RequestFacts {
    /// Reads what the head of a request tells.
    pub(crate) fn read(headers: &HeaderMap, whence: Whence, request_id: HeaderValue) -> Self {
        Self {
            request_id,
            traceparent: headers.get(TRACEPARENT).and_then(traceparent),
            whence,
            user_agent: headers.get(header::USER_AGENT).cloned(),
            actor: OnceLock::new(),
            route: OnceLock::new(),
            limit: None,
            counted: OnceLock::new(),
        }
    }

    /// Whoever turns out to ask is counted against this.
    pub(crate) fn limited_by(self, limit: Option<IdentityLimit>) -> Self {
        Self { limit, ..self }
    }

    /// The id that this request has in headers, bodies, logs, history and events.
    #[must_use]
    pub fn request_id(&self) -> &str {
        // The header was checked to be visible ASCII, or made by us.
        self.request_id.to_str().unwrap_or_default()
    }

    /// The other end of the connection: the client, or the proxy before us.
    #[must_use]
    pub fn peer(&self) -> Option<SocketAddr> {
        self.whence.peer
    }

    /// The client's address, behind the proxies that are trusted.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.whence.address
    }

    /// This actor, in this request.
    #[must_use]
    pub fn origin(&self, actor: Actor) -> Origin {
        let (request_id, traceparent) = (Some(self.request_id().to_owned()), self.traceparent.clone());
        Origin { actor, request_id, traceparent, client: self.client() }
    }

    /// From where it comes. A name of a program that is no text, or longer than any, is cut.
    #[must_use]
    pub fn client(&self) -> Client {
        let user_agent = self.user_agent.as_ref().and_then(|name| name.to_str().ok());
        let user_agent = user_agent.map(|name| name.chars().take(MAX_USER_AGENT).collect());
        Client { ip: self.whence.address, user_agent, country: self.whence.country }
    }

    /// Keeps for the log who acts and by which route; the outer service sees neither itself.
    pub(crate) fn note(&self, actor: Actor, route: Option<&MatchedPath>) {
        let _ = self.actor.set(actor);
        if let Some(route) = route {
            let _ = self.route.set(route.clone());
        }
    }

    /// Counts this request of somebody whose credential was accepted.
    pub(crate) async fn count(&self, actor: Actor) -> Result<(), Problem> {
        let Some(IdentityLimit { limits, class, now }) = &self.limit else { return Ok(()) };
        let Some(counted) = limits.count(*class, Who::Identity(actor), *now).await else { return Ok(()) };
        let _ = self.counted.set(counted);
        counted.refusal().map_or(Ok(()), Err)
    }

    /// How counting the identity ended, where there is one.
    pub(crate) fn counted(&self) -> Option<Counted> {
        self.counted.get().copied()
    }

    pub(crate) fn actor(&self) -> Option<Actor> {
        self.actor.get().copied()
    }

    pub(crate) fn route(&self) -> Option<&str> {
        self.route.get().map(MatchedPath::as_str)
    }
}

impl Facts {
    /// The facts that the outer service left, or fresh ones where a router is called without it.
    pub(crate) fn in_parts(parts: &mut Parts) -> Arc<RequestFacts> {
        if let Some(facts) = parts.extensions.get::<Arc<RequestFacts>>() {
            return Arc::clone(facts);
        }
        let facts = Arc::new(RequestFacts::read(&parts.headers, Whence::default(), request_id::of(&parts.headers, SystemClock.now())));
        parts.extensions.insert(Arc::clone(&facts));
        facts
    }
}

impl<S: Sync> FromRequestParts<S> for Facts {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(Self::in_parts(parts)))
    }
}

/// A W3C trace context of version 00 is kept, anything else is dropped (<https://www.w3.org/TR/trace-context/>).
fn traceparent(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?;
    let mut parts = text.split('-');
    let lower_hex = |part: Option<&str>, length: usize| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
    };
    let known = parts.next() == Some("00")
        && lower_hex(parts.next(), 32)
        && lower_hex(parts.next(), 16)
        && lower_hex(parts.next(), 2)
        && parts.next().is_none();
    known.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trace_context_of_the_known_shape_is_kept() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(traceparent(&HeaderValue::from_static(good)).as_deref(), Some(good));
        let refused = [
            "",
            "00",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ];
        for text in refused {
            assert_eq!(traceparent(&HeaderValue::from_static(text)), None, "{text}");
        }
    }
}
