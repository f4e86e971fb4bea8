//! Changing a collection.

use kernel::{CollectionId, Origin};
use platform::db::WriteTx;
use platform::{Context, audit, outbox};

use super::create::refuse_unknown_categories;
use super::error::CollectionError;
use super::events::CollectionEvent;
use super::input::CollectionChanges;
use super::model::Collection;
use super::store;
use crate::redirects::{self, Renamed};

/// Which collection, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct UpdateCollection {
    /// Which one.
    pub id: CollectionId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: CollectionChanges,
}

/// Changes a collection and records `collection.updated`; a slug that it gives up leads to it.
///
/// # Errors
/// `CollectionError` names what is wrong; nothing is changed then.
pub async fn update(context: &Context, origin: &Origin, command: UpdateCollection) -> Result<Collection, CollectionError> {
    let tx = context.begin(origin).await?;
    let before = lock(&tx, command.id, Some(command.version)).await?;
    if let Some(rules) = &command.changes.rules {
        refuse_unknown_categories(&tx, rules).await?;
    }
    let entry = audit::Entry::of("collection.updated", before.id).before(&before);
    let slug_before = before.slug.clone();
    let collection = command.changes.apply(before)?.next(tx.now());
    store::update(&tx, &collection).await?;
    if collection.slug != slug_before {
        redirects::keep(&tx, Renamed::Collection(collection.id), &slug_before).await?;
    }
    outbox::record(&tx, &CollectionEvent::Updated((&collection).into())).await?;
    audit::record(&tx, &entry.after(&collection)).await?;
    tx.commit().await?;
    Ok(collection)
}

/// The collection, which nobody else changes until the transaction ends, if it has the version that the caller knows.
pub(super) async fn lock(tx: &WriteTx, id: CollectionId, version: Option<i64>) -> Result<Collection, CollectionError> {
    let collection = store::lock(tx, id).await?.ok_or(CollectionError::NotFound)?;
    match version {
        Some(known) if known != collection.version => Err(CollectionError::VersionConflict { current: collection.version }),
        _ => Ok(collection),
    }
}

/// Writes that staff put other products into a collection: its next version, the fact, and the act with what it was about.
pub(super) async fn note_products(
    tx: &WriteTx,
    collection: Collection,
    action: &'static str,
    about: &serde_json::Value,
) -> Result<Collection, CollectionError> {
    let collection = collection.next(tx.now());
    store::update(tx, &collection).await?;
    outbox::record(tx, &CollectionEvent::Updated((&collection).into())).await?;
    audit::record(tx, &audit::Entry::of(action, collection.id).after(about)).await?;
    Ok(collection)
}
