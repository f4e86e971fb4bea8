//! Finding a product with everything that belongs to it.

use std::collections::HashMap;

use kernel::{PriceListId, Slug, Timestamp, VariantId};
use platform::db::{ConnectionTrait, DatabaseError};

use super::model::{ProductDocument, StockedVariant, price_now};
use crate::inventory::{self, Availability};
use crate::listing::Audience;
use crate::products::{self, ProductRef, ProductStatus};
use crate::variants::{self, Variant};
use crate::{media, redirects};

/// The product by id or slug, with variants, what they cost now, pictures and the ways to its categories: five statements.
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
    if !sees(audience, loaded.product.content.status) {
        return Ok(None);
    }
    let variants = variants::of_product(db, loaded.product.id, &loaded.variant_refs).await?;
    let variants = stocked(db, variants, loaded.price_list_id, audience, now).await?;
    let media = media::list_for_products(db, &[loaded.product.id]).await?;
    Ok(Some(ProductDocument { variants, categories: loaded.categories, media, product: loaded.product }))
}

/// The variants of a product by id or slug, as [`find`] has them: three statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_variants(
    db: &impl ConnectionTrait,
    reference: &ProductRef,
    audience: Audience,
    now: Timestamp,
) -> Result<Option<Vec<StockedVariant>>, DatabaseError> {
    let owner = products::find_owner(db, reference).await?.filter(|owner| sees(audience, owner.status));
    let Some(owner) = owner else { return Ok(None) };
    let variants = variants::of_product(db, owner.id, &owner.variant_refs).await?;
    stocked(db, variants, owner.price_list_id, audience, now).await.map(Some)
}

/// The slug of the product that had this one before, where this audience sees it: two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_renamed(db: &impl ConnectionTrait, former: &Slug, audience: Audience) -> Result<Option<Slug>, DatabaseError> {
    let Some(id) = redirects::product_of(db, former).await? else { return Ok(None) };
    let found = products::find(db, &ProductRef::Id(id)).await?.map(|loaded| loaded.product);
    Ok(found.filter(|product| sees(audience, product.content.status)).map(|product| product.slug))
}

fn sees(audience: Audience, status: ProductStatus) -> bool {
    audience == Audience::Staff || status == ProductStatus::Active
}

/// Those that this audience sees, with what they cost now and whether they can be had.
async fn stocked(
    db: &impl ConnectionTrait,
    mut variants: Vec<Variant>,
    list: PriceListId,
    audience: Audience,
    now: Timestamp,
) -> Result<Vec<StockedVariant>, DatabaseError> {
    variants.retain(|variant| audience == Audience::Staff || !variant.content.archived);
    let ids: Vec<VariantId> = variants.iter().map(|variant| variant.id).collect();
    let stock = inventory::availability(db, &ids).await?;
    let stock: HashMap<VariantId, Availability> = stock.into_iter().map(|(id, availability, _)| (id, availability)).collect();
    let of = |variant: Variant| StockedVariant {
        availability: stock.get(&variant.id).copied().unwrap_or(Availability::Out),
        price: price_now(&variant, list, now),
        variant,
    };
    Ok(variants.into_iter().map(of).collect())
}
