//! Answers with a page of a list.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use kernel::Page;
use serde::Serialize;

use super::cache::Cache;
use super::one::json_response;
use super::{select, tag};
use crate::problem::Problem;
use crate::query::ListQuery;
use crate::schema::{ListEnvelope, ListLinks, ListMeta};

/// 200 with one page in the envelope, its place and its neighbours; the tag is the hash of the bytes.
#[derive(Debug, Clone)]
pub struct List<T> {
    rows: Vec<T>,
    meta: ListMeta,
    links: ListLinks,
    fields: Option<Vec<&'static str>>,
    cache: Cache,
}

impl<T: Serialize> List<T> {
    /// The page that this query asked for.
    #[must_use]
    pub fn of(page: Page<T>, query: &ListQuery) -> Self {
        let (meta, links) = query.links.describe(&page, &query.page);
        Self { rows: page.items, meta, links, fields: query.fields.clone(), cache: Cache::Private }
    }

    /// Who may store it; the client alone unless told otherwise.
    #[must_use]
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = cache;
        self
    }

    fn render(self) -> Result<Response, Problem> {
        let Self { rows, meta, links, fields, cache } = self;
        let body = match fields {
            Some(fields) => {
                let data = rows.iter().map(|row| select::only(row, &fields)).collect::<Result<_, _>>()?;
                tag::json(&ListEnvelope { data, meta, links })?
            }
            None => tag::json(&ListEnvelope { data: rows, meta, links })?,
        };
        let tag = tag::of(None, &body);
        let mut response = json_response(StatusCode::OK, body);
        response.headers_mut().extend(tag::header(&tag).map(|tag| (header::ETAG, tag)));
        cache.apply(response.headers_mut());
        Ok(response)
    }
}

impl<T: Serialize> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        self.render().unwrap_or_else(Problem::into_response)
    }
}
