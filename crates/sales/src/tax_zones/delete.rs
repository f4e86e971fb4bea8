//! Deleting a tax zone.

use kernel::{DomainError, ErrorKind, Origin, TaxZoneId};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::TaxZoneEvent;
use super::store;

/// Which zone, and as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeleteTaxZone {
    /// Which one.
    pub id: TaxZoneId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Why a zone stays.
#[derive(Debug, thiserror::Error)]
pub enum DeleteTaxZoneError {
    /// There is none of this id.
    #[error("no such tax zone")]
    NotFound,
    /// Somebody changed it since.
    #[error("the tax zone was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// A tax rate belongs to it.
    #[error("tax rates belong to the tax zone; delete them first, or give them another place")]
    InUse,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for DeleteTaxZoneError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "tax_zone_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::InUse => "tax_zone_in_use",
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

/// Deletes a tax zone that no tax rate belongs to, and records `tax_zone.changed`.
///
/// # Errors
/// `DeleteTaxZoneError` names what is wrong; nothing is deleted then.
pub async fn delete(context: &Context, origin: &Origin, command: DeleteTaxZone) -> Result<(), DeleteTaxZoneError> {
    let tx = context.begin(origin).await?;
    delete_in(&tx, command).await?;
    Ok(tx.commit().await?)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `DeleteTaxZoneError` names what is wrong; after `InUse` the transaction (or savepoint) cannot go on.
pub async fn delete_in(tx: &WriteTx, command: DeleteTaxZone) -> Result<(), DeleteTaxZoneError> {
    let zone = store::lock(tx, command.id).await?.ok_or(DeleteTaxZoneError::NotFound)?;
    if zone.version != command.version {
        return Err(DeleteTaxZoneError::VersionConflict { current: zone.version });
    }
    store::delete(tx, zone.id, || DeleteTaxZoneError::InUse).await?;
    outbox::record(tx, &TaxZoneEvent::Changed { tax_zone_id: zone.id }).await?;
    Ok(audit::record(tx, &audit::Entry::of("tax_zone.deleted", zone.id).before(&zone)).await?)
}
