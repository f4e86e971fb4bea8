//! Making a tax zone.

use kernel::{DomainError, ErrorKind, Origin};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::TaxZoneEvent;
use super::input::CreateTaxZone;
use super::model::TaxZone;
use super::store;

/// Each checkout looks through all zones.
const MOST_ZONES: i64 = 100;

/// Why a zone is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateTaxZoneError {
    /// Another zone has this name.
    #[error("the name {0} belongs to another tax zone")]
    NameTaken(String),
    /// The shop has as many as it may.
    #[error("the shop has {MOST_ZONES} tax zones, and no more are allowed")]
    TooMany,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateTaxZoneError {
    fn code(&self) -> &'static str {
        match self {
            Self::NameTaken(_) => "tax_zone_name_taken",
            Self::TooMany => "too_many_tax_zones",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NameTaken(_) | Self::TooMany => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Makes a tax zone and records `tax_zone.changed`.
///
/// # Errors
/// `CreateTaxZoneError` names what is wrong; nothing is written then.
pub async fn create(context: &Context, origin: &Origin, command: CreateTaxZone) -> Result<TaxZone, CreateTaxZoneError> {
    let tx = context.begin(origin).await?;
    let zone = create_in(&tx, command).await?;
    tx.commit().await?;
    Ok(zone)
}

/// The same inside a transaction of the caller. Several at once may go beyond the limit by as many, which does no harm.
///
/// # Errors
/// `CreateTaxZoneError` names what is wrong; after `NameTaken` the transaction (or savepoint) cannot go on.
pub async fn create_in(tx: &WriteTx, command: CreateTaxZone) -> Result<TaxZone, CreateTaxZoneError> {
    if store::count(tx).await? >= MOST_ZONES {
        return Err(CreateTaxZoneError::TooMany);
    }
    let zone = command.into_zone(tx.now());
    store::insert(tx, &zone, || CreateTaxZoneError::NameTaken(zone.name.clone())).await?;
    outbox::record(tx, &TaxZoneEvent::Changed { tax_zone_id: zone.id }).await?;
    audit::record(tx, &audit::Entry::of("tax_zone.created", zone.id).after(&zone)).await?;
    Ok(zone)
}
