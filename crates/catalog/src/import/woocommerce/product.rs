//! A product row with its variations, read into one product.

use std::collections::BTreeSet;

use kernel::Currency;
use serde_json::Value;

use super::columns::Column;
use super::kind::{RowType, Structure};
use super::references::{self, SKU_SOURCE, SOURCE};
use super::variation::{self, Parent, Variation};
use super::{attributes, variant};
use crate::import::cells;
use crate::import::columns::{Header, Scope};
use crate::import::field::Field;
use crate::import::option_list::folded;
use crate::import::outcome::{Note, Notes, Rejected, SourcedRecord};
use crate::import::reading::Reading;
use crate::import::record::{ExternalRef, MediaRecord, ProductRecord, Relations};
use crate::import::sheet::Row;
use crate::import::variant_record::VariantRecord;
use crate::products::ProductStatus;

const TYPE_KEY: &str = "woocommerce.type";
const PUBLISHED_KEY: &str = "woocommerce.published";
const VISIBILITY_KEY: &str = "woocommerce.visibility";
const POSITION_KEY: &str = "woocommerce.position";
const SHORT_DESCRIPTION_KEY: &str = "woocommerce.short_description";
const GTIN_KEY: &str = "woocommerce.gtin";
const BRANDS_KEY: &str = "woocommerce.brands";
pub(crate) const NOT_PUBLISHED: &str = "must be 1 (published), 0 (private), -1 (draft) or 2 (pending)";

/// What every row is read with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) header: &'a Header<Column>,
    pub(crate) currency: Currency,
}

/// Reads a whole product with its variations; one bad cell in any of them leaves all of it out.
pub(crate) fn read(source: Source<'_>, row: &Row, variations: &[Row], mut notes: Notes) -> Result<SourcedRecord, Rejected> {
    let mut record = ProductRecord::default();
    let mut reading = Reading::new(source.header, row, &mut notes);
    read_identity(&mut reading, &mut record);
    if note_broken(std::iter::once(row).chain(variations), &mut notes) {
        return notes.finish(record, None);
    }
    let mut reading = Reading::new(source.header, row, &mut notes);
    let row_type = RowType::parse(reading.word(Column::Type));
    read_texts(&mut reading, &mut record);
    read_lists(&mut reading, &mut record);
    read_metadata(source, &mut reading, &mut record);
    let own = attributes::read(source.header, &mut reading);
    read_type(&mut reading, &mut record, row_type);
    if row_type.structure == Structure::Variable {
        let shared = variant::shared(source.header, &mut reading);
        warn_of_unsold_cells(&mut reading, variations.is_empty());
        let published = reading.word(Column::Published).to_owned();
        let parent = Parent { published: &published, attributes: &own };
        let read: Vec<_> = variations.iter().map(|row| variation::read(source, row, Some(parent), &mut notes)).collect();
        let of_variations: Vec<_> = read.iter().map(|variation| variation.attributes.clone()).collect();
        attributes::warn_of_empty(&mut Reading::new(source.header, row, &mut notes), &own, &of_variations);
        let own = attributes::are_in(source.header).then_some(own);
        add_variations(&mut record, own, (read, shared), &mut notes);
    } else {
        attributes::warn_of_empty(&mut reading, &own, &[]);
        if attributes::are_in(source.header) {
            attributes::share_out(&mut record, own, &[]);
        }
        if row_type.structure == Structure::Grouped {
            warn_of_sold_cells(source, &mut reading, "is not taken: a group is not bought itself");
        } else {
            record.variants.push(variant::read(source.header, &mut reading, row_type, source.currency));
        }
    }
    notes.fit_metadata(&mut record);
    notes.finish(record, None)
}

/// Notes what is wrong with whole rows; true where there is something.
pub(crate) fn note_broken<'a>(rows: impl Iterator<Item = &'a Row>, notes: &mut Notes) -> bool {
    let before = notes.errors.len();
    rows.filter_map(|row| row.broken.clone()).for_each(|note| notes.error(note));
    notes.errors.len() > before
}

fn read_identity(reading: &mut Reading<'_, Column>, record: &mut ProductRecord) {
    let (id, sku) = (reading.word(Column::Id), reading.word(Column::Sku));
    record.title = reading.text(Column::Name);
    if !id.is_empty() {
        record.external_refs.push(ExternalRef::new(SOURCE, id));
    }
    let row_type = RowType::parse(reading.word(Column::Type));
    if !sku.is_empty() && matches!(row_type.structure, Structure::Variable | Structure::Grouped) {
        record.external_refs.push(ExternalRef::new(SKU_SOURCE, sku));
    }
    let named = !reading.word(Column::Name).is_empty();
    if !named && reading.has(Column::Name) {
        reading.error(Column::Name, "is empty");
    } else if !named && id.is_empty() && sku.is_empty() {
        reading.row_error("has no ID, SKU or name");
    }
}

