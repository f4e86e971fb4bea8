//! Adding a variant to a product.

use kernel::Origin;
use platform::Context;
use platform::db::WriteTx;

use super::draft::{Draft, VariantsChange};
use super::error::WriteProductError;
use super::find::find;
use super::load;
use super::model::StockedVariant;
use super::save::{Saved, save, vanished};
use crate::listing::Audience;
use crate::products::ProductRef;
use crate::variants::{Variant, VariantChanges};

/// A variant to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateVariant {
    /// The product.
    pub product: ProductRef,
    /// The variant.
    pub variant: VariantChanges,
}

/// Adds a variant behind those that the product has; one with the SKU or options of another is refused. The product's
/// version grows, and `product.updated` is recorded.
///
/// # Errors
/// `WriteProductError`; fields are named without a path, as the variant is the whole input.
#[tracing::instrument(skip_all)]
pub async fn create_variant(context: &Context, origin: &Origin, command: CreateVariant) -> Result<StockedVariant, WriteProductError> {
    let tx = context.begin(origin).await?;
    let (stored, mut known) = load::lock(&tx, &command.product).await?.ok_or(WriteProductError::NotFound)?;
    let change = VariantsChange::Merge(vec![command.variant.clone()]);
    load::add_price_lists(&tx, &mut known, &change).await?;
    let draft = Draft::with_variant(&stored, None, command.variant, &known).map_err(WriteProductError::of_one_variant)?;
    let saved = save(&tx, Some(stored), draft).await.map_err(WriteProductError::of_one_variant)?;
    // The newest one is the last.
    let variant = stocked(&tx, &saved, saved.variants.last()).await?;
    tx.commit().await?;
    Ok(variant)
}

/// One variant of what was written, as staff sees it.
pub(super) async fn stocked(tx: &WriteTx, saved: &Saved, wanted: Option<&Variant>) -> Result<StockedVariant, WriteProductError> {
    let document = find(tx, &ProductRef::Id(saved.product.id), Audience::Staff, tx.now()).await?.ok_or_else(vanished)?;
    let found = document.variants.into_iter().find(|stocked| wanted.is_some_and(|wanted| wanted.id == stocked.variant.id));
    found.ok_or(WriteProductError::VariantNotFound)
}
