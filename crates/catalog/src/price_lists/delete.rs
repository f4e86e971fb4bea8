//! Deleting a price list.

use kernel::{DomainError, ErrorKind, Origin, PriceListId};
use platform::db::DatabaseError;
use platform::{Context, audit, outbox};

use super::events::PriceListEvent;
use super::store;

/// Which list, and as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeletePriceList {
    /// Which one.
    pub id: PriceListId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Why a list stays.
#[derive(Debug, thiserror::Error)]
pub enum DeletePriceListError {
    /// There is none of this id.
    #[error("no such price list")]
    NotFound,
    /// Somebody changed it since.
    #[error("the price list was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// It has prices, a channel sells by it, or another list derives from it.
    #[error(
        "the price list has prices, a channel sells by it, or another list derives from it; set `active` to false instead, and nobody has its prices any more"
    )]
    InUse,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for DeletePriceListError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "price_list_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::InUse => "price_list_in_use",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::InUse => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            _ => None,
        }
    }
}

/// Deletes a price list that has no prices, that no channel sells by and from which none derives, and records `price_list.deleted`.
///
/// # Errors
/// `DeletePriceListError` names what is wrong; nothing is deleted then.
pub async fn delete(context: &Context, origin: &Origin, command: DeletePriceList) -> Result<(), DeletePriceListError> {
    let tx = context.begin(origin).await?;
    let list = store::lock(&tx, command.id).await?.ok_or(DeletePriceListError::NotFound)?;
    if list.version != command.version {
        return Err(DeletePriceListError::VersionConflict { current: list.version });
    }
    store::delete(&tx, list.id, || DeletePriceListError::InUse).await?;
    outbox::record(&tx, &PriceListEvent::Deleted { price_list_id: list.id }).await?;
    audit::record(&tx, &audit::Entry::of("price_list.deleted", list.id).before(&list)).await?;
    Ok(tx.commit().await?)
}
