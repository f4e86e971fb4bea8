//! Putting a product's pictures in another order.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{DomainError, ErrorKind, FieldErrors, MediaId, Origin, ProductId};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::events::MediaEvent;
use super::model::Media;
use super::store;

/// Which product, and all of its pictures in their new order.
#[derive(Debug, Clone)]
pub struct ReorderMedia {
    /// Whose pictures.
    pub product_id: ProductId,
    /// Each of them once.
    pub order: Vec<MediaId>,
}

/// Why the pictures stay in their order.
#[derive(Debug, thiserror::Error)]
pub enum ReorderMediaError {
    /// There is no such product.
    #[error("no such product")]
    ProductNotFound,
    /// One is missing, named twice or not the product's: perhaps somebody added or removed one since.
    #[error("must name each picture of the product once")]
    NotAllOfThem,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ReorderMediaError {
    fn code(&self) -> &'static str {
        match self {
            Self::ProductNotFound => "product_not_found",
            Self::NotAllOfThem => "media_changed",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::ProductNotFound => ErrorKind::NotFound,
            Self::NotAllOfThem => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::NotAllOfThem => FieldErrors::of("media_ids", self).into_map(),
            Self::ProductNotFound | Self::Database(_) => BTreeMap::new(),
        }
    }
}

/// Puts the pictures in this order and records `product_media.rearranged`. The list itself is the version: it fits only
/// while the product has exactly these pictures.
///
/// # Errors
/// `ReorderMediaError` names what is wrong; nothing is changed then.
pub async fn reorder(context: &Context, origin: &Origin, command: ReorderMedia) -> Result<Vec<Media>, ReorderMediaError> {
    let tx = context.begin(origin).await?;
    let media = reorder_in(&tx, command).await?;
    tx.commit().await?;
    Ok(media)
}

/// The same inside a transaction of the caller, which holds the product's row from here on.
///
/// # Errors
/// `ReorderMediaError` names what is wrong.
pub async fn reorder_in(tx: &WriteTx, command: ReorderMedia) -> Result<Vec<Media>, ReorderMediaError> {
    let ReorderMedia { product_id, order } = command;
    if !store::lock_product(tx, product_id).await? {
        return Err(ReorderMediaError::ProductNotFound);
    }
    let known: BTreeSet<MediaId> = store::list_for_products(tx, &[product_id]).await?.into_iter().map(|media| media.id).collect();
    let named: BTreeSet<MediaId> = order.iter().copied().collect();
    if known != named || named.len() != order.len() {
        return Err(ReorderMediaError::NotAllOfThem);
    }
    store::arrange(tx, &order).await?;
    store::show_first(tx, product_id).await?;
    let fact = MediaEvent::Rearranged { product_id, media_ids: order };
    outbox::record(tx, &fact).await?;
    audit::record(tx, &audit::Entry::of("media.rearranged", product_id).after(&fact)).await?;
    Ok(store::list_for_products(tx, &[product_id]).await?)
}
