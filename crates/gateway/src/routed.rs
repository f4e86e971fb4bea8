//! What the router answers: within the time limit, without its panics, in the form that every answer has.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use http::{Method, Request, StatusCode};
use kernel::Timestamp;
use platform::cache::{Kept, Lead, Turn};
use tower::Service;

use crate::asked::Asked;
use crate::body::OutBody;
use crate::envelope;
use crate::extract::OrdinaryBody;
use crate::identity::Identity;
use crate::memory::{self, Finished, Memory, Shown, give};
use crate::problem::Problem;
use crate::service::{Answered, Gateway};
use crate::sparse::{self, Fields};

/// The memory, what is there of an answer, and where in it the answer would be.
pub(crate) type Remembered<'m, 'k> = (&'m Memory, Option<Arc<Kept<Finished>>>, Cow<'k, str>);

impl Gateway {
    /// What is in memory of the answer; `None` where this request is not answered from memory.
    pub(crate) fn remembered<'m, 'k, B>(
        &'m self,
        request: &'k Request<B>,
        program: Option<Identity>,
        now: Timestamp,
    ) -> Option<Remembered<'m, 'k>> {
        let memory = self.memory.as_ref().filter(|_| self.rules.is_json(request.uri().path()))?;
        let key = memory::key(request, program.is_some())?;
        Some((memory, memory.cache.find(&key, now), key))
    }

    /// The answer to something public that is not in memory: one request asks the router, the others wait for what it gets.
    pub(crate) async fn answer_for_all<B>(&self, request: Request<B>, asked: &Asked, place: (&Memory, &str), now: Timestamp) -> Answered
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let (memory, key) = place;
        let lead = match tokio::time::timeout(self.rules.request_timeout, memory.cache.turn(key, now)).await {
            Ok(Turn::Made(kept)) => {
                return Answered::remembered(give(memory, key, &kept, asked.wanted()).await, &kept, asked.facts.actor());
            }
            Ok(Turn::Yours(lead)) => Some(lead),
            Ok(Turn::Alone) => None,
            Err(_) => return self.settle(Problem::timed_out().into_response(), asked).await,
        };
        let mut response = self.call(request, asked).await;
        match lead.and_then(|lead| self.remember(&mut response, asked, (memory, lead), now)) {
            Some(kept) => Answered::remembered(give(memory, key, &kept, asked.wanted()).await, &kept, asked.facts.actor()),
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

    /// The router's answer in the client's version of the API.
    pub(crate) async fn call<B>(&self, request: Request<B>, asked: &Asked) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let mut response = match asked.version.as_ref().filter(|_| self.rules.is_json(asked.uri.path())) {
            // Hardly anybody names one: who does not carries no room for it.
            Some(named) => Box::pin(self.speak(request, asked, named)).await,
            None => self.route(request, asked).await,
        };
        self.tell_endings(&mut response, asked);
        response
    }

    /// The router's answer, within the time limit and without its panics.
    pub(crate) async fn route<B>(&self, mut request: Request<B>, asked: &Asked) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        request.extensions_mut().insert(Arc::clone(&asked.facts));
        if asked.method != Method::GET {
            request.extensions_mut().insert(OrdinaryBody(self.rules.max_body_bytes));
        }
        let fields = match Fields::of(&asked.method, &asked.uri, self.rules.is_json(asked.uri.path())) {
            Ok(fields) => fields,
            Err(problem) => return problem.into_response(),
        };
        // A cloned router shares its routes and is ready at once.
        let mut router = self.router.clone();
        let answer = sparse::within(fields.as_ref(), async move { router.call(request.map(Body::new)).await });
        let answer = AssertUnwindSafe(answer).catch_unwind();
        let caught = if self.rules.is_untimed(asked.uri.path()) {
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
                let missed = fields.and_then(|fields| fields.missed(response.status()));
                missed.map_or(response, Problem::into_response)
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
    pub(crate) async fn settle(&self, mut response: Response, asked: &Asked) -> Answered {
        let problem = envelope::problem_of(&mut response);
        if let (Some(refusals), Some(problem)) = (&self.refusals, &problem) {
            refusals.note(asked, response.status(), problem.code());
        }
        let mut response = match &problem {
            Some(problem) => envelope::settle(response, problem, &asked.facts, self.clock.now()),
            None => asked.shorten(response).await.map(OutBody::Axum),
        };
        if asked.method == Method::HEAD {
            envelope::strip_body(&mut response);
        }
        self.headers.add(response.headers_mut(), self.rules.is_docs(asked.uri.path()));
        Answered { response, route: self.metrics.route(asked.facts.route()), actor: asked.facts.actor(), problem }
    }

    /// Gives the answer to a browser's question the headers that every answer has.
    pub(crate) fn settle_preflight(&self, mut response: http::Response<OutBody>, asked: &Asked) -> Answered {
        self.headers.add(response.headers_mut(), false);
        Answered { response, route: self.metrics.route(asked.facts.route()), actor: None, problem: None }
    }
}

/// `panic!` carries a `&str` or a `String`; anything else says nothing.
fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panic: {}", text.unwrap_or("without a message"))
}
