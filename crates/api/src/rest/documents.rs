//! Business documents on their way to people: pages and paper.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use utoipa::ToSchema;

/// The bytes of a document on paper.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "documents bytes")]
pub(in crate::rest) struct PaperFile(Vec<u8>);

/// A page may have its one style, and nothing else: nothing in it runs, loads, sends or is framed.
pub(in crate::rest) fn page(text: String, style_digest: &str) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style_digest}'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    );
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (header::CONTENT_SECURITY_POLICY, policy)], text).into_response()
}

/// Paper, as a file of this name.
pub(in crate::rest) fn paper(bytes: Vec<u8>, name: &str) -> Response {
    let mut response = bytes.into_response();
    let named = format!("inline; filename=\"{}.pdf\"", name.replace('/', "-"));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.extend(HeaderValue::from_str(&named).ok().map(|named| (header::CONTENT_DISPOSITION, named)));
    response
}
