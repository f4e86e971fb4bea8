//! Removing a picture from a product.

use kernel::{DomainError, ErrorKind, MediaId, Origin, ProductId};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::events::MediaEvent;
use super::store;

/// Which picture of which product, as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeleteMedia {
    /// Whose picture.
    pub product_id: ProductId,
    /// Which one.
    pub id: MediaId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Why a picture stays.
#[derive(Debug, thiserror::Error)]
pub enum DeleteMediaError {
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

impl DomainError for DeleteMediaError {
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

/// Removes a picture and records `product_media.deleted`. Its file stays: other pictures may be the same, and answers that
/// are kept elsewhere still name it.
///
/// # Errors
/// `DeleteMediaError` names what is wrong; nothing is removed then.
pub async fn delete(context: &Context, origin: &Origin, command: DeleteMedia) -> Result<(), DeleteMediaError> {
    let tx = context.begin(origin).await?;
    delete_in(&tx, command).await?;
    Ok(tx.commit().await?)
}

/// The same inside a transaction of the caller, which holds the product's row from here on.
///
/// # Errors
/// `DeleteMediaError` names what is wrong.
pub async fn delete_in(tx: &WriteTx, command: DeleteMedia) -> Result<(), DeleteMediaError> {
    let DeleteMedia { product_id, id, version } = command;
    store::lock_product(tx, product_id).await?;
    let all = store::list_for_products(tx, &[product_id]).await?;
    let media = all.iter().find(|media| media.id == id).ok_or(DeleteMediaError::NotFound)?;
    if media.version != version {
        return Err(DeleteMediaError::VersionConflict { current: media.version });
    }
    store::delete(tx, product_id, &[id]).await?;
    let rest: Vec<MediaId> = all.iter().map(|media| media.id).filter(|other| *other != id).collect();
    store::arrange(tx, &rest).await?;
    store::show_first(tx, product_id).await?;
    let fact = MediaEvent::Deleted { product_id, media_id: id };
    outbox::record(tx, &fact).await?;
    audit::record(tx, &audit::Entry::of("media.deleted", id).after(&fact)).await?;
    Ok(())
}
