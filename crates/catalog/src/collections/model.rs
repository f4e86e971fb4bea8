//! What a collection is.

use kernel::{CollectionId, Slug, Timestamp, text_enum};
use serde::Serialize;

use super::rules::Rules;

/// More products than anybody arranges by hand; bounds what one request writes.
pub(super) const MOST_PRODUCTS: usize = 10_000;

/// Far beyond any number of collections, and far from overflow when one more is put behind.
const MAX_POSITION: i64 = 1_000_000;

text_enum! {
    /// Whether customers see a collection.
    pub enum CollectionStatus {
        /// Being put together; customers do not see it.
        Draft = "draft",
        /// Shown.
        Active = "active",
    }
}

text_enum! {
    /// By whom products are put into a collection.
    pub enum CollectionKind {
        /// By staff, one by one, in an order of their own.
        Manual = "manual",
        /// By rules.
        Rules = "rules",
    }
}

/// What is in a collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Contents {
    /// The products that staff put into it.
    Manual,
    /// The products of which these hold.
    Rules(Rules),
}

impl Contents {
    /// By whom products are put into it.
    #[must_use]
    pub const fn kind(&self) -> CollectionKind {
        match self {
            Self::Manual => CollectionKind::Manual,
            Self::Rules(_) => CollectionKind::Rules,
        }
    }

    /// The rules, where it has some.
    #[must_use]
    pub const fn rules(&self) -> Option<&Rules> {
        match self {
            Self::Manual => None,
            Self::Rules(rules) => Some(rules),
        }
    }
}

/// Products under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Collection {
    /// Its id.
    pub id: CollectionId,
    /// Its name in addresses.
    pub slug: Slug,
    /// What people call it.
    pub name: String,
    /// HTML, cleaned; may be empty.
    pub description: String,
    /// Whether customers see it.
    pub status: CollectionStatus,
    /// What is in it.
    pub contents: Contents,
    /// Its place among collections; equal ones stand in the order in which they were made.
    pub position: i64,
    /// What search engines show as its title.
    pub seo_title: Option<String>,
    /// What search engines show below it.
    pub seo_description: Option<String>,
    /// Grows with each change of its own and of what staff put into it.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Collection {
    /// The collection under its next version.
    pub(super) fn next(self, now: Timestamp) -> Self {
        Self { version: self.version + 1, updated_at: now, ..self }
    }
}

/// A collection as callers name it: by id or by slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CollectionRef {
    /// `coll_…`.
    Id(CollectionId),
    /// `summer-sale`.
    Slug(Slug),
}

impl CollectionRef {
    /// Reads either; no slug looks like an id, because slugs have no underscore. What is neither names no collection.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().map(Self::Id).ok().or_else(|| Slug::parse(text).map(Self::Slug).ok())
    }
}

pub(super) fn in_range(position: i64) -> Result<i64, &'static str> {
    if (0..=MAX_POSITION).contains(&position) { Ok(position) } else { Err("must be between 0 and 1000000") }
}

/// The place behind the last collection.
pub(super) fn behind(last: Option<i64>) -> i64 {
    last.map_or(0, |last| (last + 1).min(MAX_POSITION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collection_is_named_by_id_or_slug() {
        let id = CollectionId::generate();
        assert_eq!(CollectionRef::parse(&id.to_string()), Some(CollectionRef::Id(id)));
        assert_eq!(CollectionRef::parse("summer"), Some(CollectionRef::Slug(Slug::parse("summer").expect("a slug"))));
        for neither in ["", "cat_01h455vb4pex5vsknk084sn02q", "Summer Sale"] {
            assert_eq!(CollectionRef::parse(neither), None, "{neither}");
        }
    }

    #[test]
    fn a_new_collection_stands_behind_the_others_as_far_as_places_go() {
        assert_eq!([None, Some(0), Some(1_000_000)].map(behind), [0, 1, 1_000_000]);
        assert_eq!((in_range(0), in_range(-1).is_err(), in_range(1_000_001).is_err()), (Ok(0), true, true));
    }
}
