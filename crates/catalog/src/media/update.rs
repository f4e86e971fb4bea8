//! Changing a picture's alternative text or place.

use kernel::{DomainError, ErrorKind, FieldErrors, MediaId, Origin, ProductId};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::events::MediaEvent;
use super::model::{Media, MediaDetails, MediaInput, place};
use super::store;

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediaChanges(MediaDetails);

impl MediaChanges {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: MediaInput) -> Result<Self, FieldErrors> {
        MediaDetails::parse(input).map(Self)
    }
}

/// Which picture of which product, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct UpdateMedia {
    /// Whose picture.
    pub product_id: ProductId,
    /// Which one.
    pub id: MediaId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: MediaChanges,
}

/// Why a picture stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum UpdateMediaError {
    /// The product has no such picture.
    #[error("no such picture")]
    NotFound,
    /// Somebody changed it since.
    #[error("the picture was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UpdateMediaError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "media_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::Database(_) => None,
        }
    }
}

/// Changes a picture and records `product_media.updated`. Where it moves, the others close ranks.
///
/// # Errors
/// `UpdateMediaError` names what is wrong; nothing is changed then.
pub async fn update(context: &Context, origin: &Origin, command: UpdateMedia) -> Result<Media, UpdateMediaError> {
    let tx = context.begin(origin).await?;
    let media = update_in(&tx, command).await?;
    tx.commit().await?;
    Ok(media)
}

/// The same inside a transaction of the caller, which holds the product's row from here on.
///
/// # Errors
/// `UpdateMediaError` names what is wrong.
pub async fn update_in(tx: &WriteTx, command: UpdateMedia) -> Result<Media, UpdateMediaError> {
    let UpdateMedia { product_id, id, version, changes: MediaChanges(changes) } = command;
    store::lock_product(tx, product_id).await?;
    let all = store::list_for_products(tx, &[product_id]).await?;
    let mut order: Vec<MediaId> = all.iter().map(|media| media.id).collect();
    let mut media = all.into_iter().find(|media| media.id == id).ok_or(UpdateMediaError::NotFound)?;
    if media.version != version {
        return Err(UpdateMediaError::VersionConflict { current: media.version });
    }
    media.alt = changes.alt.unwrap_or(media.alt);
    media.version += 1;
    media.updated_at = tx.now();
    store::update(tx, &[&media]).await?;
    if changes.position.is_some() {
        place(&mut order, id, changes.position);
        store::arrange(tx, &order).await?;
        media.position = order.iter().zip(0_i64..).find(|(other, _)| **other == id).map_or(media.position, |(_, position)| position);
    }
    store::show_first(tx, product_id).await?;
    let fact = MediaEvent::Updated { product_id, media_id: id };
    outbox::record(tx, &fact).await?;
    audit::record(tx, &audit::Entry::of("media.updated", id).after(&fact)).await?;
    Ok(media)
}
