//! Deleting one variant of a product.

use kernel::{DomainError, ErrorKind, Origin, VariantId};
use platform::Context;

use super::draft::Draft;
use super::error::WriteProductError;
use super::save::save;
use super::{load, remove};
use crate::products::ProductRef;

/// A variant to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteVariant {
    /// The product.
    pub product: ProductRef,
    /// The variant.
    pub variant_id: VariantId,
    /// The version of the variant that the caller knows.
    pub version: i64,
}

/// Why a variant is not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteVariantError {
    /// Stock, a cart or an order names it.
    #[error("the variant was sold, stocked or put into a cart; archive it instead")]
    InUse,
    /// The product cannot do without it, or cannot be had.
    #[error(transparent)]
    Product(#[from] WriteProductError),
}

impl DomainError for DeleteVariantError {
    fn code(&self) -> &'static str {
        match self {
            Self::InUse => "variant_in_use",
            Self::Product(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::InUse => ErrorKind::Conflict,
            Self::Product(error) => error.kind(),
        }
    }

    fn details(&self) -> std::collections::BTreeMap<String, Vec<String>> {
        match self {
            Self::InUse => std::collections::BTreeMap::new(),
            Self::Product(error) => error.details(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::InUse => None,
            Self::Product(error) => error.context(),
        }
    }
}

/// Deletes a variant for good. What was ever stocked, held or sold is refused, and so is the last variant that an active
/// product can be bought by. The product's version grows, and `product.updated` is recorded.
///
/// # Errors
/// `DeleteVariantError` names what is wrong.
#[tracing::instrument(skip_all)]
pub async fn delete_variant(context: &Context, origin: &Origin, command: DeleteVariant) -> Result<(), DeleteVariantError> {
    let tx = context.begin(origin).await.map_err(WriteProductError::from)?;
    let loaded = load::lock(&tx, &command.product).await.map_err(WriteProductError::from)?;
    let (stored, known) = loaded.ok_or(WriteProductError::NotFound)?;
    let variant = stored.variants.iter().find(|variant| variant.id == command.variant_id).ok_or(WriteProductError::VariantNotFound)?;
    let current = variant.version;
    if current != command.version {
        return Err(WriteProductError::VersionConflict { current }.into());
    }
    if !remove::delete_all(&tx, &[command.variant_id]).await.map_err(WriteProductError::from)? {
        return Err(DeleteVariantError::InUse);
    }
    let draft = Draft::without_variant(&stored, command.variant_id, &known)?;
    save(&tx, Some(stored), draft).await?;
    Ok(tx.commit().await.map_err(WriteProductError::from)?)
}
