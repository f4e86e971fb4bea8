//! One row, read into one variant.

use std::collections::BTreeMap;

use kernel::Currency;
use serde_json::Value;

use super::columns::Column;
use crate::import::cells::{self, Unit, Unreadable};
use crate::import::columns::Scope;
use crate::import::field::Field;
use crate::import::reading::Reading;
use crate::import::variant_record::{Amount, Backorder, PriceRecord, VariantRecord};
use crate::variants::VariantKind;

/// Kept where another system than Shopify counts the stock.
pub(crate) const TRACKER_KEY: &str = "shopify.inventory_tracker";
/// The tracker that is Shopify itself.
pub(crate) const OWN_TRACKER: &str = "shopify";

/// Reads the variant of a row.
pub(crate) fn read(reading: &mut Reading<'_, Column>, names: &[(u8, String)], gift_card: Field<bool>, currency: Currency) -> VariantRecord {
    let mut variant = VariantRecord {
        sku: reading.map(Column::Sku, str::to_owned),
        barcode: reading.map(Column::Barcode, str::to_owned),
        options: options(reading, names),
        taxable: reading.parse(Column::Taxable, cells::truth),
        backorder: reading.parse(Column::Backorder, backorder),
        prices: prices(reading, currency),
        cost: reading.parse(Column::Cost, |text| Amount::parse(text, currency)),
        weight_grams: reading.measure(Column::Grams, Unit::GRAM),
        media_url: reading.map(Column::VariantImage, str::to_owned),
        metadata: reading.metadata(|column| column.scope == Scope::Variant),
        requires_shipping: reading.parse(Column::RequiresShipping, cells::truth),
        ..VariantRecord::default()
    };
    variant.kind = kind(gift_card, &variant.requires_shipping);
    read_stock(reading, &mut variant);
    variant
}

/// The file tells gift cards and what is shipped from the rest, which is called digital.
fn kind(gift_card: Field<bool>, requires_shipping: &Field<bool>) -> Field<VariantKind> {
    match (gift_card, requires_shipping) {
        (Field::Set(true), _) => Field::Set(VariantKind::GiftCard),
        (_, Field::Set(true)) => Field::Set(VariantKind::Physical),
        (_, Field::Set(false)) => Field::Set(VariantKind::Digital),
        (Field::Keep, Field::Keep) => Field::Keep,
        (_, Field::Keep | Field::Clear) => Field::Clear,
    }
}

fn options(reading: &mut Reading<'_, Column>, names: &[(u8, String)]) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    for (place, name) in names {
        match reading.word(Column::OptionValue(*place)) {
            "" => reading.error(Column::OptionValue(*place), format!("has no value for the option {name}")),
            value => drop(options.insert(name.clone(), value.to_owned())),
        }
    }
    for place in 0..3 {
        let value = reading.word(Column::OptionValue(place));
        let is_named = names.iter().any(|(named, _)| *named == place);
        let is_default = names.is_empty() && place == 0 && value.eq_ignore_ascii_case("Default Title");
        if !value.is_empty() && !is_named && !is_default {
            reading.error(Column::OptionValue(place), "has no option name in the first row of the product");
        }
    }
    options
}

fn prices(reading: &mut Reading<'_, Column>, currency: Currency) -> Field<Vec<PriceRecord>> {
    let amount = reading.parse(Column::Price, |text| Amount::parse(text, currency));
    let compare_at = reading.parse(Column::CompareAt, |text| Amount::parse(text, currency)).into_option();
    if amount.get().is_none() && compare_at.is_some() {
        reading.warn(Column::CompareAt, "is not taken without a price");
    }
    amount.map(|amount| vec![PriceRecord::plain(amount, compare_at)])
}

fn backorder(text: &str) -> Result<Backorder, Unreadable> {
    match text.to_lowercase().as_str() {
        "continue" => Ok(Backorder::Unlimited),
        "deny" => Ok(Backorder::None),
        word => match cells::truth(word) {
            Ok(true) => Ok(Backorder::Unlimited),
            Ok(false) => Ok(Backorder::None),
            Err(_) => Err(Unreadable("must be deny, continue, true or false")),
        },
    }
}

fn read_stock(reading: &mut Reading<'_, Column>, variant: &mut VariantRecord) {
    if let Some(tracker) = reading.cell(Column::Tracker).map(str::trim) {
        variant.tracked = Field::Set(!tracker.is_empty());
        let other = !tracker.is_empty() && !tracker.eq_ignore_ascii_case(OWN_TRACKER);
        variant.metadata.insert(TRACKER_KEY.to_owned(), if other { tracker.into() } else { Value::Null });
    }
    // The inventory CSV writes this where a location does not hold the variant.
    if reading.word(Column::Quantity).eq_ignore_ascii_case("not stocked") {
        variant.on_hand = Field::Clear;
        return;
    }
    variant.on_hand = reading.pieces(Column::Quantity);
}
