//! Answers with a page of a list.

use axum::response::{IntoResponse, Response};
use kernel::Page;
use platform::cache::Tag;
use serde::Serialize;
use utoipa::ToSchema;

use super::cache::Cache;
use super::tag;
use crate::problem::Problem;
use crate::query::ListQuery;
use crate::schema::{ListEnvelope, ListLinks, ListMeta};
use crate::sparse;

/// 200 with one page in the envelope, its place and its neighbours; the tag is the hash of the bytes.
#[derive(Debug, Clone)]
pub struct List<T> {
    rows: Vec<T>,
    meta: ListMeta,
    links: ListLinks,
    cache: Cache,
    tags: Vec<Tag>,
}

impl<T: Serialize + ToSchema> List<T> {
    /// The page that this query asked for.
    #[must_use]
    pub fn of(page: Page<T>, query: &ListQuery) -> Self {
        let (meta, links) = query.links.describe(&page, &query.page);
        Self { rows: page.items, meta, links, cache: Cache::Private, tags: Vec::new() }
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
        let Self { rows, meta, links, cache, tags } = self;
        let body = match sparse::wanted::<T>()? {
            Some(fields) => {
                let data = rows.iter().map(|row| sparse::only(row, &fields)).collect::<Result<_, _>>()?;
                tag::json(&ListEnvelope { data, meta, links })?
            }
            None => tag::json(&ListEnvelope { data: rows, meta, links })?,
        };
        let tag = tag::of(None, &body);
        Ok(cache.response(body, &tag, tags))
    }
}

impl<T: Serialize + ToSchema> IntoResponse for List<T> {
    fn into_response(self) -> Response {
        self.render().unwrap_or_else(Problem::into_response)
    }
}
