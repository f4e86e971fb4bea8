//! Facts about products.

use kernel::{ProductId, ProductTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::{Product, ProductStatus};

/// What happened to a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ProductEvent {
    /// It was made, with its variants.
    Created {
        /// The product.
        product_id: ProductId,
        /// Its part of the URL.
        slug: String,
        /// Whether it is sold.
        status: ProductStatus,
    },
    /// It or its variants were changed.
    Updated {
        /// The product.
        product_id: ProductId,
        /// Its part of the URL now.
        slug: String,
        /// Whether it is sold now.
        status: ProductStatus,
        /// Its version now.
        version: i64,
        /// The names of the fields that changed; `variants` stands for anything about them.
        changed: Vec<String>,
    },
    /// It is sold no more.
    Archived {
        /// The product.
        product_id: ProductId,
        /// Its version now.
        version: i64,
        /// The names of the fields that changed.
        changed: Vec<String>,
    },
    /// One of its prices began or ended by the clock.
    Repriced {
        /// The product.
        product_id: ProductId,
    },
    /// It is gone: it was never sold.
    Deleted {
        /// The product.
        product_id: ProductId,
        /// What its part of the URL was.
        slug: String,
    },
}

impl ProductEvent {
    /// The fact that a product was made.
    #[must_use]
    pub fn created(product: &Product) -> Self {
        Self::Created { product_id: product.id, slug: product.slug.to_string(), status: product.content.status }
    }

    /// The fact that a product was changed: archived, where that is what changed.
    #[must_use]
    pub fn changed(before: ProductStatus, product: &Product, changed: Vec<String>) -> Self {
        let (product_id, version, status) = (product.id, product.version, product.content.status);
        if status == ProductStatus::Archived && before != status {
            Self::Archived { product_id, version, changed }
        } else {
            Self::Updated { product_id, slug: product.slug.to_string(), status, version, changed }
        }
    }
}

impl Fact for ProductEvent {
    type Subject = ProductTag;
    const AGGREGATE: &'static str = "product";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("product.created", "a product was made"),
        ("product.updated", "a product or one of its variants was changed"),
        ("product.archived", "a product is no longer sold"),
        ("product.repriced", "one of its prices began or ended by the clock"),
        ("product.deleted", "a product that was never sold was removed"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "product.created",
            Self::Updated { .. } => "product.updated",
            Self::Archived { .. } => "product.archived",
            Self::Repriced { .. } => "product.repriced",
            Self::Deleted { .. } => "product.deleted",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created { product_id, .. }
            | Self::Updated { product_id, .. }
            | Self::Archived { product_id, .. }
            | Self::Repriced { product_id }
            | Self::Deleted { product_id, .. } => product_id.uuid(),
        }
    }
}
