//! Taking a product out of a manual collection.

use kernel::{CollectionId, Origin, ProductId};
use platform::Context;
use serde_json::json;

use super::error::CollectionError;
use super::model::Collection;
use super::replace_products::lock_manual;
use super::store;
use super::update::note_products;

/// Which product, out of which collection, as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct RemoveProduct {
    /// Which collection.
    pub id: CollectionId,
    /// The version that the caller has seen.
    pub version: i64,
    /// Which product.
    pub product_id: ProductId,
}

/// Takes a product out of a manual collection and records `collection.updated`; the others keep their places.
///
/// # Errors
/// `CollectionError` names what is wrong; nothing is changed then.
pub async fn remove_product(context: &Context, origin: &Origin, command: RemoveProduct) -> Result<Collection, CollectionError> {
    let tx = context.begin(origin).await?;
    let collection = lock_manual(&tx, command.id, Some(command.version)).await?;
    if store::remove(&tx, collection.id, &[command.product_id]).await? == 0 {
        return Err(CollectionError::ProductNotInIt);
    }
    let collection = note_products(&tx, collection, "collection.product_removed", &json!({ "product_id": command.product_id })).await?;
    tx.commit().await?;
    Ok(collection)
}
