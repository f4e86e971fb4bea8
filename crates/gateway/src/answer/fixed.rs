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
    is_kept: bool,
}

impl Fixed {
    /// The document.
    ///
    /// # Errors
    /// 500 where it does not serialise.
    pub fn new<T: Serialize>(document: &T) -> Result<Self, Problem> {
        Ok(Self::of(tag::json(document)?))
    }

    /// The document as it stands in the program.
    #[must_use]
    pub fn text(document: &'static str) -> Self {
        Self::of(Bytes::from_static(document.as_bytes()))
    }

    fn of(body: Bytes) -> Self {
        Self { tag: tag::of(None, &body), body, is_kept: true }
    }

    /// It is so now, and may be otherwise later: anybody may store it for a while, but it is not kept in memory.
    #[must_use]
    pub fn for_now(self) -> Self {
        Self { is_kept: false, ..self }
    }
}

impl IntoResponse for Fixed {
    fn into_response(self) -> Response {
        if self.is_kept { CACHE.of_fixed(self.body, &self.tag) } else { CACHE.response(self.body, &self.tag, Vec::new()) }
    }
}
