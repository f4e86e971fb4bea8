//! Taking a product off sale for good.

use kernel::Origin;
use platform::Context;
use platform::db::WriteTx;

use super::draft::VariantsChange;
use super::error::WriteProductError;
use super::model::ProductDocument;
use super::patch::{PatchProduct, patch, patch_in};
use super::save::Saved;
use crate::products::{ProductChanges, ProductRef, ProductStatus};

/// A product to be archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveProduct {
    /// Which one.
    pub reference: ProductRef,
    /// The version that the caller knows.
    pub version: i64,
}

impl ArchiveProduct {
    fn into_patch(self) -> PatchProduct {
        let Self { reference, version } = self;
        PatchProduct { reference, version, product: ProductChanges::of_status(ProductStatus::Archived), variants: VariantsChange::Keep }
    }
}

/// Archives a product: customers see it no more, orders that name it keep it. Records `product.archived`.
///
/// # Errors
/// `WriteProductError`: `NotFound`, `VersionConflict`.
pub async fn archive(context: &Context, origin: &Origin, command: ArchiveProduct) -> Result<ProductDocument, WriteProductError> {
    patch(context, origin, command.into_patch()).await
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// As [`archive`].
pub async fn archive_in(tx: &WriteTx, command: ArchiveProduct) -> Result<Saved, WriteProductError> {
    patch_in(tx, command.into_patch()).await
}
