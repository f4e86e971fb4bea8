//! Looking up what a product points at: categories, products, pictures, and SKUs that others have.

use std::collections::HashSet;

use kernel::{FieldErrors, ProductId};
use platform::db::WriteTx;

use super::draft::{Draft, Stored};
use super::error::WriteProductError;
use crate::{media, products, variants};

/// Names every reference that leads nowhere and every SKU that another product's variant has. Only what changes is asked
/// for, and foreign and unique keys have the last word.
pub(super) async fn check(tx: &WriteTx, id: ProductId, stored: Option<&Stored>, draft: &Draft) -> Result<(), WriteProductError> {
    let before = stored.map(|stored| &stored.product.content);
    let mut errors = FieldErrors::new();
    let content = &draft.content;
    if before.is_none_or(|before| before.category_ids != content.category_ids) {
        for place in products::unknown_categories(tx, &content.category_ids).await? {
            errors.add(format!("category_ids.{place}"), "unknown category");
        }
    }
    if before.is_none_or(|before| before.relations != content.relations) {
        let related: Vec<ProductId> = content.relations.iter().map(|relation| relation.product_id).collect();
        for place in products::unknown_products(tx, &related).await? {
            errors.add(format!("relations.{place}.product_id"), "unknown product");
        }
        for (place, _) in related.iter().enumerate().filter(|(_, related)| **related == id) {
            errors.add(format!("relations.{place}.product_id"), "is the product itself");
        }
    }
    check_media(tx, id, stored, draft, &mut errors).await?;
    errors.finish(|| Some(()))?;
    check_skus(tx, id, stored, draft).await
}

async fn check_media(
    tx: &WriteTx,
    id: ProductId,
    stored: Option<&Stored>,
    draft: &Draft,
    errors: &mut FieldErrors,
) -> Result<(), WriteProductError> {
    let variants = stored.map_or(&[][..], |stored| &stored.variants);
    let known: HashSet<_> = variants.iter().filter_map(|variant| variant.content.media_id).collect();
    let new = draft.variants.iter().enumerate().filter_map(|(place, variant)| Some((place, variant.content.media_id?)));
    let new: Vec<_> = new.filter(|(_, media)| !known.contains(media)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let of_product: HashSet<_> = media::list_for_products(tx, &[id]).await?.into_iter().map(|media| media.id).collect();
    for (place, _) in new.iter().filter(|(_, media)| !of_product.contains(media)) {
        errors.add(format!("variants.{place}.media_id"), "unknown media of this product");
    }
    Ok(())
}

async fn check_skus(tx: &WriteTx, id: ProductId, stored: Option<&Stored>, draft: &Draft) -> Result<(), WriteProductError> {
    let variants = stored.map_or(&[][..], |stored| &stored.variants);
    let own: HashSet<&str> = variants.iter().filter_map(|variant| variant.content.sku.as_deref()).collect();
    let wanted = draft.variants.iter().filter_map(|variant| variant.content.sku.as_deref());
    let wanted: Vec<&str> = wanted.filter(|sku| !own.contains(sku)).collect();
    let taken = variants::taken_skus(tx, id, &wanted).await?;
    let mut fields = FieldErrors::new();
    for (place, variant) in draft.variants.iter().enumerate() {
        if let Some(sku) = variant.content.sku.as_ref().filter(|sku| taken.contains(sku)) {
            fields.add(format!("variants.{place}.sku"), format!("{sku} is the SKU of another variant"));
        }
    }
    if fields.is_empty() { Ok(()) } else { Err(WriteProductError::SkuTaken { fields }) }
}
