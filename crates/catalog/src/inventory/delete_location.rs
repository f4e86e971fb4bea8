//! Deleting a stock location.

use kernel::{DomainError, ErrorKind, Origin, StockLocationId};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::LocationFact;
use super::locations::StockLocation;
use super::store;

/// Which location, and as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeleteLocation {
    /// Which one.
    pub id: StockLocationId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Why a location stays.
#[derive(Debug, thiserror::Error)]
pub enum DeleteLocationError {
    /// There is none of this id.
    #[error("no such stock location")]
    NotFound,
    /// Somebody changed it since.
    #[error("the location was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// It is the one that every shop has, or something lies there or ever moved there.
    #[error("a location that every shop has, or that has stock or a history of it, stays; set `active` to false to close it")]
    InUse,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for DeleteLocationError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "stock_location_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::InUse => "location_in_use",
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
            Self::NotFound | Self::InUse | Self::Database(_) => None,
        }
    }
}

/// Deletes a location where nothing ever lay, and records `stock_location.deleted`. Nothing is sold otherwise since.
///
/// # Errors
/// `DeleteLocationError` names what is wrong; nothing is deleted then.
pub async fn delete_location(context: &Context, origin: &Origin, command: DeleteLocation) -> Result<(), DeleteLocationError> {
    let tx = context.begin(origin).await?;
    delete_location_in(&tx, command).await?;
    Ok(tx.commit().await?)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `DeleteLocationError` names what is wrong; after `InUse` the transaction (or savepoint) cannot go on.
pub async fn delete_location_in(tx: &WriteTx, command: DeleteLocation) -> Result<(), DeleteLocationError> {
    let location = store::lock_location(tx, command.id).await?.ok_or(DeleteLocationError::NotFound)?;
    if location.version != command.version {
        return Err(DeleteLocationError::VersionConflict { current: location.version });
    }
    if location.code == StockLocation::DEFAULT_CODE {
        return Err(DeleteLocationError::InUse);
    }
    store::delete_location(tx, location.id, || DeleteLocationError::InUse).await?;
    outbox::record(tx, &LocationFact::deleted(&location)).await?;
    Ok(audit::record(tx, &audit::Entry::of("stock_location.deleted", location.id).before(&location)).await?)
}
