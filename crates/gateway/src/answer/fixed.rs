//! JSON that is the same for as long as the process lives.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;

use super::cache::Cache;
use super::tag;
use crate::problem::Problem;

/// How long anybody may keep it: another version of the program may answer otherwise.
const CACHE: Cache = Cache::Public { max_age_seconds: 300 };

/// 200 with a document that was made once: neither serialised nor, out of memory, compressed for each request.
///
/// It has no envelope, because its form is somebody else's: OpenAPI's, or that of JSON Web Key sets.
#[derive(Debug, Clone)]
pub struct Fixed {
    body: Bytes,
    tag: String,
}

impl Fixed {
    /// The document.
    ///
    /// # Errors
    /// 500 where it does not serialise.
    pub fn new<T: Serialize>(document: &T) -> Result<Self, Problem> {
        let body = tag::json(document)?;
        let tag = tag::of(None, &body);
        Ok(Self { body, tag })
    }
}

impl IntoResponse for Fixed {
    fn into_response(self) -> Response {
        CACHE.of_fixed(self.body, &self.tag)
    }
}
