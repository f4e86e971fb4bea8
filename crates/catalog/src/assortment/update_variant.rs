//! Changing one variant of a product.

use kernel::{Origin, VariantId};
use platform::Context;

use super::create_variant::stocked;
use super::draft::{Draft, VariantsChange};
use super::error::WriteProductError;
use super::load;
use super::model::StockedVariant;
use super::save::save;
use crate::products::ProductRef;
use crate::variants::VariantChanges;

/// Changes of a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateVariant {
    /// The product.
    pub product: ProductRef,
    /// The variant.
    pub variant_id: VariantId,
    /// The version of the variant that the caller knows.
    pub version: i64,
    /// What is absent stays.
    pub changes: VariantChanges,
}

/// Changes one variant; what is absent stays. The product's version grows, too, and `product.updated` is recorded.
///
/// # Errors
/// `WriteProductError`; fields are named without a path, as the variant is the whole input.
#[tracing::instrument(skip_all)]
pub async fn update_variant(context: &Context, origin: &Origin, command: UpdateVariant) -> Result<StockedVariant, WriteProductError> {
    let tx = context.begin(origin).await?;
    let (stored, mut known) = load::lock(&tx, &command.product).await?.ok_or(WriteProductError::NotFound)?;
    let variant = stored.variants.iter().find(|variant| variant.id == command.variant_id).ok_or(WriteProductError::VariantNotFound)?;
    let current = variant.version;
    if current != command.version {
        return Err(WriteProductError::VersionConflict { current });
    }
    let change = VariantsChange::Merge(vec![command.changes.clone()]);
    load::add_price_lists(&tx, &mut known, &change).await?;
    let draft =
        Draft::with_variant(&stored, Some(command.variant_id), command.changes, &known).map_err(WriteProductError::of_one_variant)?;
    let saved = save(&tx, Some(stored), draft).await.map_err(WriteProductError::of_one_variant)?;
    let wanted = saved.variants.iter().find(|variant| variant.id == command.variant_id);
    let variant = stocked(&tx, &saved, wanted).await?;
    tx.commit().await?;
    Ok(variant)
}
