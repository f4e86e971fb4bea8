//! Changing a tax zone.

use kernel::{DomainError, ErrorKind, Origin, TaxZoneId};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::TaxZoneEvent;
use super::input::TaxZoneChanges;
use super::model::TaxZone;
use super::store;

/// Which zone, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct UpdateTaxZone {
    /// Which one.
    pub id: TaxZoneId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: TaxZoneChanges,
}

/// Why a zone stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum UpdateTaxZoneError {
    /// There is none of this id.
    #[error("no such tax zone")]
    NotFound,
    /// Somebody changed it since.
    #[error("the tax zone was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Another zone has this name.
    #[error("the name {0} belongs to another tax zone")]
    NameTaken(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UpdateTaxZoneError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "tax_zone_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::NameTaken(_) => "tax_zone_name_taken",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::NameTaken(_) => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::NameTaken(_) | Self::Database(_) => None,
        }
    }
}

/// Changes a tax zone and records `tax_zone.changed`. Carts have it from the next look at their price on; orders keep what they were taxed.
///
/// # Errors
/// `UpdateTaxZoneError` names what is wrong; nothing is changed then.
pub async fn update(context: &Context, origin: &Origin, command: UpdateTaxZone) -> Result<TaxZone, UpdateTaxZoneError> {
    let tx = context.begin(origin).await?;
    let zone = update_in(&tx, command).await?;
    tx.commit().await?;
    Ok(zone)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `UpdateTaxZoneError` names what is wrong; after `NameTaken` the transaction (or savepoint) cannot go on.
pub async fn update_in(tx: &WriteTx, command: UpdateTaxZone) -> Result<TaxZone, UpdateTaxZoneError> {
    let before = store::lock(tx, command.id).await?.ok_or(UpdateTaxZoneError::NotFound)?;
    if before.version != command.version {
        return Err(UpdateTaxZoneError::VersionConflict { current: before.version });
    }
    let entry = audit::Entry::of("tax_zone.updated", before.id).before(&before);
    let zone = command.changes.apply(before, tx.now());
    store::update(tx, &zone, || UpdateTaxZoneError::NameTaken(zone.name.clone())).await?;
    outbox::record(tx, &TaxZoneEvent::Changed { tax_zone_id: zone.id }).await?;
    audit::record(tx, &entry.after(&zone)).await?;
    Ok(zone)
}
