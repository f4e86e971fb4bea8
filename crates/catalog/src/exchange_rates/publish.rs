//! Writing the rates that count from now on.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, ExchangeRateId, FieldErrors};
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

use super::events::ExchangeRateEvent;
use super::input::PublishRates;
use super::model::ExchangeRate;
use super::store;

/// Why rates stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum PublishRatesError {
    /// A rate cannot be, is far off the last one, or older.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for PublishRatesError {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(errors) => errors.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Invalid(errors) => errors.details(),
            Self::Database(_) => BTreeMap::new(),
        }
    }
}

/// Writes a table of rates in the place of those that count, all or none, and records `exchange_rate.published` of each, inside a transaction of the
/// caller, who holds the [`lock`](store::lock) and has prices follow. Rates of other pairs stay.
///
/// # Errors
/// `PublishRatesError` names what is wrong.
pub async fn publish_in(tx: &WriteTx, table: PublishRates) -> Result<Vec<ExchangeRate>, PublishRatesError> {
    table.refuse_unlikely(&store::current(tx).await?, tx.now())?;
    let PublishRates { base, rates, valid_from, source, force: _ } = table;
    let rate = |(currency, rate)| ExchangeRate {
        id: ExchangeRateId::generate(),
        base,
        currency,
        rate,
        source: source.clone(),
        valid_from: valid_from.unwrap_or_else(|| tx.now()),
        valid_until: None,
        created_at: tx.now(),
        created_by: tx.actor().to_string(),
    };
    let new: Vec<ExchangeRate> = rates.into_iter().map(rate).collect();
    store::replace(tx, base, &new).await?;
    outbox::record_all(tx, &new.iter().map(ExchangeRateEvent::published).collect::<Vec<_>>()).await?;
    Ok(new)
}
