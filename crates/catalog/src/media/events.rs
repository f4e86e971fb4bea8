//! What happened to the pictures of a product.

use kernel::{MediaId, ProductId, ProductTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about the pictures of one product; numbered by product, whose row is locked by whoever changes them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MediaEvent {
    /// There is one more.
    Added {
        /// Whose.
        product_id: ProductId,
        /// Which one.
        media_id: MediaId,
    },
    /// One has another alternative text or another place.
    Updated {
        /// Whose.
        product_id: ProductId,
        /// Which one.
        media_id: MediaId,
    },
    /// There is one less.
    Deleted {
        /// Whose.
        product_id: ProductId,
        /// Which one.
        media_id: MediaId,
    },
    /// They stand in another order, or an import brought others.
    Rearranged {
        /// Whose.
        product_id: ProductId,
        /// All of them, in order.
        media_ids: Vec<MediaId>,
    },
}

impl Fact for MediaEvent {
    type Subject = ProductTag;
    const AGGREGATE: &'static str = "product_media";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("product_media.added", "a product got a picture"),
        ("product_media.updated", "a picture or its words were changed"),
        ("product_media.deleted", "a picture was removed"),
        ("product_media.rearranged", "the pictures stand in another order"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Added { .. } => "product_media.added",
            Self::Updated { .. } => "product_media.updated",
            Self::Deleted { .. } => "product_media.deleted",
            Self::Rearranged { .. } => "product_media.rearranged",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Added { product_id, .. }
            | Self::Updated { product_id, .. }
            | Self::Deleted { product_id, .. }
            | Self::Rearranged { product_id, .. } => product_id.uuid(),
        }
    }
}
