//! Variants as they come from outside, and what parsing makes of them.

use std::fmt;

use kernel::{FieldErrors, MediaId, Money, VariantId, text};
use serde_json::Value;

use super::model::{VariantContent, VariantKind};
use super::options::VariantOptions;
use super::prices::{KnownPriceLists, MoneyInput, PriceChanges, PriceInput, parse_money, parse_prices};
use crate::products::{ExternalRef, ExternalRefInput, Metadata, parse_external_refs};

/// A variant as it comes from outside. Absent (`None`) is not the same as null (`Some(None)`), as for products.
#[derive(Debug, Clone, Default)]
pub struct VariantInput {
    /// Which one, where it exists; absent: the one with this SKU, or with these options.
    pub id: Option<String>,
    /// 1 to 255 characters.
    pub sku: Option<Option<String>>,
    /// 1 to 255 characters.
    pub barcode: Option<Option<String>>,
    /// Names and values.
    pub options: Option<Vec<(String, String)>>,
    /// `physical`, `digital`, `service`, `gift_card`, `external`.
    pub kind: Option<String>,
    /// By default what the kind says.
    pub requires_shipping: Option<bool>,
    /// By default what the kind says.
    pub tracked: Option<bool>,
    /// 0 none, null without limit.
    pub backorder_limit: Option<Option<i64>>,
    /// At this many pieces it is called low.
    pub low_stock_threshold: Option<Option<i64>>,
    /// Lower-case letters, digits, dashes and underscores.
    pub tax_class: Option<String>,
    /// What it costs the shop.
    pub cost: Option<Option<MoneyInput>>,
    /// Weight of one piece.
    pub weight_grams: Option<Option<i64>>,
    /// Length of one piece.
    pub length_mm: Option<Option<i64>>,
    /// Width of one piece.
    pub width_mm: Option<Option<i64>>,
    /// Height of one piece.
    pub height_mm: Option<Option<i64>>,
    /// A picture of the product.
    pub media_id: Option<Option<String>>,
    /// A JSON object, at most 16 KiB and 8 levels deep.
    pub metadata: Option<Value>,
    /// What other systems call it.
    pub external_refs: Option<Vec<ExternalRefInput>>,
    /// The price of one piece in the default price list; not together with `prices`.
    pub price: Option<Option<MoneyInput>>,
    /// What that is compared with.
    pub compare_at_price: Option<Option<MoneyInput>>,
    /// All prices.
    pub prices: Option<Vec<PriceInput>>,
    /// True where it is sold no more.
    pub archived: Option<bool>,
}

/// Parsed changes of a variant; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VariantChanges {
    id: Option<VariantId>,
    sku: Option<Option<String>>,
    barcode: Option<Option<String>>,
    options: Option<VariantOptions>,
    kind: Option<VariantKind>,
    requires_shipping: Option<bool>,
    tracked: Option<bool>,
    backorder_limit: Option<Option<i64>>,
    low_stock_threshold: Option<Option<i64>>,
    tax_class: Option<String>,
    cost: Option<Option<Money>>,
    weight_grams: Option<Option<i64>>,
    length_mm: Option<Option<i64>>,
    width_mm: Option<Option<i64>>,
    height_mm: Option<Option<i64>>,
    media_id: Option<Option<MediaId>>,
    metadata: Option<Metadata>,
    external_refs: Option<Vec<ExternalRef>>,
    prices: PriceChanges,
    archived: Option<bool>,
}

/// More pieces, grams or millimetres than anything a shop sells has.
const LARGEST_NUMBER: i64 = 1_000_000_000;

