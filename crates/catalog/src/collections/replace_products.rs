//! Saying which products are in a manual collection, in which order.

use std::collections::HashSet;

use kernel::{CollectionId, FieldErrors, Origin, ProductId};
use platform::Context;
use platform::db::WriteTx;
use serde_json::json;

use super::error::CollectionError;
use super::model::{Collection, Contents, MOST_PRODUCTS};
use super::store::{self, Member};
use super::update::{lock, note_products};
use crate::products;

/// Which collection, as which version the caller knows it, and its products from now on.
#[derive(Debug, Clone)]
pub struct ReplaceProducts {
    /// Which one.
    pub id: CollectionId,
    /// The version that the caller has seen.
    pub version: i64,
    /// Each of them once, in their order; at most 10,000.
    pub product_ids: Vec<ProductId>,
}

/// Puts these products into a manual collection, in this order and no others, and records `collection.updated`.
///
/// # Errors
/// `CollectionError` names what is wrong; nothing is changed then.
pub async fn replace_products(context: &Context, origin: &Origin, command: ReplaceProducts) -> Result<Collection, CollectionError> {
    let tx = context.begin(origin).await?;
    let collection = lock_manual(&tx, command.id, Some(command.version)).await?;
    let wanted = command.product_ids;
    if wanted.len() > MOST_PRODUCTS {
        return Err(CollectionError::TooManyProducts);
    }
    refuse_repeated(&wanted)?;
    lock_products(&tx, &wanted).await?;
    let before = store::members(&tx, collection.id).await?;
    let kept: HashSet<ProductId> = wanted.iter().copied().collect();
    let gone: Vec<ProductId> = before.iter().map(|member| member.product_id).filter(|id| !kept.contains(id)).collect();
    let known: HashSet<Member> = before.into_iter().collect();
    let members = wanted.iter().zip(0..).map(|(product_id, position)| Member { product_id: *product_id, position });
    let changed: Vec<Member> = members.filter(|member| !known.contains(member)).collect();
    store::remove(&tx, collection.id, &gone).await?;
    store::put(&tx, collection.id, &changed).await?;
    let collection = note_products(&tx, collection, "collection.products_replaced", &json!({ "products": wanted.len() })).await?;
    tx.commit().await?;
    Ok(collection)
}

/// The collection, if it is one that staff put products into.
pub(super) async fn lock_manual(tx: &WriteTx, id: CollectionId, version: Option<i64>) -> Result<Collection, CollectionError> {
    let collection = lock(tx, id, version).await?;
    match collection.contents {
        Contents::Manual => Ok(collection),
        Contents::Rules(_) => Err(CollectionError::NotManual),
    }
}

/// Keeps everybody from changing the products whose places are written: a row repeats what the list says of its product.
pub(super) async fn lock_products(tx: &WriteTx, ids: &[ProductId]) -> Result<(), CollectionError> {
    products::lock_rows(tx, ids).await?;
    let mut errors = FieldErrors::new();
    for place in products::unknown_products(tx, ids).await? {
        errors.add(format!("product_ids.{place}"), "unknown product");
    }
    Ok(errors.finish(|| Some(()))?)
}

fn refuse_repeated(ids: &[ProductId]) -> Result<(), FieldErrors> {
    let (mut seen, mut errors) = (HashSet::new(), FieldErrors::new());
    for (place, id) in ids.iter().enumerate() {
        if !seen.insert(*id) {
            errors.add(format!("product_ids.{place}"), "is named twice");
        }
    }
    errors.finish(|| Some(()))
}
