//! Adding a picture to a product.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, MediaId, Origin, ProductId};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::events::MediaEvent;
use super::model::{MAX_PER_PRODUCT, Media, MediaDetails, NewSource, place};
use super::picture::{self, PictureError};
use super::store;

/// A picture elsewhere, or a file that is kept already.
#[derive(Debug, Clone)]
pub struct AddMedia {
    /// Whose picture.
    pub product_id: ProductId,
    /// Where it is.
    pub source: NewSource,
    /// What goes with it.
    pub details: MediaDetails,
}

/// A picture as its bytes.
#[derive(Debug, Clone)]
pub struct UploadMedia<C> {
    /// Whose picture.
    pub product_id: ProductId,
    /// The bytes.
    pub content: C,
    /// What goes with it.
    pub details: MediaDetails,
}

/// Why a picture is not added.
#[derive(Debug, thiserror::Error)]
pub enum AddMediaError {
    /// There is no such product.
    #[error("no such product")]
    ProductNotFound,
    /// The product has as many as it may.
    #[error("a product has at most 250 pictures")]
    TooMany,
    /// It is none, or too large.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for AddMediaError {
    fn code(&self) -> &'static str {
        match self {
            Self::ProductNotFound => "product_not_found",
            Self::TooMany => "media_limit_reached",
            Self::Picture(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::ProductNotFound => ErrorKind::NotFound,
            Self::TooMany => ErrorKind::Rule,
            Self::Picture(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Picture(error) => error.details(),
            Self::ProductNotFound | Self::TooMany | Self::Database(_) => BTreeMap::new(),
        }
    }
}

/// Looks at a picture, keeps it, adds it to a product and records `product_media.added`.
///
/// # Errors
/// `AddMediaError` names what is wrong; the product is as it was then.
pub async fn upload<C>(context: &Context, origin: &Origin, command: UploadMedia<C>) -> Result<Media, AddMediaError>
where
    C: AsRef<[u8]> + Send + 'static,
{
    // Asked again under its lock; here it spares the work and the file.
    if !store::product_exists(context.db.reader(), command.product_id).await? {
        return Err(AddMediaError::ProductNotFound);
    }
    let UploadMedia { product_id, content, details } = command;
    let picture = picture::keep(context, content).await?;
    add(context, origin, AddMedia { product_id, source: NewSource::Stored(picture), details }).await
}

/// Adds a picture to a product and records `product_media.added`.
///
/// # Errors
/// `AddMediaError` names what is wrong; the product is as it was then.
pub async fn add(context: &Context, origin: &Origin, command: AddMedia) -> Result<Media, AddMediaError> {
    let tx = context.begin(origin).await?;
    let media = add_in(&tx, command).await?;
    tx.commit().await?;
    Ok(media)
}

/// The same inside a transaction of the caller, which holds the product's row from here on.
///
/// # Errors
/// `AddMediaError` names what is wrong.
pub async fn add_in(tx: &WriteTx, command: AddMedia) -> Result<Media, AddMediaError> {
    let AddMedia { product_id, source, details } = command;
    if !store::lock_product(tx, product_id).await? {
        return Err(AddMediaError::ProductNotFound);
    }
    let mut order: Vec<MediaId> = store::list_for_products(tx, &[product_id]).await?.into_iter().map(|media| media.id).collect();
    if order.len() >= MAX_PER_PRODUCT {
        return Err(AddMediaError::TooMany);
    }
    let id = MediaId::generate();
    place(&mut order, id, details.position);
    let position = order.iter().zip(0_i64..).find(|(other, _)| **other == id).map_or(0, |(_, position)| position);
    let media = Media {
        id,
        product_id,
        position,
        source: source.into(),
        alt: details.alt.unwrap_or_default(),
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    store::insert(tx, std::slice::from_ref(&media)).await?;
    store::arrange(tx, &order).await?;
    store::show_first(tx, product_id).await?;
    let fact = MediaEvent::Added { product_id, media_id: id };
    outbox::record(tx, &fact).await?;
    audit::record(tx, &audit::Entry::of("media.added", id).after(&fact)).await?;
    Ok(media)
}
