//! Loading products page by page, as records.

use std::collections::HashMap;

use kernel::{ProductId, VariantId};
use platform::db::{ConnectionTrait, DatabaseError};

use super::record::{self, LookedUp};
use super::store;
use crate::import::ProductRecord;
use crate::media::{self, MediaSource};
use crate::products::{self, LoadedProduct};
use crate::variants::{self, Variant};
use crate::{channels, inventory, price_lists};

/// A page holds so many products: enough to share the price of its statements, few enough to stay small.
const PAGE: u32 = 100;

/// A product as it leaves the shop.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// Its id; the place to go on after.
    pub id: ProductId,
    /// All that a record can say of it.
    pub record: ProductRecord,
    /// How many of its pictures lie in files of this shop, which no record can hold.
    pub own_pictures: usize,
}

/// The products behind this one, oldest first, archived variants left out: at most eight statements, however many there are. An empty
/// page is the end.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn page(db: &impl ConnectionTrait, after: Option<ProductId>) -> Result<Vec<Exported>, DatabaseError> {
    records(db, products::page(db, after, PAGE).await?).await
}

/// These products by id, as [`page`] has them; those that are not there are missing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn of(db: &impl ConnectionTrait, ids: &[ProductId]) -> Result<Vec<Exported>, DatabaseError> {
    records(db, products::all_of(db, ids).await?).await
}

async fn records(db: &impl ConnectionTrait, loaded: Vec<LoadedProduct>) -> Result<Vec<Exported>, DatabaseError> {
    if loaded.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<ProductId> = loaded.iter().map(|loaded| loaded.product.id).collect();
    let mut variants = by_product(live(variants::of_products(db, &ids).await?), |variant| variant.product_id);
    let mut media = by_product(media::list_for_products(db, &ids).await?, |media| media.product_id);
    let found = look_up(db, &loaded, variants.values().flatten()).await?;
    let exported = loaded.into_iter().map(|loaded| {
        let id = loaded.product.id;
        let mut variants = variants.remove(&id).unwrap_or_default();
        for variant in &mut variants {
            variant.content.external_refs = loaded.variant_refs.get(&variant.id).cloned().unwrap_or_default();
        }
        let media = media.remove(&id).unwrap_or_default();
        let own_pictures = media.iter().filter(|media| matches!(media.source, MediaSource::File { .. })).count();
        Exported { id, record: record::product(&loaded, &variants, &media, &found), own_pictures }
    });
    Ok(exported.collect())
}

fn live(variants: Vec<Variant>) -> Vec<Variant> {
    variants.into_iter().filter(|variant| !variant.content.archived).collect()
}

fn by_product<T>(things: Vec<T>, product: impl Fn(&T) -> ProductId) -> HashMap<ProductId, Vec<T>> {
    let mut map: HashMap<ProductId, Vec<T>> = HashMap::new();
    things.into_iter().for_each(|thing| map.entry(product(&thing)).or_default().push(thing));
    map
}

async fn look_up<'a>(
    db: &impl ConnectionTrait,
    products: &[LoadedProduct],
    variants: impl Iterator<Item = &'a Variant>,
) -> Result<LookedUp, DatabaseError> {
    let related: Vec<ProductId> =
        products.iter().flat_map(|loaded| &loaded.product.content.relations).map(|relation| relation.product_id).collect();
    let tracked: Vec<VariantId> = variants.filter(|variant| variant.content.tracked).map(|variant| variant.id).collect();
    let lists = price_lists::all(db).await?;
    Ok(LookedUp {
        default_list: channels::find_default(db).await?.price_list_id,
        lists: lists.into_iter().map(|list| (list.id, list.code)).collect(),
        slugs: store::slugs(db, &related).await?.into_iter().collect(),
        on_hand: inventory::on_hand_at_default(db, &tracked).await?.into_iter().collect(),
    })
}
