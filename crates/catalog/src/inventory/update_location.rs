//! Changing a stock location.

use kernel::{DomainError, ErrorKind, Origin, StockLocationId};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::LocationFact;
use super::locations::{LocationChanges, StockLocation};
use super::store;

/// Which location, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct UpdateLocation {
    /// Which one.
    pub id: StockLocationId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: LocationChanges,
}

/// Why a location stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum UpdateLocationError {
    /// There is none of this id.
    #[error("no such stock location")]
    NotFound,
    /// Somebody changed it since.
    #[error("the location was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// What lies there is promised to orders.
    #[error("the location cannot be closed while stock that lies there is promised to orders")]
    InUse,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UpdateLocationError {
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

/// Changes a location and records `stock_location.updated`.
///
/// Opening, closing or moving it in the order of priority changes what can be sold: nobody changes stock meanwhile, and the
/// listings of all products that lie there are counted anew.
///
/// # Errors
/// `UpdateLocationError` names what is wrong; nothing is changed then.
pub async fn update_location(context: &Context, origin: &Origin, command: UpdateLocation) -> Result<StockLocation, UpdateLocationError> {
    let tx = context.begin(origin).await?;
    let location = update_location_in(&tx, command).await?;
    tx.commit().await?;
    Ok(location)
}

/// The same inside a transaction of the caller, who has locked no stock before.
///
/// # Errors
/// `UpdateLocationError` names what is wrong.
pub async fn update_location_in(tx: &WriteTx, command: UpdateLocation) -> Result<StockLocation, UpdateLocationError> {
    let before = store::find_location(tx, command.id).await?.ok_or(UpdateLocationError::NotFound)?;
    if before.version != command.version {
        return Err(UpdateLocationError::VersionConflict { current: before.version });
    }
    let (was_active, was_priority) = (before.active, before.priority);
    let entry = audit::Entry::of("stock_location.updated", before.id).before(&before);
    let location = command.changes.apply(before, tx.now());
    let sells_otherwise = location.active != was_active || location.priority != was_priority;
    if sells_otherwise {
        store::stop_stock(tx).await?;
        if !location.active && store::has_reserved(tx, location.id).await? {
            return Err(UpdateLocationError::InUse);
        }
    }
    if !store::update_location(tx, &location).await? {
        let current = store::find_location(tx, command.id).await?.ok_or(UpdateLocationError::NotFound)?.version;
        return Err(UpdateLocationError::VersionConflict { current });
    }
    if sells_otherwise {
        store::recount_location(tx, location.id).await?;
    }
    outbox::record(tx, &LocationFact::updated(&location)).await?;
    audit::record(tx, &entry.after(&location)).await?;
    Ok(location)
}
