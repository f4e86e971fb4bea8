//! Making a product.

use kernel::Origin;
use platform::Context;
use platform::db::WriteTx;

use super::draft::{Absent, Draft, VariantsChange};
use super::error::WriteProductError;
use super::find::find;
use super::load;
use super::model::ProductDocument;
use super::save::{Saved, save, vanished};
use crate::listing::Audience;
use crate::products::{ProductChanges, ProductRef};
use crate::variants::VariantChanges;

/// A product to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateProduct {
    /// The product itself, parsed as a whole one.
    pub product: ProductChanges,
    /// Its variants, in order.
    pub variants: Vec<VariantChanges>,
}

/// Makes a product with its variants, prices and stock levels, lists it, and records `product.created`: all or nothing.
///
/// # Errors
/// `WriteProductError`: `Invalid`, `SlugTaken`, `SkuTaken`, `ExternalRefTaken`, `NotSellable`.
#[tracing::instrument(skip_all)]
pub async fn create(context: &Context, origin: &Origin, command: CreateProduct) -> Result<ProductDocument, WriteProductError> {
    let tx = context.begin(origin).await?;
    let saved = create_in(&tx, command).await?;
    let document = document(&tx, &saved).await?;
    tx.commit().await?;
    Ok(document)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// As [`create`].
pub async fn create_in(tx: &WriteTx, command: CreateProduct) -> Result<Saved, WriteProductError> {
    let variants = VariantsChange::Replace(command.variants);
    let mut known = load::default_price_list(tx).await?;
    load::add_price_lists(tx, &mut known, &variants).await?;
    let draft = Draft::compose(None, (command.product, variants), Absent::IsDefault, &known)?;
    save(tx, None, draft).await
}

/// What was written, as staff sees it.
pub(super) async fn document(tx: &WriteTx, saved: &Saved) -> Result<ProductDocument, WriteProductError> {
    let found = find(tx, &ProductRef::Id(saved.product.id), Audience::Staff, tx.now()).await?;
    Ok(found.ok_or_else(vanished)?)
}
