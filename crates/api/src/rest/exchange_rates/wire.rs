//! Exchange rates on the wire.

use catalog::exchange_rates::{ExchangeRate, ExchangeRateInput, ExchangeRateQuery, ExchangeRatesInput, PublishRates};
use gateway::{FilterKind, ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;

/// The list of exchange rates.
pub(super) struct ExchangeRates;

impl ListRoute for ExchangeRates {
    const SPEC: ListSpec = ListSpec {
        filters: &[("base", FilterKind::Words), ("currency", FilterKind::Words), ("current", FilterKind::Flag)],
        ..ListSpec::PLAIN
    };
}

/// The query of the use case: of the rates that count, unless all are asked for.
pub(super) fn query(list: &ListQuery) -> ExchangeRateQuery {
    ExchangeRateQuery {
        bases: list.filters.words("base").to_vec(),
        currencies: list.filters.words("currency").to_vec(),
        current_only: list.filters.flag("current").unwrap_or(true),
        newest_first: list.sort.first().is_none_or(|key| key.descending),
        page: list.page.clone(),
    }
}

/// A table of rates.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExchangeRatesPut {
    /// One unit of this currency…
    #[schema(value_type = schema::CurrencyCode)]
    base: String,
    /// …is worth so many of these.
    #[schema(min_items = 1, max_items = 200)]
    rates: Vec<ExchangeRateIn>,
    /// Since when they count: not in the future, and not before those that count now. Absent: from now on.
    #[schema(format = DateTime)]
    valid_from: Option<String>,
    /// Where they are from. Absent: `manual`.
    #[schema(min_length = 1, max_length = 64)]
    source: Option<String>,
    /// True where a rate may be more than twice the last one, or less than half of it.
    #[serde(default)]
    force: bool,
}

/// What one unit of the base is worth.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExchangeRateIn {
    /// In this currency.
    #[schema(value_type = schema::CurrencyCode)]
    currency: String,
    /// So many, as a decimal with up to nine places: above 0, at most 10,000,000.
    #[schema(pattern = r"^[0-9]{1,8}(\.[0-9]{1,9})?$", example = "1.0853")]
    rate: String,
}

impl ExchangeRatesPut {
    pub(super) fn parse(self) -> Result<PublishRates, FieldErrors> {
        let Self { base, rates, valid_from, source, force } = self;
        let rates = rates.into_iter().map(|rate| ExchangeRateInput { currency: rate.currency, rate: rate.rate }).collect();
        PublishRates::parse(ExchangeRatesInput { base, rates, valid_from, source, force })
    }
}

/// An exchange rate.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExchangeRateView {
    /// Its id (`xrate_…`).
    #[schema(value_type = schema::ExchangeRateId)]
    id: String,
    /// One unit of this currency…
    #[schema(value_type = schema::CurrencyCode)]
    base: &'static str,
    /// …is worth so many of this.
    #[schema(value_type = schema::CurrencyCode)]
    currency: &'static str,
    /// How many, as an exact decimal.
    #[schema(example = "1.0853")]
    rate: String,
    /// Where it is from.
    source: String,
    /// Since when it counts.
    #[schema(value_type = String, format = DateTime)]
    valid_from: Timestamp,
    /// Until when it counted; null where it does.
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<ExchangeRate> for ExchangeRateView {
    fn from(rate: ExchangeRate) -> Self {
        Self {
            id: rate.id.to_string(),
            base: rate.base.code(),
            currency: rate.currency.code(),
            rate: rate.rate.to_string(),
            source: rate.source,
            valid_from: rate.valid_from,
            valid_until: rate.valid_until,
            created_at: rate.created_at,
        }
    }
}
