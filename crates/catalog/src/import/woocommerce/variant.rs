//! What is bought: the variant of a simple product, or of a variation.

use kernel::Currency;
use serde_json::{Value, json};

use super::columns::Column;
use super::kind::RowType;
use super::{prices, stock};
use crate::import::cells;
use crate::import::columns::Header;
use crate::import::field::Field;
use crate::import::reading::Reading;
use crate::import::record::MetadataPatch;
use crate::import::variant_record::{Amount, VariantRecord};

const TAX_STATUS_KEY: &str = "woocommerce.tax_status";
const DOWNLOADS_KEY: &str = "woocommerce.downloads";

/// Reads what a row says of the thing that is bought, without its options and references.
pub(crate) fn read(header: &Header<Column>, reading: &mut Reading<'_, Column>, row_type: RowType, currency: Currency) -> VariantRecord {
    let mut variant = shared(header, reading);
    variant.sku = reading.map(Column::Sku, str::to_owned);
    variant.barcode = reading.map(Column::Gtin, str::to_owned);
    if reading.has(Column::Type) {
        variant.kind = Field::Set(row_type.kind());
        variant.requires_shipping = Field::Set(row_type.ships());
    }
    variant.prices = prices::read(reading, currency);
    variant.cost = reading.parse(Column::Cost, |text| Amount::parse(&cells::decimal_point(text), currency));
    stock::read(reading, &mut variant);
    variant
}

/// Measures and tax, which variations inherit from their product.
pub(crate) fn shared(header: &Header<Column>, reading: &mut Reading<'_, Column>) -> VariantRecord {
    let mut variant = VariantRecord::default();
    for column in header.fields().filter(|column| is_measure(*column)) {
        read_measure(reading, column, &mut variant);
    }
    variant.tax_class = match reading.word(Column::TaxClass) {
        word if word.eq_ignore_ascii_case("parent") => Field::Keep,
        // WooCommerce writes its key, people its name: `Reduced rate` is `reduced-rate`.
        _ => reading.map(Column::TaxClass, |name| name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-")),
    };
    let status = reading.parse(Column::TaxStatus, tax_status);
    if !status.is_keep() {
        let only_shipping = status.get().is_some_and(|(_, only_shipping)| *only_shipping);
        variant.metadata.insert(TAX_STATUS_KEY.to_owned(), if only_shipping { "shipping".into() } else { Value::Null });
    }
    variant.taxable = status.map(|(taxable, _)| taxable);
    variant
}

/// What a variation leaves out, its product says.
pub(crate) fn inherit(variant: &mut VariantRecord, product: &VariantRecord) {
    variant.weight_grams = variant.weight_grams.or(product.weight_grams);
    variant.length_mm = variant.length_mm.or(product.length_mm);
    variant.width_mm = variant.width_mm.or(product.width_mm);
    variant.height_mm = variant.height_mm.or(product.height_mm);
    variant.taxable = variant.taxable.or(product.taxable);
    // An empty class is the standard class, not a gap: only the word `parent` inherits.
    if variant.tax_class.is_keep() {
        variant.tax_class.clone_from(&product.tax_class);
    }
}

fn tax_status(text: &str) -> Result<(bool, bool), &'static str> {
    match text.to_lowercase().as_str() {
        "taxable" => Ok((true, false)),
        "shipping" => Ok((false, true)),
        "none" => Ok((false, false)),
        _ => Err("must be taxable, shipping or none"),
    }
}

pub(crate) fn is_measure(column: Column) -> bool {
    matches!(column, Column::Weight(_) | Column::Length(_) | Column::Width(_) | Column::Height(_))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "four of forty columns are asked for")]
fn read_measure(reading: &mut Reading<'_, Column>, column: Column, variant: &mut VariantRecord) {
    match column {
        Column::Weight(unit) => variant.weight_grams = reading.measure(column, unit),
        Column::Length(unit) => variant.length_mm = reading.measure(column, unit),
        Column::Width(unit) => variant.width_mm = reading.measure(column, unit),
        Column::Height(unit) => variant.height_mm = reading.measure(column, unit),
        _ => {}
    }
}

/// The files that a buyer may load, kept as metadata of the row's own thing.
pub(crate) fn read_downloads(header: &Header<Column>, reading: &Reading<'_, Column>, metadata: &mut MetadataPatch) {
    let mut numbers: Vec<u16> = header.fields().filter_map(download_number).collect();
    if numbers.is_empty() {
        return;
    }
    numbers.sort_unstable();
    numbers.dedup();
    let mut downloads = Vec::new();
    for number in numbers {
        let word = |column: Column| reading.word(column);
        let (id, name, url) = (word(Column::DownloadId(number)), word(Column::DownloadName(number)), word(Column::DownloadUrl(number)));
        if !(id.is_empty() && name.is_empty() && url.is_empty()) {
            downloads.push(json!({ "id": id, "name": name, "url": url }));
        }
    }
    let downloads = if downloads.is_empty() { Value::Null } else { Value::Array(downloads) };
    metadata.insert(DOWNLOADS_KEY.to_owned(), downloads);
}

#[expect(clippy::wildcard_enum_match_arm, reason = "three of forty columns are asked for")]
fn download_number(column: Column) -> Option<u16> {
    match column {
        Column::DownloadId(number) | Column::DownloadName(number) | Column::DownloadUrl(number) => Some(number),
        _ => None,
    }
}
