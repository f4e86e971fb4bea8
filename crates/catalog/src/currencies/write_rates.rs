//! Writing a table of rates.

use kernel::Origin;
use platform::Context;
use platform::audit::{self, Entry};
use platform::db::WriteTx;
use serde_json::json;

use crate::exchange_rates::{self, ExchangeRate, PublishRates, PublishRatesError};
use crate::price_lists;

/// Writes rates in the place of those that count, all or none, records `exchange_rate.published` of each, and has derived prices follow.
///
/// # Errors
/// `PublishRatesError` names what is wrong; nothing is written then.
pub async fn write_rates(context: &Context, origin: &Origin, table: PublishRates) -> Result<Vec<ExchangeRate>, PublishRatesError> {
    let tx = context.begin(origin).await?;
    exchange_rates::lock(&tx).await?;
    let written = write_rates_in(&tx, table).await?;
    tx.commit().await?;
    Ok(written)
}

/// The same inside a transaction of the caller, who holds the rates.
///
/// # Errors
/// `PublishRatesError` names what is wrong.
pub async fn write_rates_in(tx: &WriteTx, table: PublishRates) -> Result<Vec<ExchangeRate>, PublishRatesError> {
    let written = exchange_rates::publish_in(tx, table).await?;
    price_lists::follow_rates_in(tx).await?;
    let entries: Vec<Entry> = written.iter().map(|rate| Entry::of("exchange_rate.published", rate.id).after(&json!(rate))).collect();
    audit::record_all(tx, &entries).await?;
    Ok(written)
}
