//! Making many products at once: as many statements as for one.

use std::collections::BTreeSet;

use kernel::{FieldErrors, PriceListId, ProductId, VariantId};
use platform::db::WriteTx;
use platform::{audit, outbox};

use super::create::CreateProduct;
use super::diff::{self, Side};
use super::draft::{Absent, Draft, VariantsChange};
use super::error::WriteProductError;
use super::save::{Saved, changed_refs, created, product_after, variants_after, writes};
use super::slug;
use crate::media::{self, AddMediaError, Media, RemotePicture};
use crate::price_lists::PriceList;
use crate::products::{self, Product, ProductEvent};
use crate::variants::{self, KnownPriceLists, Variant};
use crate::{inventory, listing};

/// A product whose own rules hold, with its pictures.
#[derive(Debug)]
pub struct NewProduct {
    draft: Draft,
    pictures: Vec<RemotePicture>,
}

impl NewProduct {
    /// Checks everything that can be checked without the database, but for the price lists that there are.
    ///
    /// # Errors
    /// `WriteProductError`: `Invalid`, `SkuTaken`, `NotSellable`.
    pub fn compose(
        command: CreateProduct,
        pictures: Vec<RemotePicture>,
        default: PriceListId,
        lists: &[PriceList],
    ) -> Result<Self, WriteProductError> {
        let known = KnownPriceLists::of(default, lists);
        let changes = (command.product, VariantsChange::Replace(command.variants));
        Ok(Self { draft: Draft::compose(None, changes, Absent::IsDefault, &known)?, pictures })
    }
}

/// Makes products with their variants, prices, stock levels and pictures, lists them, and records `product.created` and
/// `media.rearranged`, inside a transaction of the caller. No two of them may share a SKU, a title or a reference.
///
/// # Errors
/// `WriteProductError`, without which product it is about; the transaction must be rolled back then, and the products be made
/// one by one.
pub async fn create_all_in(tx: &WriteTx, new: &[&NewProduct]) -> Result<Vec<(Saved, Vec<Media>)>, WriteProductError> {
    let ids: Vec<ProductId> = new.iter().map(|_| ProductId::generate()).collect();
    check(tx, &ids, new).await?;
    let wishes: Vec<_> = ids.iter().zip(new).map(|(id, new)| (*id, &new.draft.slug, new.draft.content.title.as_str())).collect();
    let slugs = slug::choose_all(tx, &wishes).await?;
    let composed = ids.iter().zip(new).zip(slugs).map(|((id, new), slug)| {
        let variants = variants_after(tx, *id, None, &new.draft, &[]);
        (product_after(tx, *id, None, slug, new.draft.clone()), variants)
    });
    let composed: Vec<(Product, Vec<Variant>)> = composed.collect();
    write(tx, &composed).await?;
    let facts: Vec<ProductEvent> = composed.iter().map(|(product, _)| ProductEvent::created(product)).collect();
    outbox::record_all(tx, &facts).await?;
    audit::record_all(tx, &facts.iter().zip(&ids).map(|(fact, id)| created(fact, *id)).collect::<Vec<_>>()).await?;
    let pictures: Vec<_> = ids.iter().zip(new).map(|(id, new)| (*id, new.pictures.as_slice())).collect();
    let media = media::add_remote_to_all_new(tx, &pictures).await.map_err(of_pictures)?;
    listing::refresh_all(tx, &ids).await?;
    let saved = composed.into_iter().zip(media).map(|((product, variants), media)| {
        let nothing = Side { product: None, variants: &[] };
        let changes = diff::between(nothing, Side { product: Some(&product), variants: &variants });
        (Saved { product, variants, changes }, media)
    });
    Ok(saved.collect())
}

/// Refuses what points at nothing, and SKUs that others have; foreign and unique keys have the last word.
async fn check(tx: &WriteTx, ids: &[ProductId], new: &[&NewProduct]) -> Result<(), WriteProductError> {
    let contents = || new.iter().map(|new| &new.draft.content);
    let categories: BTreeSet<_> = contents().flat_map(|content| content.category_ids.iter().copied()).collect();
    let related: BTreeSet<_> = contents().flat_map(|content| content.relations.iter().map(|relation| relation.product_id)).collect();
    let unknown_categories = products::unknown_categories(tx, &categories.into_iter().collect::<Vec<_>>()).await?;
    let unknown_products = products::unknown_products(tx, &related.into_iter().collect::<Vec<_>>()).await?;
    if !unknown_categories.is_empty() || !unknown_products.is_empty() {
        return Err(FieldErrors::of("", "points at a category or product that is not there").into());
    }
    let Some(any) = ids.first() else { return Ok(()) };
    let skus: Vec<&str> = new.iter().flat_map(|new| &new.draft.variants).filter_map(|variant| variant.content.sku.as_deref()).collect();
    if variants::taken_skus(tx, *any, &skus).await?.is_empty() {
        return Ok(());
    }
    Err(WriteProductError::SkuTaken { fields: FieldErrors::of("variants", "have a SKU of another variant") })
}

async fn write(tx: &WriteTx, composed: &[(Product, Vec<Variant>)]) -> Result<(), WriteProductError> {
    products::insert_all(tx, &composed.iter().map(|(product, _)| product).collect::<Vec<_>>()).await?;
    let new: Vec<(Option<&Variant>, &Variant)> =
        composed.iter().flat_map(|(_, variants)| variants).map(|variant| (None, variant)).collect();
    if new.is_empty() {
        return Ok(());
    }
    variants::write(tx, writes(&new)).await?;
    products::write_variant_refs(tx, &changed_refs(&new)).await?;
    let tracked: Vec<VariantId> = new.iter().filter(|(_, variant)| variant.content.tracked).map(|(_, variant)| variant.id).collect();
    Ok(inventory::track_new(tx, &tracked).await?)
}

fn of_pictures(error: AddMediaError) -> WriteProductError {
    match error {
        AddMediaError::Database(error) => error.into(),
        other => FieldErrors::of("media", other).into(),
    }
}
