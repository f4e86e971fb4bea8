//! A refusal on its way out: the only place that knows which HTTP status an error has.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use kernel::{DomainError, ErrorKind, Timestamp};
use serde_json::Value;

use crate::schema::{ErrorBody, ErrorView, ItemError};

/// A refusal: made of any use case's error by `?`, or by one of the constructors for what the gateway itself refuses.
///
/// As a response it is only a status with itself in the extensions: [`crate::Gateway`] writes the body, because only it knows
/// the request's id and the time, and it is the one place where a fault is logged.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    status: StatusCode,
    code: Cow<'static, str>,
    message: Cow<'static, str>,
    details: BTreeMap<String, Vec<String>>,
    context: Option<Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// What a fault was, for the log alone.
    cause: Option<String>,
}

/// How long a client waits after 503: long enough for a restart, short enough for a customer.
const RETRY_AFTER_SECONDS: u32 = 2;

const INTERNAL_MESSAGE: &str = "something went wrong on our side";
const UNAVAILABLE_MESSAGE: &str = "the shop cannot answer just now; try again shortly";

impl Problem {
    /// A refusal by the gateway itself.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Parts {
            status,
            code: Cow::Borrowed(code),
            message: message.into(),
            details: BTreeMap::new(),
            context: None,
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// Our own fault; the client learns only the request's id, the log learns the cause.
    #[must_use]
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", INTERNAL_MESSAGE);
        problem.0.cause = Some(cause.to_string());
        problem
    }

    /// A dependency is away; `Retry-After` tells when to come back, the log learns the cause.
    #[must_use]
    pub fn unavailable(code: &'static str, cause: impl std::fmt::Display) -> Self {
        let mut problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, UNAVAILABLE_MESSAGE).retry_after(RETRY_AFTER_SECONDS);
        problem.0.cause = Some(cause.to_string());
        problem
    }

    /// The thing is there, and has another address for good: `Location` says which.
    #[must_use]
    pub fn moved(location: &str) -> Self {
        let problem = Self::new(StatusCode::MOVED_PERMANENTLY, "moved", "this has another address now, which the header Location names");
        match HeaderValue::from_str(location) {
            Ok(location) => problem.header(header::LOCATION, location),
            Err(error) => Self::internal(error),
        }
    }

    /// Adds a message on a field or parameter.
    #[must_use]
    pub fn detail(mut self, field: impl Into<String>, message: impl std::fmt::Display) -> Self {
        self.0.details.entry(field.into()).or_default().push(message.to_string());
        self
    }

    /// The same refusal with other names of the fields.
    #[must_use]
    pub(crate) fn renaming(mut self, name: impl Fn(&str) -> String) -> Self {
        self.0.details = std::mem::take(&mut self.0.details).into_iter().map(|(field, messages)| (name(&field), messages)).collect();
        self
    }

    /// Adds a machine-readable extra that goes with the code.
    #[must_use]
    pub fn context(mut self, context: Value) -> Self {
        self.0.context = Some(context);
        self
    }

    /// Tells the client when to come back.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        self.header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Adds a header.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// What a person reads.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The headers it comes with.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.0.headers.iter().map(|(name, value)| (name, value))
    }

    /// What the log is told and the client is not.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The same refusal as one item's result in a batch.
    #[must_use]
    pub fn into_item(self) -> ItemError {
        let Parts { code, message, details, context, .. } = *self.0;
        ItemError { code: code.into_owned(), message: message.into_owned(), details, context }
    }

    /// The body, which names the request and the time.
    pub(crate) fn body(&self, request_id: &str, timestamp: Timestamp) -> Bytes {
        let Parts { code, message, details, context, .. } = &*self.0;
        let error = ErrorView {
            code: code.clone().into_owned(),
            message: message.clone().into_owned(),
            details: details.clone(),
            context: context.clone(),
            timestamp,
            request_id: request_id.to_owned(),
        };
        // Strings, maps of strings and JSON values always serialise.
        serde_json::to_vec(&ErrorBody { error }).map(Bytes::from).unwrap_or_default()
    }
}

impl<E: DomainError> From<E> for Problem {
    fn from(error: E) -> Self {
        let kind = error.kind();
        match kind {
            ErrorKind::Internal => Self::internal(chain(&error)),
            ErrorKind::Unavailable => Self::unavailable(error.code(), chain(&error)),
            // A missing thing and another's have to look alike: nothing but the code goes out.
            ErrorKind::NotFound => Self::not_found(error.code()),
            ErrorKind::Unauthenticated => Self::challenge(Self::new(StatusCode::UNAUTHORIZED, error.code(), error.to_string())),
            ErrorKind::TooMany => {
                Self::new(status(kind), error.code(), error.to_string()).retry_after(error.retry_after_s().unwrap_or(RETRY_AFTER_SECONDS))
            }
            ErrorKind::Malformed
            | ErrorKind::Forbidden
            | ErrorKind::Conflict
            | ErrorKind::Rule
            | ErrorKind::VersionRequired
            | ErrorKind::TooLarge
            | ErrorKind::UnsupportedMedia => {
                let mut problem = Self::new(status(kind), error.code(), error.to_string());
                problem.0.details = error.details();
                problem.0.context = error.context().map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
                problem
            }
        }
    }
}

fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Malformed => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::Rule => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::VersionRequired => StatusCode::PRECONDITION_REQUIRED,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An error with what caused it, in one line for the log.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // `#[error(transparent)]` and messages that quote their source would say everything twice.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.0.status;
        response.extensions_mut().insert(self);
        response
    }
}
