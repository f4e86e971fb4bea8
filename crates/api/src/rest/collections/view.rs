//! What readers of collections ask for and get.

use catalog::collections::{Collection, CollectionKind, CollectionQuery, CollectionStatus};
use catalog::listing::Audience;
use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, Problem};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::rules::CollectionRules;
use crate::schema;

/// The list of collections.
pub(super) struct Collections;

impl ListRoute for Collections {
    const SPEC: ListSpec = ListSpec {
        sorts: &["position", "name", "created_at", "updated_at"],
        default_sort: "position",
        filters: &[("status", FilterKind::OneOf(CollectionStatus::WORDS)), ("kind", FilterKind::OneOf(CollectionKind::WORDS))],
        includes: &[],
    };
}

/// The query of the use case; nothing where this audience sees none of what is asked for.
pub(super) fn query(list: &ListQuery, audience: Audience) -> Result<CollectionQuery, Problem> {
    let kinds = list.filters.parsed("kind").unwrap_or_default();
    let statuses = list.filters.parsed("status").unwrap_or_default();
    // Several columns make no order that anybody could mean here.
    let sort = list.sort_text.parse().map_err(|error| Problem::invalid_query().detail("sort", error))?;
    Ok(CollectionQuery { is_public: audience == Audience::Public, statuses, kinds, sort, page: list.page.clone() })
}

/// A collection.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CollectionView {
    /// Its id (`coll_…`).
    #[schema(value_type = schema::CollectionId)]
    id: String,
    /// Grows with each change, also of what staff put into it.
    version: i64,
    /// Its name in addresses.
    slug: String,
    /// What people call it.
    name: String,
    /// HTML without scripts; may be empty.
    description: String,
    /// Whether customers see it.
    #[schema(value_type = schema::CollectionStatus)]
    status: &'static str,
    /// By whom products are put into it.
    #[schema(value_type = schema::CollectionKind)]
    kind: &'static str,
    /// Which products are in it, where rules say so; for `products:read` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<CollectionRules>,
    /// Its place among collections.
    position: i64,
    /// What search engines show as its title.
    seo_title: Option<String>,
    /// What search engines show below it.
    seo_description: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl CollectionView {
    /// The collection as this audience sees it.
    pub(super) fn of(collection: Collection, audience: Audience) -> Self {
        Self {
            id: collection.id.to_string(),
            version: collection.version,
            slug: collection.slug.into(),
            name: collection.name,
            description: collection.description,
            status: collection.status.as_str(),
            kind: collection.contents.kind().as_str(),
            rules: collection.contents.rules().filter(|_| audience == Audience::Staff).map(CollectionRules::from),
            position: collection.position,
            seo_title: collection.seo_title,
            seo_description: collection.seo_description,
            created_at: collection.created_at,
            updated_at: collection.updated_at,
        }
    }
}