fn read_texts(reading: &mut Reading<'_, Column>, record: &mut ProductRecord) {
    record.description = reading.text(Column::Description).map(|text| line_breaks(&text));
    record.external_url = reading.map(Column::ExternalUrl, str::to_owned);
    record.external_button_text = reading.map(Column::ButtonText, str::to_owned);
    let published = reading.parse(Column::Published, published);
    if !published.is_keep() {
        let kept = published.get().and_then(|(_, kept)| *kept);
        record.metadata.insert(PUBLISHED_KEY.to_owned(), kept.map_or(Value::Null, Value::from));
    }
    record.status = published.map(|(status, _)| status);
}

/// Our status, and WooCommerce's where that is more than ours.
pub(crate) fn published(text: &str) -> Result<(ProductStatus, Option<&'static str>), &'static str> {
    match text {
        "1" => Ok((ProductStatus::Active, None)),
        "0" => Ok((ProductStatus::Draft, Some("private"))),
        "-1" => Ok((ProductStatus::Draft, None)),
        "2" => Ok((ProductStatus::Draft, Some("pending"))),
        _ => Err(NOT_PUBLISHED),
    }
}

fn read_lists(reading: &mut Reading<'_, Column>, record: &mut ProductRecord) {
    record.tags = reading.map(Column::Tags, cells::escaped_list);
    record.categories = reading.map(Column::Categories, |text| cells::escaped_list(text).iter().map(|part| cells::path(part)).collect());
    let images = reading.map(Column::Images, cells::escaped_list).map(|urls| each_once(reading, urls));
    record.media = images.map(|urls| {
        let media = |(position, url)| MediaRecord { url, position: Some(position), alt: None };
        (1..).zip(urls).map(media).collect()
    });
    record.relations = Relations {
        grouped: reading.map(Column::Grouped, references::list),
        upsell: reading.map(Column::Upsells, references::list),
        cross_sell: reading.map(Column::CrossSells, references::list),
    };
    let brands = reading.map(Column::Brands, cells::escaped_list);
    if let Field::Set([_, _, ..]) = brands.as_ref().map(Vec::as_slice) {
        reading.warn(Column::Brands, "has several brands; the first is taken, all are kept as metadata");
        record.metadata.insert(BRANDS_KEY.to_owned(), reading.word(Column::Brands).into());
    } else if !brands.is_keep() {
        record.metadata.insert(BRANDS_KEY.to_owned(), Value::Null);
    }
    record.brand = match brands {
        Field::Keep => Field::Keep,
        brands => Field::present(brands.into_option().and_then(|brands| brands.into_iter().next())),
    };
}

fn each_once(reading: &mut Reading<'_, Column>, urls: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let count = urls.len();
    let urls: Vec<String> = urls.into_iter().filter(|url| seen.insert(url.clone())).collect();
    if urls.len() < count {
        reading.warn(Column::Images, "names a picture twice, which is taken once");
    }
    urls
}

fn read_metadata(source: Source<'_>, reading: &mut Reading<'_, Column>, record: &mut ProductRecord) {
    record.metadata.extend(reading.metadata(|column| column.scope != Scope::Variant));
    read_row_metadata(source, reading, &mut record.metadata);
    for (column, key, default) in [(Column::Visibility, VISIBILITY_KEY, "visible"), (Column::Position, POSITION_KEY, "0")] {
        if reading.has(column) {
            let word = Some(reading.word(column)).filter(|word| !word.is_empty() && *word != default);
            record.metadata.insert(key.to_owned(), word.map_or(Value::Null, Value::from));
        }
    }
    if !matches!(reading.word(Column::Visibility), "" | "visible") {
        reading.warn(Column::Visibility, "is kept as metadata; the product is shown like any other");
    }
}

/// What products and variations both keep.
pub(crate) fn read_row_metadata(source: Source<'_>, reading: &Reading<'_, Column>, metadata: &mut crate::import::record::MetadataPatch) {
    variant::read_downloads(source.header, reading, metadata);
    if let Some(text) = reading.cell(Column::ShortDescription) {
        let text = line_breaks(text);
        metadata.insert(SHORT_DESCRIPTION_KEY.to_owned(), if text.is_empty() { Value::Null } else { text.into() });
    }
}

fn read_type(reading: &mut Reading<'_, Column>, record: &mut ProductRecord, row_type: RowType) {
    if !reading.has(Column::Type) {
        return;
    }
    let kept = if row_type.is_plain() { Value::Null } else { reading.word(Column::Type).into() };
    record.metadata.insert(TYPE_KEY.to_owned(), kept);
    if row_type.structure == Structure::Other {
        reading.warn(Column::Type, "is a type of a plug-in, read as simple");
    }
    reading.warn_of_filled(&[Column::Parent], "is not taken: only variations belong to a product");
    if matches!(row_type.structure, Structure::Variable | Structure::Grouped) && reading.has(Column::Gtin) {
        let gtin = Some(reading.word(Column::Gtin)).filter(|gtin| !gtin.is_empty());
        record.metadata.insert(GTIN_KEY.to_owned(), gtin.map_or(Value::Null, Value::from));
    }
}

/// What is bought are the variations: a price or stock of the product itself reaches nobody.
fn warn_of_unsold_cells(reading: &mut Reading<'_, Column>, alone: bool) {
    if alone {
        reading.row_warning("is a variable product without variations in this file: it gets no variants");
    }
    warn_of_own_cells(reading, "is not taken: each variation has its own");
}

const OWN_CELLS: [Column; 7] =
    [Column::Stock, Column::LowStock, Column::RegularPrice, Column::SalePrice, Column::SaleStarts, Column::SaleEnds, Column::Cost];

/// Price and stock of a row that is not bought itself.
fn warn_of_own_cells(reading: &mut Reading<'_, Column>, message: &str) {
    reading.warn_of_filled(&OWN_CELLS, message);
    for (column, usual) in [(Column::InStock, "1"), (Column::Backorders, "0")] {
        if reading.word(column) != usual {
            reading.warn_of_filled(&[column], message);
        }
    }
}

/// Everything about a thing that is bought, in the row of a group.
fn warn_of_sold_cells(source: Source<'_>, reading: &mut Reading<'_, Column>, message: &str) {
    warn_of_own_cells(reading, message);
    let measures: Vec<Column> = source.header.fields().filter(|column| variant::is_measure(*column)).collect();
    reading.warn_of_filled(&measures, message);
    reading.warn_of_filled(&[Column::TaxClass], message);
    if !reading.word(Column::TaxStatus).eq_ignore_ascii_case("taxable") {
        reading.warn_of_filled(&[Column::TaxStatus], message);
    }
}

type Attributes = Vec<attributes::Attribute>;
type Variations = (Vec<variation::Variation>, VariantRecord);

/// Adds variations with what they inherit. `own` are the attributes of the product, where the file has any.
fn add_variations(record: &mut ProductRecord, own: Option<Attributes>, (read, shared): Variations, notes: &mut Notes) {
    let by_options = own.is_some() && !read.is_empty();
    if let Some(own) = own {
        let of_variations: Vec<_> = read.iter().map(|variation| variation.attributes.clone()).collect();
        attributes::share_out(record, own, &of_variations);
    }
    if read.is_empty() {
        // Which attributes are options is not known without variations: what the shop has stays.
        record.options = Field::Keep;
    }
    let options = record.options.get().cloned().unwrap_or_default();
    let (mut told_apart, mut lines) = (BTreeSet::new(), Vec::new());
    for Variation { line, mut variant, attributes } in read {
        variant::inherit(&mut variant, &shared);
        variant.options = attributes::options_of(&attributes, &options);
        if !told_apart.insert(distinction(by_options, &variant)) {
            let message = "cannot be told from another variation: its attribute values (or ID and SKU, without attributes) are the same";
            notes.error(Note::row(line, message));
        }
        if let Some(names) = attributes::left_open(&attributes) {
            let message = format!("fits any {names}: where others do not, it is sold under the value {}", attributes::ANY);
            notes.warn(Note::row(line, message));
        }
        record.variants.push(variant);
        lines.push(line);
    }
    let mut lined: Vec<_> = lines.into_iter().zip(std::mem::take(&mut record.variants)).collect();
    lined.sort_by_key(|(_, variant)| variant.position);
    (notes.lines.variants, record.variants) = lined.into_iter().unzip();
}

/// What tells a variation from the others: its option values, or its names in a file that has no attributes.
fn distinction(by_options: bool, variant: &VariantRecord) -> Vec<(String, String)> {
    if by_options {
        return folded(&variant.options);
    }
    let sku = variant.sku.get().map(|sku| (String::new(), sku.clone()));
    let names = variant.external_refs.iter().map(|external| (external.source.clone(), external.id.clone()));
    sku.into_iter().chain(names).collect()
}

/// Line breaks are written as `\n`; `\\n` is a backslash and an n.
pub(crate) fn line_breaks(text: &str) -> String {
    text.split("\\\\n").map(|part| part.replace("\\n", "\n")).collect::<Vec<_>>().join("\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_are_written_as_two_letters() {
        assert_eq!(line_breaks(r"one\ntwo\\nthree"), "one\ntwo\\nthree");
    }
}
