//! Deleting a product that was never sold.

use kernel::{DomainError, ErrorKind, Origin, ProductId, VariantId};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::draft::Stored;
use super::{load, remove};
use crate::products::{self, ProductEvent, ProductRef};

/// A product to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteProduct {
    /// Which one.
    pub reference: ProductRef,
    /// The version that the caller knows.
    pub version: i64,
}

/// Why a product is not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteProductError {
    /// No such product.
    #[error("no such product")]
    NotFound,
    /// Somebody else was faster.
    #[error("the version is {current} by now")]
    VersionConflict {
        /// The version now.
        current: i64,
    },
    /// Stock, a cart or an order names one of its variants.
    #[error("the product was sold, stocked or put into a cart; archive it instead")]
    InUse,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for DeleteProductError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "product_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::InUse => "product_in_use",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::InUse => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(format!("{{\"current_version\": {current}}}")),
            _ => None,
        }
    }
}

/// Deletes a product with its variants, prices and pictures, and records `product.deleted`. What was ever stocked, held or
/// sold is refused: ledgers and orders name it for good.
///
/// # Errors
/// `DeleteProductError` names what is wrong.
#[tracing::instrument(skip_all)]
pub async fn delete(context: &Context, origin: &Origin, command: DeleteProduct) -> Result<(), DeleteProductError> {
    let tx = context.begin(origin).await?;
    delete_in(&tx, command).await?;
    Ok(tx.commit().await?)
}

/// The same inside a transaction of the caller; answers which product it was.
///
/// # Errors
/// As [`delete`].
pub async fn delete_in(tx: &WriteTx, command: DeleteProduct) -> Result<ProductId, DeleteProductError> {
    let (stored, _) = load::lock(tx, &command.reference).await?.ok_or(DeleteProductError::NotFound)?;
    let Stored { product, variants } = stored;
    let current = product.version;
    if current != command.version {
        return Err(DeleteProductError::VersionConflict { current });
    }
    let ids: Vec<VariantId> = variants.iter().map(|variant| variant.id).collect();
    if !remove::delete_all(tx, &ids).await? {
        return Err(DeleteProductError::InUse);
    }
    products::delete(tx, product.id).await?;
    let fact = ProductEvent::Deleted { product_id: product.id, slug: product.slug.to_string() };
    outbox::record(tx, &fact).await?;
    audit::record(tx, &audit::Entry::of("product.deleted", product.id).before(&product.content)).await?;
    Ok(product.id)
}
