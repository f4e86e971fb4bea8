//! Making a tax rate.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors, Origin};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::TaxRateEvent;
use super::input::CreateTaxRate;
use super::model::TaxRate;
use super::store;

/// Each checkout looks through all rates of its country and its zones; none has so many regions and classes of goods.
pub(super) const MOST_OF_A_PLACE: i64 = 1_000;

/// Why a rate is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateTaxRateError {
    /// The country or the zone has as many as it may.
    #[error("the country or zone has {MOST_OF_A_PLACE} tax rates, and no more are allowed")]
    TooMany,
    /// There is no such zone.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateTaxRateError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooMany => "too_many_tax_rates",
            Self::Input(errors) => errors.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooMany => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            Self::TooMany | Self::Database(_) => BTreeMap::new(),
        }
    }
}

/// Makes a tax rate and records `tax_rate.changed`. Carts have it from the next look at their price on; orders keep theirs.
///
/// # Errors
/// `CreateTaxRateError` names what is wrong; nothing is written then.
pub async fn create(context: &Context, origin: &Origin, command: CreateTaxRate) -> Result<TaxRate, CreateTaxRateError> {
    let tx = context.begin(origin).await?;
    let rate = create_in(&tx, command).await?;
    tx.commit().await?;
    Ok(rate)
}

/// The same inside a transaction of the caller. Several at once may go beyond the limit by as many, which does no harm.
///
/// # Errors
/// `CreateTaxRateError` names what is wrong; after an unknown zone the transaction (or savepoint) cannot go on.
pub async fn create_in(tx: &WriteTx, command: CreateTaxRate) -> Result<TaxRate, CreateTaxRateError> {
    let rate = command.into_rate(tx.now());
    if store::count_at(tx, &rate.place).await? >= MOST_OF_A_PLACE {
        return Err(CreateTaxRateError::TooMany);
    }
    store::insert(tx, &rate, || CreateTaxRateError::from(no_such_zone())).await?;
    outbox::record(tx, &TaxRateEvent::Changed { tax_rate_id: rate.id }).await?;
    audit::record(tx, &audit::Entry::of("tax_rate.created", rate.id).after(&rate)).await?;
    Ok(rate)
}

/// What is said of a zone that is not there.
pub(super) fn no_such_zone() -> FieldErrors {
    FieldErrors::of("zone_id", "is no tax zone")
}
