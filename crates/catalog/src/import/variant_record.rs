//! The part of the neutral record that says what is bought: variants, prices, stock rules.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kernel::{Currency, Money, MoneyError};
use serde::{Deserialize, Serialize};

use super::field::Field;
use super::record::{ExternalRef, MetadataPatch};
use crate::variants::VariantKind;

/// What a file says about one variant; the rules of absent, null and value are those of `ProductRecord`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VariantRecord {
    /// The shop's own article number; unique.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub sku: Field<String>,
    /// GTIN, UPC, EAN or ISBN.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub barcode: Field<String>,
    /// Option value by option name; empty for the single variant of a product without options.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// What kind of thing it is; physical by default.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub kind: Field<VariantKind>,
    /// By default what `kind` says.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub requires_shipping: Field<bool>,
    /// Whether stock is counted; by default what `kind` says.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub tracked: Field<bool>,
    /// What may be sold beyond the stock; nothing by default.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub backorder: Field<Backorder>,
    /// Which rates apply; the standard class by default.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub tax_class: Field<String>,
    /// True by default.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub taxable: Field<bool>,
    /// All prices.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub prices: Field<Vec<PriceRecord>>,
    /// What the shop pays for it.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub cost: Field<Amount>,
    /// Weight, for shipping.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub weight_grams: Field<u32>,
    /// Length, for shipping.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub length_mm: Field<u32>,
    /// Width, for shipping.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub width_mm: Field<u32>,
    /// Height, for shipping.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub height_mm: Field<u32>,
    /// At or below this stock the merchant is told.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub low_stock_threshold: Field<u32>,
    /// Pieces in the default location.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub on_hand: Field<u32>,
    /// The picture of this variant; one of the product's, or another.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub media_url: Field<String>,
    /// What other systems call it; added, never removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_refs: Vec<ExternalRef>,
    /// Everything else, merged by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: MetadataPatch,
    /// Its place where the source numbers them; otherwise the order of the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
}

/// What may be sold beyond the stock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backorder {
    /// Nothing.
    #[default]
    None,
    /// So many pieces.
    Limit(u32),
    /// Any number.
    Unlimited,
}

/// One price of a variant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRecord {
    /// The price list by name; the default list where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_list: Option<String>,
    /// From how many pieces on it applies.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub min_quantity: u32,
    /// The price.
    pub amount: Amount,
    /// The price it is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Amount>,
    /// Valid from this moment on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<Utc>>,
    /// Valid before this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
}

impl PriceRecord {
    /// The plain price: default list, any quantity, any time.
    #[must_use]
    pub const fn plain(amount: Amount, compare_at: Option<Amount>) -> Self {
        Self { price_list: None, min_quantity: 1, amount, compare_at, starts_at: None, ends_at: None }
    }

    /// True for a price in the default list for any quantity at any time.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.price_list.is_none() && self.min_quantity == 1 && self.starts_at.is_none() && self.ends_at.is_none()
    }
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_one(quantity: &u32) -> bool {
    *quantity == 1
}

/// A price or cost, written as `{"amount": 1999, "currency": "USD"}` in minor units; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AmountIn", into = "AmountIn")]
pub struct Amount(Money);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AmountIn {
    amount: i64,
    currency: Currency,
}

impl Amount {
    /// A price in minor units.
    ///
    /// # Errors
    /// `Overflow` where it is negative or larger than any price.
    pub fn new(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        Money::price(minor, currency).map(Self)
    }

    /// Reads a plain decimal (`19.9`).
    ///
    /// # Errors
    /// `Unreadable` or `Overflow`.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Self::new(Money::parse_decimal(text, currency)?.minor(), currency)
    }

    /// The money.
    #[must_use]
    pub const fn money(self) -> Money {
        self.0
    }
}

impl TryFrom<AmountIn> for Amount {
    type Error = MoneyError;

    fn try_from(raw: AmountIn) -> Result<Self, MoneyError> {
        Self::new(raw.amount, raw.currency)
    }
}

impl From<Amount> for AmountIn {
    fn from(amount: Amount) -> Self {
        Self { amount: amount.0.minor(), currency: amount.0.currency() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backorders_are_words_or_a_limit() {
        for (json, backorder) in
            [(r#""none""#, Backorder::None), (r#""unlimited""#, Backorder::Unlimited), (r#"{"limit":5}"#, Backorder::Limit(5))]
        {
            assert_eq!(serde_json::from_str::<Backorder>(json).expect("readable"), backorder);
            assert_eq!(serde_json::to_string(&backorder).expect("writable"), json);
        }
    }

    #[test]
    fn amounts_are_minor_units_with_a_currency_and_never_negative() {
        let amount = Amount::parse("19.90", Currency::USD).expect("a price");
        assert_eq!(serde_json::to_string(&amount).expect("writable"), r#"{"amount":1990,"currency":"USD"}"#);
        for json in [r#"{"amount":-1,"currency":"USD"}"#, r#"{"amount":1}"#, r#"{"amount":1,"currency":"USD","formatted":"x"}"#, "19.9"] {
            assert!(serde_json::from_str::<Amount>(json).is_err(), "{json}");
        }
        assert_eq!(Amount::parse("-1", Currency::USD), Err(MoneyError::Overflow));
    }
}
