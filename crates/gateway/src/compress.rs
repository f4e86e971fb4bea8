//! Compression of answers that are worth it, for clients that can read it.

use std::convert::Infallible;
use std::future::ready;

use axum::body::Body;
use axum::response::Response;
use http::{Extensions, HeaderMap, HeaderValue, Request, StatusCode, Version, header};
use http_body::Body as _;
use tower::{ServiceExt, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::Compression;

use crate::accept::accepts_coding;

/// Below this the coding costs more than the bytes it spares: the answer fits into one packet anyway.
const SMALLEST_BYTES: u64 = 1_024;

/// Quality 4 of each coding: most of the gain at a fraction of the default's time.
const LEVEL: CompressionLevel = CompressionLevel::Precise(4);

/// Compresses an answer where the client asked for it and its body is a text of at least a kibibyte, or a text stream.
pub(crate) async fn settle(response: Response, accept_encoding: Option<&HeaderValue>) -> Response {
    let Some(accept_encoding) =
        accept_encoding.filter(|value| accepts_coding(value) && is_worth_it(response.headers(), response.body().size_hint().upper()))
    else {
        return response;
    };
    let mut request = Request::new(());
    request.headers_mut().insert(header::ACCEPT_ENCODING, accept_encoding.clone());
    let mut answer = Some(response);
    // The layer is put around the finished answer: a request whose answer stays plain never pays for it.
    let inner = service_fn(move |_: Request<()>| ready(Ok::<_, Infallible>(answer.take().unwrap_or_default())));
    let always = |_: StatusCode, _: Version, _: &HeaderMap, _: &Extensions| true;
    let coded = Compression::new(inner).quality(LEVEL).compress_when(always).oneshot(request).await;
    let Ok(mut response) = coded.map(|response| response.map(Body::new));
    weaken_tag(&mut response);
    response
}

/// True where an answer with this head and of at most so many bytes is worth it.
pub(crate) fn is_worth_it(headers: &HeaderMap, most_bytes: Option<u64>) -> bool {
    most_bytes.is_none_or(|upper| upper >= SMALLEST_BYTES)
        && !headers.contains_key(header::CONTENT_ENCODING)
        && !headers.contains_key(header::CONTENT_RANGE)
        && headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(is_text)
}

/// Pictures are compressed already; an event stream must not wait for the coder's buffer.
fn is_text(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let text = media_type.starts_with("text/") && media_type != "text/event-stream";
    text || media_type.ends_with("json")
        || media_type.ends_with("xml")
        || matches!(media_type, "application/javascript" | "application/x-ndjson" | "application/jsonl")
}

/// A strong tag promises equal bytes, which the coded form is not (RFC 9110, 8.8.3.3).
fn weaken_tag(response: &mut Response) {
    if !response.headers().contains_key(header::CONTENT_ENCODING) {
        return;
    }
    let weak = (response.headers().get(header::ETAG))
        .and_then(|tag| tag.to_str().ok())
        .filter(|tag| tag.starts_with('"'))
        .and_then(|tag| HeaderValue::from_str(&format!("W/{tag}")).ok());
    if let Some(weak) = weak {
        response.headers_mut().insert(header::ETAG, weak);
    }
}
