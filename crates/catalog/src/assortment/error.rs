//! Why a product is not written.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;

use crate::inventory::SetTrackingError;
use crate::products::StoreProductError;
use crate::variants::StoreVariantError;

/// Why a product and its variants are not written; nothing of the change stays.
#[derive(Debug, thiserror::Error)]
pub enum WriteProductError {
    /// What came from outside cannot be.
    #[error("the product is not valid: {0}")]
    Invalid(#[from] FieldErrors),
    /// No such product.
    #[error("no such product")]
    NotFound,
    /// No such variant of this product.
    #[error("no such variant of this product")]
    VariantNotFound,
    /// Somebody else was faster.
    #[error("the version is {current} by now")]
    VersionConflict {
        /// The version now.
        current: i64,
    },
    /// Another product has the slug that was asked for.
    #[error("another product has this slug")]
    SlugTaken,
    /// Another variant has a SKU that was asked for.
    #[error("another variant has this SKU")]
    SkuTaken {
        /// Which fields asked for it.
        fields: FieldErrors,
    },
    /// Another product or variant has an external reference that was asked for.
    #[error("another product or variant has this external reference")]
    ExternalRefTaken,
    /// An active product without anything that can be bought.
    #[error("an active product needs a variant with a price, an external URL or grouped products")]
    NotSellable,
    /// Stock forbids that a variant is counted in another way.
    #[error(transparent)]
    Tracking(SetTrackingError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl WriteProductError {
    /// The same for a caller that sent one variant alone: its fields have no path before them.
    pub(super) fn of_one_variant(self) -> Self {
        match self {
            Self::Invalid(errors) => Self::Invalid(without_path(errors)),
            Self::SkuTaken { fields } => Self::SkuTaken { fields: without_path(fields) },
            other => other,
        }
    }
}

fn without_path(errors: FieldErrors) -> FieldErrors {
    let mut shorter = FieldErrors::new();
    for (field, messages) in errors.into_map() {
        let of_variant = field.strip_prefix("variants.").and_then(|rest| rest.split_once('.')).map(|(_, field)| field.to_owned());
        let field = of_variant.unwrap_or(field);
        messages.into_iter().for_each(|message| shorter.add(field.clone(), message));
    }
    shorter
}

impl DomainError for WriteProductError {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(errors) => errors.code(),
            Self::NotFound => "product_not_found",
            Self::VariantNotFound => "variant_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::SlugTaken => "slug_taken",
            Self::SkuTaken { .. } => "sku_taken",
            Self::ExternalRefTaken => "external_ref_taken",
            Self::NotSellable => "product_not_sellable",
            Self::Tracking(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(_) | Self::NotSellable => ErrorKind::Rule,
            Self::NotFound | Self::VariantNotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::SlugTaken | Self::SkuTaken { .. } | Self::ExternalRefTaken => ErrorKind::Conflict,
            Self::Tracking(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Invalid(errors) | Self::SkuTaken { fields: errors } => errors.details(),
            Self::SlugTaken => FieldErrors::of("slug", "is taken").into_map(),
            _ => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(format!("{{\"current_version\": {current}}}")),
            _ => None,
        }
    }
}

impl From<StoreProductError> for WriteProductError {
    fn from(error: StoreProductError) -> Self {
        match error {
            StoreProductError::SlugTaken => Self::SlugTaken,
            StoreProductError::ExternalRefTaken => Self::ExternalRefTaken,
            StoreProductError::Database(error) => Self::Database(error),
        }
    }
}

impl From<StoreVariantError> for WriteProductError {
    fn from(error: StoreVariantError) -> Self {
        match error {
            StoreVariantError::SkuTaken => Self::SkuTaken { fields: FieldErrors::of("variants", "a SKU is taken by another variant") },
            StoreVariantError::OptionsTaken => Self::Invalid(FieldErrors::of("variants", "two variants have the same options")),
            StoreVariantError::Database(error) => Self::Database(error),
        }
    }
}

impl From<SetTrackingError> for WriteProductError {
    fn from(error: SetTrackingError) -> Self {
        match error {
            SetTrackingError::Database(error) => Self::Database(error),
            held => Self::Tracking(held),
        }
    }
}
