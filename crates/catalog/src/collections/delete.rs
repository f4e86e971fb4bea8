//! Removing a collection.

use kernel::{CollectionId, Origin};
use platform::{Context, audit, outbox};

use super::error::CollectionError;
use super::events::CollectionEvent;
use super::store;
use super::update::lock;

/// Which collection, as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeleteCollection {
    /// Which one.
    pub id: CollectionId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Removes a collection and records `collection.deleted`; its products stay.
///
/// # Errors
/// `CollectionError` names what is wrong; nothing is removed then.
pub async fn delete(context: &Context, origin: &Origin, command: DeleteCollection) -> Result<(), CollectionError> {
    let tx = context.begin(origin).await?;
    let collection = lock(&tx, command.id, Some(command.version)).await?;
    store::delete(&tx, collection.id).await?;
    outbox::record(&tx, &CollectionEvent::Deleted((&collection).into())).await?;
    audit::record(&tx, &audit::Entry::of("collection.deleted", collection.id).before(&collection)).await?;
    Ok(tx.commit().await?)
}
