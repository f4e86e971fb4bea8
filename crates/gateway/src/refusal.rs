//! What the gateway itself refuses, before any use case is asked.

use http::{HeaderValue, StatusCode, header};

use crate::problem::Problem;

impl Problem {
    /// There is no such thing: the message follows from the code, so that what is missing and what is another's read alike.
    #[must_use]
    pub fn not_found(code: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, code.replace('_', " "))
    }

    /// No route has this path.
    #[must_use]
    pub fn route_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "route_not_found", "no route has this path")
    }

    /// The path exists, the method does not.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path does not know the method")
    }

    /// The client wants a media type that the route does not have.
    #[must_use]
    pub fn not_acceptable() -> Self {
        Self::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", "this route answers application/json")
    }

    /// The body has a media type that the route does not read.
    #[must_use]
    pub fn unsupported_media_type(wanted: &'static str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", format!("the body must be {wanted}"))
    }

    /// The body is larger than the route allows.
    #[must_use]
    pub fn body_too_large(limit_bytes: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", format!("the body must not be larger than {limit_bytes} bytes"))
    }

    /// The address or the headers are too long, or there are too many headers.
    #[must_use]
    pub fn head_too_large() -> Self {
        let message = "the address or the headers are too long";
        let problem = Self::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "request_head_too_large", message);
        problem.header(header::CONNECTION, HeaderValue::from_static("close"))
    }

    /// The body is not JSON at all.
    #[must_use]
    pub fn malformed_body(reason: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_body", format!("the body cannot be read: {reason}"))
    }

    /// Some other part of the request cannot be read.
    #[must_use]
    pub fn malformed_request() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_request", "the request cannot be read")
    }

    /// A field or parameter can be read and is refused all the same.
    #[must_use]
    pub fn refused_field(field: impl Into<String>, message: impl std::fmt::Display) -> Self {
        kernel::FieldErrors::of(field, message).into()
    }

    /// A query parameter has a value that cannot be read.
    #[must_use]
    pub fn invalid_query() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_query", "the query has parameters that cannot be read")
    }

    /// A query parameter that the route does not know.
    #[must_use]
    pub fn unknown_parameter() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unknown_parameter", "the query has parameters that this route does not know")
    }

    /// A body that can be read and is wrong in a field.
    #[must_use]
    pub fn validation_failed(field: impl Into<String>, message: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "validation_failed", "the request has fields that are wrong").detail(field, message)
    }

    /// A numbered page below the deepest row.
    #[must_use]
    pub fn page_too_deep() -> Self {
        let error = kernel::PageTooDeep;
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "page_too_deep", error.to_string()).detail("page", error)
    }

    /// No credential, or one that is unknown, expired or revoked: which of them is nobody's business.
    #[must_use]
    pub fn unauthenticated() -> Self {
        let message = "this needs a valid credential in the Authorization header";
        Self::challenge(Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", message))
    }

    /// A cart's route without the cart's token.
    #[must_use]
    pub fn cart_token_missing() -> Self {
        Self::challenge(Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "this needs the cart's token in the X-Cart-Token header"))
    }

    /// Every 401 names the scheme to use (RFC 9110, 11.6.1).
    pub(crate) fn challenge(problem: Self) -> Self {
        problem.header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// The credential lacks a permission.
    #[must_use]
    pub fn forbidden(permission: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", format!("this needs the permission {permission}"))
    }

    /// What is a person's own is no program's.
    #[must_use]
    pub fn people_only() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "this is for people who signed in; an API key cannot do it")
    }

    /// Staff show a second factor before they may do anything.
    #[must_use]
    pub fn two_factor_required() -> Self {
        Self::new(StatusCode::FORBIDDEN, "two_factor_required", "this needs a second factor: set one up, or sign in with it")
    }

    /// The command must carry an `Idempotency-Key`.
    #[must_use]
    pub fn idempotency_key_missing() -> Self {
        let message = "this command needs an Idempotency-Key header, so that a repeat cannot do it twice";
        Self::new(StatusCode::BAD_REQUEST, "idempotency_key_missing", message)
    }

    /// An `Idempotency-Key` that cannot be one.
    #[must_use]
    pub fn idempotency_key_invalid() -> Self {
        let message = "an Idempotency-Key is one header of 1 to 255 visible ASCII characters";
        Self::new(StatusCode::BAD_REQUEST, "idempotency_key_invalid", message)
    }

    /// The edit must say which version it edits.
    #[must_use]
    pub fn version_required() -> Self {
        let message = "say which version you edit: If-Match with the ETag, or version";
        Self::new(StatusCode::PRECONDITION_REQUIRED, "version_required", message)
    }

    /// An `If-Match` that is no single tag of ours.
    #[must_use]
    pub fn version_invalid() -> Self {
        let message = "If-Match must be one ETag as this shop gives them, like \"7-0123456789abcdef\"";
        Self::new(StatusCode::BAD_REQUEST, "version_invalid", message)
    }

    /// Too many requests in too short a time.
    #[must_use]
    pub fn rate_limited(retry_after_seconds: u32) -> Self {
        let message = "too many requests; wait before the next one";
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(retry_after_seconds)
    }

    /// The address is blocked.
    #[must_use]
    pub fn ip_blocked() -> Self {
        Self::new(StatusCode::FORBIDDEN, "ip_blocked", "requests from this address are refused")
    }

    /// The API was asked in the clear.
    #[must_use]
    pub fn https_required() -> Self {
        Self::new(StatusCode::FORBIDDEN, "https_required", "the API is asked by HTTPS; a credential that was sent here is to be replaced")
    }

    /// Another site's page sent a write along with cookies of ours.
    #[must_use]
    pub fn cross_site() -> Self {
        Self::new(StatusCode::FORBIDDEN, "cross_site_request", "a write with cookies has to come from a page of this shop")
    }

    /// A page of another site wants a WebSocket.
    #[must_use]
    pub fn origin_refused() -> Self {
        let message = "pages of this origin may not open a WebSocket here; the shop's own may, and those that server.cors_origins names";
        Self::new(StatusCode::FORBIDDEN, "origin_refused", message)
    }

    /// An ordinary request where only a WebSocket is spoken.
    #[must_use]
    pub fn upgrade_required() -> Self {
        let message = "this is for WebSockets: GET with Connection: Upgrade, Upgrade: websocket and Sec-WebSocket-Version: 13";
        let problem = Self::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", message);
        let problem = problem.header(header::UPGRADE, HeaderValue::from_static("websocket"));
        problem.header(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))
    }

    /// The request says in two ways how long its body is, and whoever reads the other one sees another request.
    #[must_use]
    pub fn two_lengths() -> Self {
        let message = "a request has a Content-Length or a Transfer-Encoding, never both";
        let problem = Self::new(StatusCode::BAD_REQUEST, "malformed_request", message);
        problem.header(header::CONNECTION, HeaderValue::from_static("close"))
    }

    /// The answer took too long; whether it had an effect is known by asking again with the same key.
    #[must_use]
    pub fn timed_out() -> Self {
        let message = "the answer took too long; ask again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "request_timed_out", message).retry_after(1)
    }
}
