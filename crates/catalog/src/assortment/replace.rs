//! Writing a product anew.

use kernel::Origin;
use platform::Context;
use platform::db::WriteTx;

use super::create::document;
use super::draft::{Absent, VariantsChange};
use super::error::WriteProductError;
use super::model::ProductDocument;
use super::patch::change;
use super::save::Saved;
use crate::products::{ProductChanges, ProductRef};
use crate::variants::VariantChanges;

/// A product that is to become this and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplaceProduct {
    /// Which one.
    pub reference: ProductRef,
    /// The version that the caller knows.
    pub version: i64,
    /// The product itself, parsed as a whole one; without a slug it keeps the one it has.
    pub product: ProductChanges,
    /// All its variants, in order: recognised by id, external reference, SKU or options. Others are deleted, or archived
    /// where stock, carts or orders name them.
    pub variants: Vec<VariantChanges>,
}

/// Writes a product anew with all its variants; what is absent gets its default. Records `product.updated`, or
/// `product.archived` where that is what became of it.
///
/// # Errors
/// `WriteProductError`.
#[tracing::instrument(skip_all)]
pub async fn replace(context: &Context, origin: &Origin, command: ReplaceProduct) -> Result<ProductDocument, WriteProductError> {
    let tx = context.begin(origin).await?;
    let saved = replace_in(&tx, command).await?;
    let document = document(&tx, &saved).await?;
    tx.commit().await?;
    Ok(document)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// As [`replace`].
pub async fn replace_in(tx: &WriteTx, command: ReplaceProduct) -> Result<Saved, WriteProductError> {
    let changes = (command.product, VariantsChange::Replace(command.variants));
    change(tx, &command.reference, command.version, changes, Absent::IsDefault).await
}
