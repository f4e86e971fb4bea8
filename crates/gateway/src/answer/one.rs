//! Answers with a single resource.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use platform::cache::Tag;
use serde::Serialize;
use utoipa::ToSchema;

use super::cache::Cache;
use super::tag;
use crate::problem::Problem;
use crate::schema::Envelope;
use crate::sparse;

/// 200 with one resource in the envelope, and its tag.
#[derive(Debug, Clone)]
pub struct One<T> {
    view: T,
    version: Option<i64>,
    cache: Cache,
    tags: Vec<Tag>,
}

impl<T: Serialize + ToSchema> One<T> {
    /// A resource that people edit: the tag begins with its version, which an edit hands back in `If-Match`.
    pub fn versioned(view: T, version: i64) -> Self {
        Self { view, version: Some(version), cache: Cache::Private, tags: Vec::new() }
    }

    /// A resource without a version; the tag is the hash of its bytes.
    pub fn plain(view: T) -> Self {
        Self { view, version: None, cache: Cache::Private, tags: Vec::new() }
    }

    /// Who may store it; the client alone unless told otherwise.
    #[must_use]
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = cache;
        self
    }

    /// What it shows: a change of any of it makes the answer untrue. Without a word of it, it is not kept in memory.
    #[must_use]
    pub fn shows(mut self, tags: impl IntoIterator<Item = Tag>) -> Self {
        self.tags.extend(tags);
        self
    }

    fn render(self) -> Result<Response, Problem> {
        let body = match sparse::wanted::<T>()? {
            Some(fields) => tag::json(&Envelope { data: sparse::only(&self.view, &fields)? })?,
            None => tag::json(&Envelope { data: &self.view })?,
        };
        let tag = tag::of(self.version, &body);
        Ok(self.cache.response(body, &tag, self.tags))
    }
}

impl<T: Serialize + ToSchema> IntoResponse for One<T> {
    fn into_response(self) -> Response {
        self.render().unwrap_or_else(Problem::into_response)
    }
}

/// 201 with the new resource in the envelope, its tag and its address.
#[derive(Debug, Clone)]
pub struct Created<T> {
    one: One<T>,
    location: Option<String>,
}

impl<T: Serialize + ToSchema> Created<T> {
    /// A new resource that people edit.
    pub fn versioned(view: T, version: i64) -> Self {
        Self { one: One::versioned(view, version).cache(Cache::NoStore), location: None }
    }

    /// A new resource without a version.
    pub fn plain(view: T) -> Self {
        Self { one: One::plain(view).cache(Cache::NoStore), location: None }
    }

    /// Where it can be read: `Location`.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.location = Some(path.into());
        self
    }
}

impl<T: Serialize + ToSchema> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        let mut response = self.one.render().unwrap_or_else(Problem::into_response);
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::CREATED;
            let location = self.location.and_then(|path| HeaderValue::from_str(&path).ok());
            response.headers_mut().extend(location.map(|path| (header::LOCATION, path)));
        }
        response
    }
}

/// Ready JSON as a response.
pub(super) fn json_response(status: StatusCode, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
