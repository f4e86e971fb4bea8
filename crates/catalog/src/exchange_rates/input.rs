//! Tables of rates as they come from outside.

use kernel::{Currency, FieldErrors, Timestamp, parse_time, text};

use super::model::{ExchangeRate, Rate};

/// There are not many more currencies.
const MOST_RATES: usize = 200;
/// What a source is called.
const LONGEST_SOURCE: usize = 64;

/// A rate as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct ExchangeRateInput {
    /// ISO 4217 code.
    pub currency: String,
    /// A decimal.
    pub rate: String,
}

/// A table of rates as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct ExchangeRatesInput {
    /// One unit of this currency…
    pub base: String,
    /// …is worth so many of each of these.
    pub rates: Vec<ExchangeRateInput>,
    /// Since when (RFC 3339); absent: now.
    pub valid_from: Option<String>,
    /// Where they are from; absent: `manual`.
    pub source: Option<String>,
    /// True where a rate may be far off the last one.
    pub force: bool,
}

/// A table of rates that can be, but for what only the database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishRates {
    /// One unit of this…
    pub base: Currency,
    /// …is worth so many of these, each once.
    pub rates: Vec<(Currency, Rate)>,
    /// Since when; none: now.
    pub valid_from: Option<Timestamp>,
    /// Where they are from.
    pub source: String,
    /// True where a rate may be far off the last one.
    pub force: bool,
}

impl PublishRates {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: ExchangeRatesInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let base: Option<Currency> = errors.take("base", input.base.parse());
        let valid_from = errors.take_optional("valid_from", input.valid_from, |raw| parse_time(&raw));
        let source = errors.take("source", text(input.source.as_deref().unwrap_or("manual"), LONGEST_SOURCE));
        if input.rates.is_empty() || input.rates.len() > MOST_RATES {
            errors.add("rates", format!("must be 1 to {MOST_RATES} rates"));
        }
        let mut rates: Vec<(Currency, Rate)> = Vec::new();
        for (place, raw) in input.rates.into_iter().take(MOST_RATES).enumerate() {
            let currency = errors.take(format!("rates.{place}.currency"), raw.currency.parse::<Currency>());
            let rate = errors.take(format!("rates.{place}.rate"), raw.rate.parse::<Rate>());
            if currency.is_some() && currency == base {
                errors.add(format!("rates.{place}.currency"), "is the base itself");
            }
            if rates.iter().any(|(known, _)| Some(*known) == currency) {
                errors.add(format!("rates.{place}.currency"), "has another rate here");
            }
            rates.extend(currency.zip(rate));
        }
        errors.finish(|| Some(Self { base: base?, rates, valid_from, source: source?, force: input.force }))
    }

    /// Refuses what does not follow the rates that count, and a moment that is to come.
    ///
    /// # Errors
    /// Each rate that is far off the last one, unless that is meant, or older; `valid_from` in the future.
    pub(super) fn refuse_unlikely(&self, current: &[ExchangeRate], now: Timestamp) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::new();
        let valid_from = self.valid_from.unwrap_or(now);
        if valid_from > now {
            errors.add("valid_from", "must not be in the future");
        }
        for (place, (currency, rate)) in self.rates.iter().enumerate() {
            let last = current.iter().find(|last| (last.base, last.currency) == (self.base, *currency));
            if let Some(last) = last.filter(|last| !self.force && rate.is_far_off(last.rate)) {
                errors.add(
                    format!("rates.{place}.rate"),
                    format!("is far off the last one, {}; where it is meant, send force: true", last.rate),
                );
            }
            if let Some(last) = last.filter(|last| valid_from < last.valid_from) {
                errors.add(format!("rates.{place}.currency"), format!("has a newer rate already, of {}", last.valid_from.to_rfc3339()));
            }
        }
        errors.finish(|| Some(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(rates: &[(&str, &str)]) -> ExchangeRatesInput {
        let rate = |(currency, rate): &(&str, &str)| ExchangeRateInput { currency: (*currency).to_owned(), rate: (*rate).to_owned() };
        ExchangeRatesInput { base: "EUR".to_owned(), rates: rates.iter().map(rate).collect(), ..ExchangeRatesInput::default() }
    }

    fn fields(errors: FieldErrors) -> Vec<String> {
        errors.into_map().into_keys().collect()
    }

    #[test]
    fn every_rate_that_is_wrong_is_named() {
        let wrong = input(&[("USD", "0"), ("XXX", "1"), ("EUR", "1"), ("GBP", "1"), ("GBP", "1.1")]);
        let refused = PublishRates::parse(wrong).expect_err("refused");
        assert_eq!(fields(refused), ["rates.0.rate", "rates.1.currency", "rates.2.currency", "rates.4.currency"]);
        let empty = ExchangeRatesInput { base: "euro".to_owned(), valid_from: Some("now".to_owned()), ..input(&[]) };
        assert_eq!(fields(PublishRates::parse(empty).expect_err("refused")), ["base", "rates", "valid_from"]);
    }

    fn last(currency: &str, rate: &str) -> ExchangeRate {
        let now = Timestamp::default();
        ExchangeRate {
            id: kernel::ExchangeRateId::generate(),
            base: Currency::EUR,
            currency: currency.parse().expect("known"),
            rate: rate.parse().expect("a rate"),
            source: "manual".to_owned(),
            valid_from: now,
            valid_until: None,
            created_at: now,
            created_by: String::new(),
        }
    }

    #[test]
    fn a_rate_far_off_the_last_one_is_meant_or_refused() {
        let table = PublishRates::parse(input(&[("USD", "11"), ("GBP", "0.9")])).expect("a table");
        let (known, now) = ([last("USD", "1.1"), last("GBP", "0.8")], Timestamp::default());
        assert_eq!(fields(table.refuse_unlikely(&known, now).expect_err("refused")), ["rates.0.rate"]);
        assert_eq!(PublishRates { force: true, ..table.clone() }.refuse_unlikely(&known, now), Ok(()));
        assert_eq!(table.refuse_unlikely(&[], now), Ok(()), "a first rate is far off none");
    }

    #[test]
    fn a_rate_is_neither_of_tomorrow_nor_older_than_the_last_one() {
        let (now, second) = (Timestamp::default(), chrono::TimeDelta::seconds(1));
        let at = |moment| PublishRates { valid_from: Some(moment), ..PublishRates::parse(input(&[("USD", "1.1")])).expect("a table") };
        let refused = |moment| at(moment).refuse_unlikely(&[last("USD", "1.1")], now).map_err(fields);
        assert_eq!(refused(now), Ok(()));
        assert_eq!(refused(now + second), Err(vec!["valid_from".to_owned()]));
        assert_eq!(refused(now - second), Err(vec!["rates.0.currency".to_owned()]));
    }
}
