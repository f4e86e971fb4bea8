//! What happened to exchange rates.

use kernel::{ExchangeRateId, ExchangeRateTag, Timestamp};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::ExchangeRate;

/// A fact about an exchange rate.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ExchangeRateEvent {
    /// It is the one that counts.
    Published {
        /// Which one.
        exchange_rate_id: ExchangeRateId,
        /// One unit of this (ISO 4217)…
        base: &'static str,
        /// …is worth so many of this (ISO 4217).
        currency: &'static str,
        /// How many, as a decimal.
        rate: String,
        /// Since when it counts.
        #[schema(value_type = String, format = DateTime)]
        valid_from: Timestamp,
        /// Where it is from.
        source: String,
    },
}

impl ExchangeRateEvent {
    pub(super) fn published(rate: &ExchangeRate) -> Self {
        Self::Published {
            exchange_rate_id: rate.id,
            base: rate.base.code(),
            currency: rate.currency.code(),
            rate: rate.rate.to_string(),
            valid_from: rate.valid_from,
            source: rate.source.clone(),
        }
    }
}

impl Fact for ExchangeRateEvent {
    type Subject = ExchangeRateTag;
    const AGGREGATE: &'static str = "exchange_rate";
    const NAMES: &'static [(&'static str, &'static str)] =
        &[("exchange_rate.published", "a currency is worth another amount of another one")];

    fn name(&self) -> &'static str {
        match self {
            Self::Published { .. } => "exchange_rate.published",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Published { exchange_rate_id, .. } => exchange_rate_id.uuid(),
        }
    }
}
