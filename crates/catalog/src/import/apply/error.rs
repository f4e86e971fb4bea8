//! Why a record does not come into the shop.

use std::fmt;

use kernel::{DomainError, FieldErrors};
use platform::db::DatabaseError;

use crate::assortment::WriteProductError;
use crate::categories::FindOrCreateCategoryError;
use crate::inventory::AdjustStockError;
use crate::media::AddMediaError;

/// Why a record does not come into the shop; nothing of it stays.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// What it says cannot be; by the paths of the record (`variants.1.sku`).
    #[error("{0}")]
    Refused(FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl ApplyError {
    pub(super) fn of(field: impl Into<String>, message: impl fmt::Display) -> Self {
        Self::Refused(FieldErrors::of(field, message))
    }

    /// What is wrong with the record; an error where the database cannot be asked at all. What the database refuses or
    /// cannot hold is wrong with this one record, and the others go on.
    pub(super) fn refusal(self) -> Result<FieldErrors, DatabaseError> {
        match self {
            Self::Refused(errors) => Ok(errors),
            Self::Database(error @ DatabaseError::Unavailable(_)) => Err(error),
            Self::Database(DatabaseError::Broken(rule, _)) => Ok(FieldErrors::of("", format!("breaks a rule of the database: {rule:?}"))),
            Self::Database(DatabaseError::Fault(error)) => Ok(FieldErrors::of("", format!("the database cannot take it: {error}"))),
        }
    }
}

impl From<FieldErrors> for ApplyError {
    fn from(errors: FieldErrors) -> Self {
        Self::Refused(errors)
    }
}

impl From<WriteProductError> for ApplyError {
    fn from(error: WriteProductError) -> Self {
        match error {
            WriteProductError::Invalid(errors) | WriteProductError::SkuTaken { fields: errors } => Self::Refused(errors),
            WriteProductError::SlugTaken => Self::of("slug", error),
            WriteProductError::ExternalRefTaken => Self::of("external_refs", error),
            WriteProductError::NotSellable => Self::of("status", error),
            WriteProductError::Tracking(_) => Self::of("variants", error),
            WriteProductError::NotFound | WriteProductError::VariantNotFound | WriteProductError::VersionConflict { .. } => {
                Self::of("", "was changed by somebody else at the same time; import it again")
            }
            WriteProductError::Database(error) => Self::Database(error),
        }
    }
}

impl From<FindOrCreateCategoryError> for ApplyError {
    fn from(error: FindOrCreateCategoryError) -> Self {
        match error {
            FindOrCreateCategoryError::Database(error) => Self::Database(error),
            other => Self::of("categories", other),
        }
    }
}

impl From<AddMediaError> for ApplyError {
    fn from(error: AddMediaError) -> Self {
        match error {
            AddMediaError::Database(error) => Self::Database(error),
            other => Self::of("media", other),
        }
    }
}

impl From<AdjustStockError> for ApplyError {
    fn from(error: AdjustStockError) -> Self {
        match error {
            AdjustStockError::Database(error) => Self::Database(error),
            AdjustStockError::Idempotency(error) => Self::of("variants.on_hand", error),
            other => Self::of("variants.on_hand", format!("{other}: {}", other.context().unwrap_or_default())),
        }
    }
}
