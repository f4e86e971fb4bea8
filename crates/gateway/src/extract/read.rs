//! Reading a body up to a limit.

use axum::body::Body;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::problem::Problem;

/// The limit of a route that has none of its own: what the gateway's rules say of every body.
pub const ORDINARY_BODY: usize = 0;
/// How large a body may be where the rules say nothing else: more than any one thing of a shop needs.
pub(crate) const DEFAULT_BODY_BYTES: usize = 1_024 * 1_024;

/// What the rules of the gateway allow this request's body to have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OrdinaryBody(pub(crate) usize);

/// How many bytes the request's body may have: the route's own limit, or that of the rules.
pub(super) fn limit(parts: &Parts, of_route: usize) -> usize {
    match of_route {
        ORDINARY_BODY => parts.extensions.get::<OrdinaryBody>().map_or(DEFAULT_BODY_BYTES, |ordinary| ordinary.0),
        own => own,
    }
}

/// The whole body; one that says it is too large is refused unread.
pub(crate) async fn whole(headers: &HeaderMap, body: Body, limit_bytes: usize) -> Result<Bytes, Problem> {
    refuse_announced(headers, limit_bytes)?;
    let mut body = Limited::new(body, limit_bytes);
    // Copied: a frame holds the whole buffer that it was read into, eight kibibytes for each byte of a client that sends them one by one.
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend_from_slice(frame.data_ref().map(Bytes::as_ref).unwrap_or_default()),
            Err(error) if error.is::<LengthLimitError>() => return Err(Problem::body_too_large(limit_bytes)),
            Err(_) => return Err(Problem::malformed_body("it ended early")),
        }
    }
    Ok(bytes.into())
}

/// Refuses a `Content-Length` beyond the limit.
pub(super) fn refuse_announced(headers: &HeaderMap, limit_bytes: usize) -> Result<(), Problem> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > limit_bytes) { Err(Problem::body_too_large(limit_bytes)) } else { Ok(()) }
}

/// True where `Content-Type` is this media type, whatever its parameters.
pub(crate) fn is_media_type(headers: &HeaderMap, wanted: &str) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    given.and_then(|text| text.split(';').next()).is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(wanted))
}
