//! Redirects on the wire.

use catalog::redirects::{Redirect, RedirectInput, RedirectQuery};
use gateway::{FilterKind, ListQuery, ListRoute, ListSpec};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of redirects.
pub(super) struct Redirects;

impl ListRoute for Redirects {
    const SPEC: ListSpec = ListSpec { filters: &[("from", FilterKind::Text)], ..ListSpec::PLAIN };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> RedirectQuery {
    let descending = list.sort.first().is_none_or(|key| key.descending);
    RedirectQuery { begins: list.filters.text("from").map(str::to_owned), descending, page: list.page.clone() }
}

/// A new redirect.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RedirectIn {
    /// A path of the storefront that is not there any more, without query and fragment.
    #[schema(min_length = 2, max_length = 2_048, example = "/old-page")]
    from: String,
    /// Where it leads: a path of the storefront, or an absolute `https` URL.
    #[schema(min_length = 1, max_length = 2_048, example = "/new-page")]
    to: String,
    /// 301 for good, 302 for now. Absent: 301.
    #[schema(minimum = 301, maximum = 302)]
    status: Option<i64>,
}

impl From<RedirectIn> for RedirectInput {
    fn from(RedirectIn { from, to, status }: RedirectIn) -> Self {
        Self { from: Some(from), to: Some(to), status }
    }
}

/// What changes of a redirect; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RedirectPatch {
    /// A path of the storefront that is not there any more, without query and fragment.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 2, max_length = 2_048)]
    from: Option<String>,
    /// Where it leads: a path of the storefront, or an absolute `https` URL.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 2_048)]
    to: Option<String>,
    /// 301 for good, 302 for now.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 301, maximum = 302)]
    status: Option<i64>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl From<RedirectPatch> for RedirectInput {
    fn from(RedirectPatch { from, to, status, version: _ }: RedirectPatch) -> Self {
        Self { from, to, status }
    }
}

/// A path that leads elsewhere.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RedirectView {
    /// Its id (`redir_…`).
    #[schema(value_type = schema::RedirectId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// The path, in its one form.
    from: String,
    /// Where it leads.
    to: String,
    /// 301 for good, 302 for now.
    status: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Redirect> for RedirectView {
    fn from(redirect: Redirect) -> Self {
        Self {
            id: redirect.id.to_string(),
            version: redirect.version,
            from: redirect.from.as_str().to_owned(),
            to: redirect.to.as_str().to_owned(),
            status: status(&redirect),
            created_at: redirect.created_at,
            updated_at: redirect.updated_at,
        }
    }
}

/// Where a page sends whoever asks for a path.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ResolvedRedirectView {
    /// The path, in its one form.
    from: String,
    /// What `Location` says: a path of the storefront, or an absolute `https` URL.
    to: String,
    /// What to answer: 301 or 302.
    status: i64,
}

impl From<Redirect> for ResolvedRedirectView {
    fn from(redirect: Redirect) -> Self {
        Self { from: redirect.from.as_str().to_owned(), to: redirect.to.as_str().to_owned(), status: status(&redirect) }
    }
}

const fn status(redirect: &Redirect) -> i64 {
    if redirect.is_permanent { 301 } else { 302 }
}

/// The path that somebody asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResolveParams {
    pub(super) path: Option<String>,
}
