//! What no route would take: methods, addresses and heads that are refused before the router sees them.

use http::{HeaderMap, HeaderValue, Method, Request, header};

use crate::accept::accepts_json;
use crate::problem::Problem;

/// Longer addresses are refused: a filter list of a hundred values fits well.
const MAX_URI_BYTES: usize = 8 * 1_024;
/// More headers than any client of ours sends; hyper itself stops at 100, without a body.
const MAX_HEADERS: usize = 80;
/// All names and values together; hyper itself stops at its buffer's size, without a body.
const MAX_HEADER_BYTES: usize = 32 * 1_024;

/// Where a body of unclear length was announced in a way that two readers may read differently (RFC 9112, 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TwoLengths;

/// The refusal of a head that no route would take; answers are JSON where it says so.
pub(crate) fn refuse<B>(request: &Request<B>, is_json: bool) -> Option<Problem> {
    const KNOWN: [Method; 7] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    let headers = request.headers();
    if request.extensions().get::<TwoLengths>().is_some() {
        return Some(Problem::two_lengths());
    }
    if !KNOWN.contains(request.method()) {
        let allow = HeaderValue::from_static("GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS");
        return Some(Problem::method_not_allowed().header(header::ALLOW, allow));
    }
    if is_too_large(request) {
        return Some(Problem::head_too_large());
    }
    (is_json && !accepts_json(headers)).then(Problem::not_acceptable)
}

fn is_too_large<B>(request: &Request<B>) -> bool {
    let (uri, headers) = (request.uri(), request.headers());
    let uri_bytes = uri.path().len() + uri.query().map_or(0, str::len);
    uri_bytes > MAX_URI_BYTES || headers.len() > MAX_HEADERS || bytes_of(headers) > MAX_HEADER_BYTES
}

fn bytes_of(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
