//! Making a tax rate.

use kernel::{Country, DomainError, ErrorKind, Origin};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::TaxRateEvent;
use super::input::CreateTaxRate;
use super::model::TaxRate;
use super::store;

/// Each checkout reads all rates of its country; no country has so many regions and classes of goods.
pub(super) const MOST_OF_A_COUNTRY: i64 = 1_000;

/// Why a rate is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateTaxRateError {
    /// The country has as many as it may.
    #[error("{} has {MOST_OF_A_COUNTRY} tax rates, and no more are allowed", .0.name())]
    TooMany(Country),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateTaxRateError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooMany(_) => "too_many_tax_rates",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooMany(_) => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
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
/// `CreateTaxRateError` names what is wrong.
pub async fn create_in(tx: &WriteTx, command: CreateTaxRate) -> Result<TaxRate, CreateTaxRateError> {
    let rate = command.into_rate(tx.now());
    if store::count_of(tx, rate.country).await? >= MOST_OF_A_COUNTRY {
        return Err(CreateTaxRateError::TooMany(rate.country));
    }
    store::insert(tx, &rate).await?;
    outbox::record(tx, &TaxRateEvent::Changed { tax_rate_id: rate.id }).await?;
    audit::record(tx, &audit::Entry::of("tax_rate.created", rate.id).after(&rate)).await?;
    Ok(rate)
}
