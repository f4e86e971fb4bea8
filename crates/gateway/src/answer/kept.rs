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
/// // The use case is given how an answer is made, and keeps it with the effect.
/// fn present(order: &Order) -> Answer {
///     kept_answer(201, &order.number)
/// }
///
/// # fn handler(placed: Keyed) -> Result<Kept, Problem> {
/// Ok(Kept::from(placed))
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept(Keyed);

const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// What is kept of a command: the view in its envelope. A view is plain members, which always serialise; one that does not is
/// kept as null, because a presenter inside a transaction has nobody to refuse to.
#[must_use]
pub fn kept_answer<T: Serialize>(status: u16, view: &T) -> Answer {
    let body = serde_json::to_string(&Envelope { data: view }).unwrap_or_else(|_| r#"{"data":null}"#.to_owned());
    Answer { status, body }
}

impl From<Keyed> for Kept {
    fn from(keyed: Keyed) -> Self {
        Self(keyed)
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let (answer, is_replay) = match self.0 {
            Keyed::New(answer) => (answer, false),
            Keyed::Replayed(answer) => (answer, true),
        };
        // Only 200, 201 and 202 are ever kept.
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
        let mut response = json_response(status, answer.body.into());
        if is_replay {
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
