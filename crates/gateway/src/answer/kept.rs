//! Answers that are kept under an `Idempotency-Key`, and answers without any bytes.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode};
use platform::idempotency::{Answer, Keyed};
use serde::Serialize;

use super::one::json_response;
use crate::schema::Envelope;

/// The answer of a command under a key: the same bytes the first time and every time after.
///
/// ```
/// # use gateway::{Kept, Problem, kept_answer};
/// # use platform::idempotency::{Answer, Keyed};
/// # struct Order { number: String }
/// fn present(order: &Order) -> Answer {
///     kept_answer(201, &order.number)
/// }
///
/// # fn handler(placed: Keyed<Order>) -> Result<Kept, Problem> {
/// // the use case gets `&present`, stores what it says with the effect, and answers `Keyed`:
/// Ok(Kept::of(&placed, present))
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    answer: Answer,
    is_replay: bool,
}

const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What is kept of a command: the view in its envelope. A view is plain members, which always serialise; one that does not is
/// kept as null, because a presenter inside a transaction has nobody to refuse to.
#[must_use]
pub fn kept_answer<T: Serialize>(status: u16, view: &T) -> Answer {
    let body = serde_json::to_string(&Envelope { data: view }).unwrap_or_else(|_| r#"{"data":null}"#.to_owned());
    Answer { status, body }
}

impl Kept {
    /// The answer to what a command came to; `present` is what the use case was given.
    pub fn of<T>(outcome: &Keyed<T>, present: impl FnOnce(&T) -> Answer) -> Self {
        match outcome {
            Keyed::New(thing) => Self { answer: present(thing), is_replay: false },
            Keyed::Replayed(answer) => Self { answer: answer.clone(), is_replay: true },
        }
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        // Only 200 and 201 are ever kept.
        let status = StatusCode::from_u16(self.answer.status).unwrap_or(StatusCode::OK);
        let mut response = json_response(status, self.answer.body.into());
        if self.is_replay {
            response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// 204: done, and nothing to say.
#[derive(Debug, Clone, Copy)]
pub struct NoContent;

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    }
}