impl VariantChanges {
    /// Reads changes of a variant.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: VariantInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut number = |field: &str, raw| nullable(&mut errors, field, raw, bounded);
        let backorder_limit = number("backorder_limit", input.backorder_limit);
        let low_stock_threshold = number("low_stock_threshold", input.low_stock_threshold);
        let weight_grams = number("weight_grams", input.weight_grams);
        let length_mm = number("length_mm", input.length_mm);
        let width_mm = number("width_mm", input.width_mm);
        let height_mm = number("height_mm", input.height_mm);
        if input.prices.is_some() && (input.price.is_some() || input.compare_at_price.is_some()) {
            errors.add("prices", "cannot be given together with price or compare_at_price");
        }
        let prices = PriceChanges {
            plain: money(&mut errors, "price", input.price),
            compare_at: money(&mut errors, "compare_at_price", input.compare_at_price),
            all: input.prices.and_then(|raw| nest(&mut errors, "prices", parse_prices(raw))),
        };
        let changes = Self {
            id: errors.take_optional("id", input.id, |raw| raw.parse().map_err(|_| "unknown variant")),
            sku: nullable(&mut errors, "sku", input.sku, |raw| text(&raw, 255)),
            barcode: nullable(&mut errors, "barcode", input.barcode, |raw| text(&raw, 255)),
            options: input.options.and_then(|raw| nest(&mut errors, "options", VariantOptions::parse(raw))),
            kind: errors.take_optional("kind", input.kind, |raw| raw.parse()),
            requires_shipping: input.requires_shipping,
            tracked: input.tracked,
            backorder_limit,
            low_stock_threshold,
            tax_class: errors.take_optional("tax_class", input.tax_class, |raw| parse_tax_class(&raw)),
            cost: money(&mut errors, "cost", input.cost),
            weight_grams,
            length_mm,
            width_mm,
            height_mm,
            media_id: nullable(&mut errors, "media_id", input.media_id, |raw| raw.parse().map_err(|_| "unknown media")),
            metadata: errors.take_optional("metadata", input.metadata, Metadata::parse),
            external_refs: input.external_refs.and_then(|raw| nest(&mut errors, "external_refs", parse_external_refs(raw))),
            prices,
            archived: input.archived,
        };
        errors.finish(|| Some(changes))
    }

    /// Which variant is meant, where it is named.
    #[must_use]
    pub const fn id(&self) -> Option<VariantId> {
        self.id
    }

    /// The SKU that is asked for.
    #[must_use]
    pub fn sku(&self) -> Option<&str> {
        self.sku.as_ref()?.as_deref()
    }

    /// The options that are asked for.
    #[must_use]
    pub const fn options(&self) -> Option<&VariantOptions> {
        self.options.as_ref()
    }

    /// What other systems call it, where that is given.
    #[must_use]
    pub fn external_refs(&self) -> &[ExternalRef] {
        self.external_refs.as_deref().unwrap_or_default()
    }

    /// True where something is said of its prices.
    #[must_use]
    pub const fn changes_prices(&self) -> bool {
        self.prices.are_some()
    }

    /// The content with these changes; without content to start from, that of a new variant.
    ///
    /// # Errors
    /// Prices that do not fit their lists.
    pub fn apply_to(self, content: Option<VariantContent>, known: &KnownPriceLists) -> Result<VariantContent, FieldErrors> {
        let content = content.unwrap_or_else(|| VariantContent::of_kind(self.kind.unwrap_or(VariantKind::Physical)));
        Ok(VariantContent {
            sku: self.sku.unwrap_or(content.sku),
            barcode: self.barcode.unwrap_or(content.barcode),
            options: self.options.unwrap_or(content.options),
            kind: self.kind.unwrap_or(content.kind),
            requires_shipping: self.requires_shipping.unwrap_or(content.requires_shipping),
            tracked: self.tracked.unwrap_or(content.tracked),
            backorder_limit: self.backorder_limit.unwrap_or(content.backorder_limit),
            low_stock_threshold: self.low_stock_threshold.unwrap_or(content.low_stock_threshold),
            tax_class: self.tax_class.unwrap_or(content.tax_class),
            cost: self.cost.unwrap_or(content.cost),
            weight_grams: self.weight_grams.unwrap_or(content.weight_grams),
            length_mm: self.length_mm.unwrap_or(content.length_mm),
            width_mm: self.width_mm.unwrap_or(content.width_mm),
            height_mm: self.height_mm.unwrap_or(content.height_mm),
            media_id: self.media_id.unwrap_or(content.media_id),
            metadata: self.metadata.unwrap_or(content.metadata),
            external_refs: self.external_refs.unwrap_or(content.external_refs),
            prices: self.prices.apply_to(content.prices, known)?,
            archived: self.archived.unwrap_or(content.archived),
        })
    }
}

