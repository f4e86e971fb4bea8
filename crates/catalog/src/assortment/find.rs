//! Finding a product with everything that belongs to it.

use std::collections::HashMap;

use kernel::{Timestamp, VariantId};
use platform::db::{ConnectionTrait, DatabaseError};

use super::model::{ProductDocument, StockedVariant, price_now};
use crate::inventory::{self, Availability};
use crate::listing::Audience;
use crate::media;
use crate::products::{self, ProductRef, ProductStatus};
use crate::variants::{self, Variant};

/// The product by id or slug, with variants, what they cost now, pictures and the ways to its categories: six statements.
/// The public sees products that are for sale and variants that are not archived.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(
    db: &impl ConnectionTrait,
    reference: &ProductRef,
    audience: Audience,
    now: Timestamp,
) -> Result<Option<ProductDocument>, DatabaseError> {
    let Some(loaded) = products::find(db, reference).await? else { return Ok(None) };
    if audience == Audience::Public && loaded.product.content.status != ProductStatus::Active {
        return Ok(None);
    }
    let visible = |variant: &Variant| audience == Audience::Staff || !variant.content.archived;
    let mut variants = variants::of_product(db, loaded.product.id, &loaded.variant_refs).await?;
    variants.retain(visible);
    let ids: Vec<VariantId> = variants.iter().map(|variant| variant.id).collect();
    let stock = inventory::availability(db, &ids).await?;
    let stock: HashMap<VariantId, Availability> = stock.into_iter().map(|(id, availability, _)| (id, availability)).collect();
    let media = media::list_for_products(db, &[loaded.product.id]).await?;
    let stocked = |variant: Variant| StockedVariant {
        availability: stock.get(&variant.id).copied().unwrap_or(Availability::Out),
        price: price_now(&variant, loaded.price_list_id, now),
        variant,
    };
    Ok(Some(ProductDocument {
        variants: variants.into_iter().map(stocked).collect(),
        categories: loaded.categories,
        media,
        product: loaded.product,
    }))
}
