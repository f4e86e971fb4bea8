//! What happened to collections.

use kernel::{CollectionId, CollectionTag, Slug};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::{Collection, CollectionKind, CollectionStatus};

/// A fact about a collection.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum CollectionEvent {
    /// There is a new one.
    Created(CollectionSnapshot),
    /// Something about it is another, or staff put other products into it.
    Updated(CollectionSnapshot),
    /// It is gone.
    Deleted(CollectionSnapshot),
}

/// How the collection stood after the fact (before it, where it was deleted).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CollectionSnapshot {
    /// Which one.
    pub collection_id: CollectionId,
    /// Its name in addresses.
    pub slug: Slug,
    /// Whether customers see it.
    pub status: CollectionStatus,
    /// By whom products are put into it.
    pub kind: CollectionKind,
    /// Its version.
    pub collection_version: i64,
}

impl From<&Collection> for CollectionSnapshot {
    fn from(collection: &Collection) -> Self {
        Self {
            collection_id: collection.id,
            slug: collection.slug.clone(),
            status: collection.status,
            kind: collection.contents.kind(),
            collection_version: collection.version,
        }
    }
}

impl Fact for CollectionEvent {
    type Subject = CollectionTag;
    const AGGREGATE: &'static str = "collection";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("collection.created", "a collection was made"),
        ("collection.updated", "a collection, or what staff put into it, was changed"),
        ("collection.deleted", "a collection was removed"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "collection.created",
            Self::Updated(_) => "collection.updated",
            Self::Deleted(_) => "collection.deleted",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created(of) | Self::Updated(of) | Self::Deleted(of) => of.collection_id.uuid(),
        }
    }
}
