//! Leading a browser elsewhere.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::problem::Problem;

/// 303: the browser goes on there with GET, and nobody stores where.
#[derive(Debug, Clone)]
pub struct SeeOther(HeaderValue);

impl SeeOther {
    /// Leads to this address.
    ///
    /// # Errors
    /// 500 for a text that can be no address.
    pub fn to(address: &str) -> Result<Self, Problem> {
        HeaderValue::from_str(address).map(Self).map_err(|error| Problem::internal(format!("somebody is led nowhere: {error}")))
    }
}

impl IntoResponse for SeeOther {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SEE_OTHER;
        response.headers_mut().insert(header::LOCATION, self.0);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
