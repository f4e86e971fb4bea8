//! Speaking an older version: requests are rewritten on their way in, answers on their way out.

use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header};
use http_body_util::BodyExt;
use serde_json::Value;

use super::adapter::Route;
use super::table::{Older, TRADEWIND_VERSION};
use crate::asked::Asked;
use crate::extract::{Strict, is_media_type, whole_body};
use crate::problem::Problem;
use crate::service::Gateway;

/// As large as a body of any route may be; what the route itself allows is asked of what it becomes.
const MOST_BYTES: usize = 32 * 1_024 * 1_024;
const JSON: &str = "application/json";

impl Gateway {
    /// The router's answer to a client that names a version.
    pub(crate) async fn speak<B>(&self, request: Request<B>, asked: &Asked, named: &HeaderValue) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let versions = match self.versions.spoken(named) {
            Ok(versions) => versions,
            Err(problem) => return problem.into_response(),
        };
        let route = Route::new(&asked.method, asked.uri.path());
        let request = match translated(request.map(Body::new), route, versions).await {
            Ok(request) => request,
            Err(problem) => return problem.into_response(),
        };
        let mut response = answered(self.route(request, asked).await, route, versions).await;
        let headers = response.headers_mut();
        headers.insert(TRADEWIND_VERSION, named.clone());
        if let Some(older) = versions.last() {
            older.lifecycle.tell(headers);
        }
        response
    }

    /// Says on an answer what will not stay.
    pub(crate) fn tell_endings(&self, response: &mut Response, asked: &Asked) {
        if self.versions.all_stay() {
            return;
        }
        let path = asked.uri.path();
        for lifecycle in self.versions.endings(Route::new(&asked.method, path), path) {
            lifecycle.tell(response.headers_mut());
        }
    }
}

/// The request in the newest forms. A body that cannot be read is left to its route, which says what is wrong with it.
async fn translated(request: Request<Body>, route: Route<'_>, versions: &[Arc<Older>]) -> Result<Request<Body>, Problem> {
    let Some(oldest) = versions.last().filter(|_| is_media_type(request.headers(), JSON)) else { return Ok(request) };
    let (mut parts, body) = request.into_parts();
    let bytes = whole_body(&parts.headers, body, MOST_BYTES).await?;
    let Ok(Strict(mut value)) = serde_json::from_slice::<Strict>(&bytes) else {
        return Ok(Request::from_parts(parts, Body::from(bytes)));
    };
    forget_marks(&mut value, oldest.date);
    for version in versions.iter().rev() {
        version.adapter.request(route, &mut value);
    }
    let bytes = to_bytes(&value)?;
    parts.headers.remove(header::TRANSFER_ENCODING);
    parts.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// The answer in the client's forms, with a tag of its own: bytes that differ are not called the same.
async fn answered(mut response: Response, route: Route<'_>, versions: &[Arc<Older>]) -> Response {
    let Some(oldest) = versions.last() else { return response };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let named = |field: &str| versions.iter().fold(field.to_owned(), |field, version| version.adapter.field(route, &field));
        response.extensions_mut().insert(problem.renaming(named));
        return response;
    }
    if !is_media_type(response.headers(), JSON) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return Problem::internal("an answer ended early").into_response();
    };
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else { return Response::from_parts(parts, Body::from(bytes)) };
    for version in versions {
        version.adapter.answer(route, parts.status, &mut value);
    }
    mark(&mut parts.headers, oldest.date);
    parts.headers.remove(header::CONTENT_LENGTH);
    match to_bytes(&value) {
        Ok(bytes) => Response::from_parts(parts, Body::from(bytes)),
        Err(problem) => problem.into_response(),
    }
}

fn to_bytes(value: &Value) -> Result<Bytes, Problem> {
    serde_json::to_vec(value).map(Bytes::from).map_err(|error| Problem::internal(format!("an adapted body does not serialise: {error}")))
}

/// `"7-abc"` becomes `"7-abc.2026-01-01"`.
fn mark(headers: &mut HeaderMap, date: &str) {
    let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).and_then(|tag| tag.strip_suffix('"'));
    if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(&format!("{tag}.{date}\"")).ok()) {
        headers.insert(header::ETAG, tag);
    }
}

/// The text of a tag comes back as `cart_version`, which is compared whole.
fn forget_marks(body: &mut Value, date: &str) {
    if let Some(Value::String(tag)) = body.get_mut("cart_version")
        && let Some(plain) = tag.strip_suffix(date).and_then(|tag| tag.strip_suffix('.'))
    {
        *tag = plain.to_owned();
    }
}
