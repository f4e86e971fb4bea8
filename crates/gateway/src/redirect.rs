//! The plain port of a shop that is reached by HTTPS: pages are led there, the API is refused.

use std::sync::Arc;

use http::{HeaderValue, Method, Request, StatusCode, header};
use kernel::Clock;

use crate::body::OutBody;
use crate::headers::SecurityHeaders;
use crate::problem::Problem;
use crate::request_id::{self, X_REQUEST_ID};

/// Answers on the plain port.
///
/// A program that sends its credential in the clear has to learn of it at once: the API does not lead on, it refuses and hangs up
/// (ASVS 4.1.2). Where pages are led is configured, never taken from the request.
#[derive(Debug)]
pub struct Redirect {
    to: String,
    headers: SecurityHeaders,
    clock: Arc<dyn Clock>,
}

impl Redirect {
    /// Leads to this address, as in `https://shop.example`.
    #[must_use]
    pub fn new(to: &str, clock: Arc<dyn Clock>) -> Self {
        Self { to: to.trim_end_matches('/').to_owned(), headers: SecurityHeaders::new(false), clock }
    }

    /// Answers a request, whose body is not read.
    pub fn answer<B>(&self, request: &Request<B>) -> http::Response<OutBody> {
        let now = self.clock.now();
        let request_id = request_id::of(request.headers(), now);
        let is_page = matches!(*request.method(), Method::GET | Method::HEAD) && !request.uri().path().starts_with("/api/");
        let mut response = match self.place_of(request).filter(|_| is_page) {
            Some(place) => led_to(place),
            None => {
                let problem = Problem::https_required();
                let body = problem.body(request_id.to_str().unwrap_or_default(), now);
                let mut response = http::Response::new(OutBody::Ready(Some(body)));
                *response.status_mut() = problem.status();
                response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                response
            }
        };
        if *request.method() == Method::HEAD {
            crate::envelope::strip_body(&mut response);
        }
        self.headers.add(response.headers_mut(), false);
        response.headers_mut().insert(X_REQUEST_ID, request_id);
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        response
    }

    fn place_of<B>(&self, request: &Request<B>) -> Option<HeaderValue> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        HeaderValue::from_str(&format!("{}{path}", self.to)).ok().filter(|_| path.starts_with('/'))
    }
}

fn led_to(place: HeaderValue) -> http::Response<OutBody> {
    let mut response = http::Response::new(OutBody::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::LOCATION, place);
    response
}