fn bounded(raw: i64) -> Result<i64, String> {
    if (0..=LARGEST_NUMBER).contains(&raw) { Ok(raw) } else { Err(format!("must be between 0 and {LARGEST_NUMBER}")) }
}

/// A field that may be absent, null or given.
fn nullable<R, T, E: fmt::Display>(
    errors: &mut FieldErrors,
    field: &str,
    raw: Option<Option<R>>,
    parse: impl FnOnce(R) -> Result<T, E>,
) -> Option<Option<T>> {
    raw.map(|raw| errors.take_optional(field, raw, parse))
}

fn money(errors: &mut FieldErrors, field: &str, raw: Option<Option<MoneyInput>>) -> Option<Option<Money>> {
    raw.map(|raw| raw.and_then(|raw| nest(errors, field, parse_money(raw))))
}

fn nest<T>(errors: &mut FieldErrors, field: &str, parsed: Result<T, FieldErrors>) -> Option<T> {
    parsed.map_err(|inner| errors.nest(field, inner)).ok()
}

fn parse_tax_class(raw: &str) -> Result<String, &'static str> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if (1..=64).contains(&raw.len()) && raw.chars().all(word) {
        Ok(raw.to_owned())
    } else {
        Err("must be 1 to 64 lower-case letters, digits, dashes or underscores")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use kernel::{Currency, PriceListId};

    use super::*;
    use crate::variants::Derivations;

    fn content_of(input: VariantInput) -> VariantContent {
        let default = PriceListId::generate();
        let known = KnownPriceLists { default, currencies: HashMap::from([(default, Currency::USD)]), derivations: Derivations::default() };
        VariantChanges::parse(input).expect("changes").apply_to(None, &known).expect("content")
    }

    #[test]
    fn the_kind_decides_what_is_shipped_and_counted() {
        let kind = |kind: &str| VariantInput { kind: Some(kind.to_owned()), ..VariantInput::default() };
        let told = |content: VariantContent| (content.requires_shipping, content.tracked);
        assert_eq!(told(content_of(VariantInput::default())), (true, true));
        assert_eq!(told(content_of(kind("digital"))), (false, false));
        assert_eq!(told(content_of(VariantInput { tracked: Some(true), ..kind("digital") })), (false, true));
        assert_eq!(told(content_of(VariantInput { requires_shipping: Some(false), ..VariantInput::default() })), (false, true));
    }

    #[test]
    fn backorders_are_off_until_told_otherwise() {
        assert_eq!(content_of(VariantInput::default()).backorder_limit, Some(0));
        assert_eq!(content_of(VariantInput { backorder_limit: Some(None), ..VariantInput::default() }).backorder_limit, None);
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let amount = |minor, currency: &str| Some(Some(MoneyInput { amount: minor, currency: currency.to_owned() }));
        let input = VariantInput {
            id: Some("x".to_owned()),
            sku: Some(Some(String::new())),
            weight_grams: Some(Some(-1)),
            tax_class: Some("Reduced rate".to_owned()),
            price: amount(Money::MAX_MINOR + 1, "USD"),
            cost: amount(1, "usd"),
            prices: Some(vec![]),
            ..VariantInput::default()
        };
        let fields: Vec<String> = VariantChanges::parse(input).expect_err("refused").into_map().into_keys().collect();
        assert_eq!(fields, ["cost.currency", "id", "price.amount", "prices", "sku", "tax_class", "weight_grams"]);
    }
}
