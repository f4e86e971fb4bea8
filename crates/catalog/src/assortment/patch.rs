//! Changing parts of a product.

use kernel::Origin;
use platform::Context;
use platform::db::WriteTx;

use super::create::document;
use super::draft::{Absent, Draft, VariantsChange};
use super::error::WriteProductError;
use super::load;
use super::model::ProductDocument;
use super::save::{Saved, save};
use crate::products::{ProductChanges, ProductRef};

/// Changes of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchProduct {
    /// Which one.
    pub reference: ProductRef,
    /// The version that the caller knows.
    pub version: i64,
    /// What is absent stays.
    pub product: ProductChanges,
    /// What becomes of the variants.
    pub variants: VariantsChange,
}

/// Changes parts of a product and its variants; what is absent stays. Records `product.updated`, or `product.archived`
/// where that is what became of it; a patch that changes nothing writes and records nothing.
///
/// # Errors
/// `WriteProductError`.
#[tracing::instrument(skip_all)]
pub async fn patch(context: &Context, origin: &Origin, command: PatchProduct) -> Result<ProductDocument, WriteProductError> {
    let tx = context.begin(origin).await?;
    let saved = patch_in(&tx, command).await?;
    let document = document(&tx, &saved).await?;
    tx.commit().await?;
    Ok(document)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// As [`patch`].
pub async fn patch_in(tx: &WriteTx, command: PatchProduct) -> Result<Saved, WriteProductError> {
    change(tx, &command.reference, command.version, (command.product, command.variants), Absent::Stays).await
}

/// Locks the product, refuses a stale version, composes and saves.
pub(super) async fn change(
    tx: &WriteTx,
    reference: &ProductRef,
    version: i64,
    changes: (ProductChanges, VariantsChange),
    absent: Absent,
) -> Result<Saved, WriteProductError> {
    let (stored, mut known) = load::lock(tx, reference).await?.ok_or(WriteProductError::NotFound)?;
    let current = stored.product.version;
    if current != version {
        return Err(WriteProductError::VersionConflict { current });
    }
    load::add_price_lists(tx, &mut known, &changes.1).await?;
    let draft = Draft::compose(Some(&stored), changes, absent, &known)?;
    save(tx, Some(stored), draft).await
}
