//! Refusals get their body here, those of the framework as well, so that a client meets one shape of error only.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use kernel::Timestamp;

use crate::body::OutBody;
use crate::facts::RequestFacts;
use crate::problem::Problem;

/// The refusal that an answer carries, or stands for: an error status with no body or plain text comes from the framework.
pub(crate) fn problem_of(response: &mut Response) -> Option<Problem> {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return Some(problem);
    }
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let is_plain = response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    (is_error && is_plain).then(|| foreign(response.status()))
}

fn foreign(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::route_not_found(),
        StatusCode::METHOD_NOT_ALLOWED => Problem::method_not_allowed(),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(status, "body_too_large", "the body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(status, "unsupported_media_type", "the body has a media type this route does not read")
        }
        StatusCode::SERVICE_UNAVAILABLE => Problem::unavailable("unavailable", "the router answered 503"),
        status if status.is_client_error() => Problem::new(status, "malformed_request", "the request cannot be read"),
        status => Problem::internal(format!("the router answered {status}")),
    }
}

/// The answer of a refusal: its own headers stay (`Allow`, `Retry-After`), the body is ours. A fault is logged here, once.
pub(crate) fn settle(response: Response, problem: &Problem, facts: &RequestFacts, now: Timestamp) -> http::Response<OutBody> {
    if let Some(cause) = problem.cause() {
        let (code, request_id) = (problem.code(), facts.request_id());
        if problem.status() == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(request.id = request_id, error.code = code, "request failed: {cause}");
        } else {
            tracing::warn!(request.id = request_id, error.code = code, "request refused: {cause}");
        }
    }
    let (mut parts, _) = response.into_parts();
    parts.status = problem.status();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::ETAG);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in problem.headers() {
        parts.headers.insert(name, value.clone());
    }
    http::Response::from_parts(parts, OutBody::Ready(Some(problem.body(facts.request_id(), now))))
}

/// HEAD answers what GET would, but for the body; the router sees to its own answers.
pub(crate) fn strip_body(response: &mut http::Response<OutBody>) {
    if let OutBody::Ready(bytes) = response.body_mut() {
        let length = bytes.take().map_or(0, |bytes| bytes.len());
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
}
