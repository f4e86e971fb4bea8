//! Money on the wire.

use crate::schema;
use catalog::variants::MoneyInput;
use gateway::Problem;
use kernel::{Currency, FieldErrors, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MoneyView {
    /// Minor units: cents of a dollar, whole yen.
    #[schema(example = 1999)]
    amount: i64,
    /// ISO 4217.
    #[schema(value_type = schema::CurrencyCode)]
    currency: &'static str,
    /// As a customer reads it.
    #[schema(example = "$19.99")]
    formatted: String,
}

impl From<Money> for MoneyView {
    fn from(money: Money) -> Self {
        Self { amount: money.minor(), currency: money.currency().code(), formatted: money.to_string() }
    }
}

/// An amount of money as a client sends it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoneyIn {
    /// Minor units.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    amount: i64,
    /// ISO 4217.
    #[schema(value_type = schema::CurrencyCode)]
    currency: String,
}

impl MoneyIn {
    /// The amount: not negative, in a known currency.
    pub(crate) fn parse(self) -> Result<Money, FieldErrors> {
        let currency: Currency = self.currency.parse().map_err(|error| FieldErrors::of("currency", error))?;
        Money::price(self.amount, currency).map_err(|error| FieldErrors::of("amount", error))
    }

    /// The same for a field of this name.
    pub(crate) fn parse_as(self, field: &str) -> Result<Money, Problem> {
        self.parse().map_err(|inner| {
            let mut errors = FieldErrors::new();
            errors.nest(field, inner);
            errors.into()
        })
    }
}

/// An amount of money by which something changes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedMoneyIn {
    /// Minor units; less is negative.
    #[schema(minimum = -1_000_000_000_000_i64, maximum = 1_000_000_000_000_i64)]
    amount: i64,
    /// ISO 4217.
    #[schema(value_type = schema::CurrencyCode)]
    currency: String,
}

impl SignedMoneyIn {
    /// The amount, in a known currency.
    pub(crate) fn parse(self) -> Result<Money, FieldErrors> {
        let currency: Currency = self.currency.parse().map_err(|error| FieldErrors::of("currency", error))?;
        let size = Money::price(self.amount.saturating_abs(), currency).map_err(|error| FieldErrors::of("amount", error))?;
        Ok(Money::new(if self.amount < 0 { -size.minor() } else { size.minor() }, currency))
    }
}

impl From<SignedMoneyIn> for MoneyInput {
    fn from(SignedMoneyIn { amount, currency }: SignedMoneyIn) -> Self {
        Self { amount, currency }
    }
}

impl From<MoneyIn> for MoneyInput {
    fn from(money: MoneyIn) -> Self {
        Self { amount: money.amount, currency: money.currency }
    }
}
