//! Answers that are bytes already, and answers without any.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use super::one::json_response;
use super::tag;
use crate::problem::Problem;
use crate::schema::Envelope;

/// The answer of a command under an `Idempotency-Key`: the bytes that are kept, the first time and every time after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    status: StatusCode,
    body: Bytes,
    is_replay: bool,
}

const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

impl Kept {
    /// The bytes to keep: the view in its envelope.
    ///
    /// # Errors
    /// 500 where the view does not serialise.
    pub fn bytes<T: Serialize>(view: &T) -> Result<Bytes, Problem> {
        tag::json(&Envelope { data: view })
    }

    /// The first answer.
    pub fn first(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, body: body.into(), is_replay: false }
    }

    /// A repeat of the first answer, byte for byte; a status that no answer has is our fault.
    pub fn replay(status: u16, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, body: body.into(), is_replay: true }
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let mut response = json_response(self.status, self.body);
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
