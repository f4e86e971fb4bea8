//! Adding products to a manual collection.

use std::collections::HashSet;

use kernel::{CollectionId, Origin, ProductId};
use platform::Context;
use serde_json::json;

use super::error::CollectionError;
use super::model::{Collection, MOST_PRODUCTS};
use super::replace_products::{lock_manual, lock_products};
use super::store::{self, Member};
use super::update::note_products;

/// Which collection, and what is to be in it, too.
#[derive(Debug, Clone)]
pub struct AddProducts {
    /// Which one.
    pub id: CollectionId,
    /// At most 10,000.
    pub product_ids: Vec<ProductId>,
}

/// Puts products behind those of a manual collection and records `collection.updated`. What is in it keeps its place, so that saying it again
/// changes nothing.
///
/// # Errors
/// `CollectionError` names what is wrong; nothing is changed then.
pub async fn add_products(context: &Context, origin: &Origin, command: AddProducts) -> Result<Collection, CollectionError> {
    let tx = context.begin(origin).await?;
    let collection = lock_manual(&tx, command.id, None).await?;
    if command.product_ids.len() > MOST_PRODUCTS {
        return Err(CollectionError::TooManyProducts);
    }
    lock_products(&tx, &command.product_ids).await?;
    let before = store::members(&tx, collection.id).await?;
    let mut known: HashSet<ProductId> = before.iter().map(|member| member.product_id).collect();
    let new: Vec<ProductId> = command.product_ids.into_iter().filter(|id| known.insert(*id)).collect();
    if new.is_empty() {
        return Ok(collection);
    }
    if before.len() + new.len() > MOST_PRODUCTS {
        return Err(CollectionError::TooManyProducts);
    }
    let behind = before.last().map_or(0, |last| last.position + 1);
    let members: Vec<Member> = new.iter().zip(behind..).map(|(id, position)| Member { product_id: *id, position }).collect();
    store::put(&tx, collection.id, &members).await?;
    let collection = note_products(&tx, collection, "collection.products_added", &json!({ "products": new.len() })).await?;
    tx.commit().await?;
    Ok(collection)
}
