//! Why a collection stays as it is.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;

use super::model::MOST_PRODUCTS;

/// Why nothing is written.
#[derive(Debug, thiserror::Error)]
pub enum CollectionError {
    /// There is none of this id.
    #[error("no such collection")]
    NotFound,
    /// Somebody changed it since.
    #[error("the collection was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Another collection has the slug.
    #[error("another collection has this slug")]
    SlugTaken,
    /// Rules put products into it, and nobody else.
    #[error("rules decide what is in this collection")]
    NotManual,
    /// It would have more products than a collection may.
    #[error("a collection has at most {MOST_PRODUCTS} products")]
    TooManyProducts,
    /// The product is not in it.
    #[error("the product is not in this collection")]
    ProductNotInIt,
    /// What came from outside does not fit.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CollectionError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "collection_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::SlugTaken => "slug_taken",
            Self::NotManual => "collection_not_manual",
            Self::TooManyProducts => "too_many_products",
            Self::ProductNotInIt => "product_not_found",
            Self::Input(errors) => errors.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::ProductNotInIt => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::SlugTaken | Self::NotManual | Self::TooManyProducts => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::SlugTaken => FieldErrors::of("slug", self).into_map(),
            Self::Input(errors) => errors.details(),
            Self::NotFound
            | Self::VersionConflict { .. }
            | Self::NotManual
            | Self::TooManyProducts
            | Self::ProductNotInIt
            | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound
            | Self::SlugTaken
            | Self::NotManual
            | Self::TooManyProducts
            | Self::ProductNotInIt
            | Self::Input(_)
            | Self::Database(_) => None,
        }
    }
}
