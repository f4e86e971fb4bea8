//! What a price list is and what may change on it.

use kernel::{Currency, FieldErrors, PriceListId, Timestamp, text};
use serde::Serialize;

/// Prices in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceList {
    /// Its id.
    pub id: PriceListId,
    /// What programs call it; never changes.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The currency of all its prices.
    pub currency: Currency,
    /// True where its prices include tax.
    pub tax_included: bool,
    /// True once carts hold amounts of it: its currency stays.
    pub currency_fixed: bool,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl PriceList {
    /// The code of the list that every shop has.
    pub const DEFAULT_CODE: &'static str = "default";
}

/// What may change, as it comes from outside; absent stays.
#[derive(Debug, Clone, Default)]
pub struct PriceListInput {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// True where prices include tax.
    pub tax_included: Option<bool>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceListChanges {
    pub(super) name: Option<String>,
    pub(super) currency: Option<Currency>,
    pub(super) tax_included: Option<bool>,
}

impl PriceListChanges {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: PriceListInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take_optional("name", input.name, |raw| text(&raw, 255));
        let currency = errors.take_optional("currency", input.currency, |raw| raw.parse::<Currency>());
        errors.finish(|| Some(Self { name, currency, tax_included: input.tax_included }))
    }

    /// Another currency, and all else stays.
    #[must_use]
    pub fn to_currency(currency: Currency) -> Self {
        Self { currency: Some(currency), ..Self::default() }
    }

    /// The list with these changes, under its next version.
    pub(super) fn apply(self, list: PriceList, now: Timestamp) -> PriceList {
        PriceList {
            name: self.name.unwrap_or(list.name),
            currency: self.currency.unwrap_or(list.currency),
            tax_included: self.tax_included.unwrap_or(list.tax_included),
            version: list.version + 1,
            updated_at: now,
            ..list
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dollars() -> PriceList {
        let now = Timestamp::default();
        PriceList {
            id: PriceListId::generate(),
            code: PriceList::DEFAULT_CODE.to_owned(),
            name: "Prices".to_owned(),
            currency: Currency::USD,
            tax_included: false,
            currency_fixed: false,
            version: 3,
            created_at: now,
            updated_at: now,
        }
    }

    #[test]
    fn only_what_is_given_changes_under_the_next_version() {
        let (old, later) = (dollars(), Timestamp::default() + chrono::TimeDelta::hours(1));
        let next = PriceList { version: 4, updated_at: later, ..old.clone() };
        assert_eq!(PriceListChanges::default().apply(old.clone(), later), next);
        let in_euros = PriceList { currency: Currency::EUR, ..next.clone() };
        assert_eq!(PriceListChanges::to_currency(Currency::EUR).apply(old.clone(), later), in_euros);
        let input = PriceListInput { name: Some(" Europe ".to_owned()), currency: Some("EUR".to_owned()), tax_included: Some(true) };
        let europe = PriceList { name: "Europe".to_owned(), tax_included: true, ..in_euros };
        assert_eq!(PriceListChanges::parse(input).map(|changes| changes.apply(old, later)), Ok(europe));
    }

    #[test]
    fn every_bad_field_is_named() {
        let input = PriceListInput { name: Some(String::new()), currency: Some("XXX".to_owned()), tax_included: None };
        let fields: Vec<String> = PriceListChanges::parse(input).expect_err("refused").into_map().into_keys().collect();
        assert_eq!(fields, ["currency", "name"]);
    }
}
