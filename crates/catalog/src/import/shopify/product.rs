//! The rows of one handle, read into one product.

use std::collections::BTreeSet;

use kernel::{Currency, Slug};
use serde_json::Value;

use super::columns::{Column, TYPE_ATTRIBUTE};
use super::status::{self, Word};
use super::variant;
use crate::import::cells;
use crate::import::columns::{Header, MetadataColumn, Scope};
use crate::import::field::Field;
use crate::import::option_list::{OptionList, folded};
use crate::import::outcome::{Lines, Note, Notes, Rejected, SourcedRecord};
use crate::import::reading::Reading;
use crate::import::record::{ExternalRef, MediaRecord, OptionRecord, ProductRecord, Seo};
use crate::import::sheet::Row;
use crate::import::variant_record::VariantRecord;

/// Whose words external references are.
pub(crate) const SOURCE: &str = "shopify";

/// Product cells that later rows may repeat, but not change.
const FIRST_ROW_ONLY: [Column; 14] = [
    Column::Title,
    Column::Description,
    Column::Vendor,
    Column::Category,
    Column::Type,
    Column::Tags,
    Column::Published,
    Column::Status,
    Column::SeoTitle,
    Column::SeoDescription,
    Column::GiftCard,
    Column::OptionName(0),
    Column::OptionName(1),
    Column::OptionName(2),
];

/// Reads a whole product; one bad cell leaves all of it out.
pub(crate) fn read(header: &Header<Column>, rows: &[Row], currency: Currency, mut notes: Notes) -> Result<SourcedRecord, Rejected> {
    let mut record = ProductRecord::default();
    let Some(first) = rows.first() else { return notes.finish(record, None) };
    let broken: Vec<&Note> = rows.iter().filter_map(|row| row.broken.as_ref()).collect();
    broken.iter().for_each(|note| notes.error((*note).clone()));
    let mut reading = Reading::new(header, first, &mut notes);
    read_identity(&mut reading, &mut record);
    if broken.is_empty() {
        read_product(&mut reading, &mut record);
        let names = option_names(&mut reading);
        read_rows(header, rows, &mut notes, (&mut record, names, currency));
        notes.fit_metadata(&mut record);
    }
    notes.finish(record, None)
}

fn read_identity(reading: &mut Reading<'_, Column>, record: &mut ProductRecord) {
    let handle = reading.word(Column::Handle);
    record.title = reading.text(Column::Title);
    if handle.is_empty() && reading.word(Column::Title).is_empty() {
        reading.row_error("has neither a handle nor a title");
    } else if reading.has(Column::Title) && reading.word(Column::Title).is_empty() {
        reading.error(Column::Title, "is empty in the first row of a product; rows of one product must follow each other");
    }
    if handle.is_empty() {
        return;
    }
    record.external_refs.push(ExternalRef::new(SOURCE, handle));
    record.slug = Slug::parse(handle).or_else(|_| Slug::from_title(handle)).ok();
    match &record.slug {
        Some(slug) if slug.as_str() == handle => {}
        Some(slug) => reading.warn(Column::Handle, format!("becomes {slug} in URLs")),
        None => reading.warn(Column::Handle, "cannot stand in a URL, the title is used"),
    }
}

fn read_product(reading: &mut Reading<'_, Column>, record: &mut ProductRecord) {
    record.description = reading.text(Column::Description);
    record.brand = reading.text(Column::Vendor);
    record.tags = reading.map(Column::Tags, cells::list);
    record.categories = reading.map(Column::Category, |text| vec![cells::path(text)]);
    record.seo = Seo { title: reading.text(Column::SeoTitle), description: reading.text(Column::SeoDescription) };
    match reading.map(Column::Type, |text| vec![text.to_owned()]) {
        Field::Keep => {}
        named => drop(record.attributes.insert(TYPE_ATTRIBUTE.to_owned(), named.into_option().unwrap_or_default())),
    }
    record.metadata = reading.metadata(|column| column.scope == Scope::Product);
    let word = reading.parse(Column::Status, Word::parse);
    if word == Field::Set(Word::Unlisted) {
        reading.warn(Column::Status, "is kept as metadata; the product is shown like any other");
    }
    let published = reading.parse(Column::Published, cells::truth);
    record.status = status::read(word, published, &mut record.metadata);
}

/// The names of the first row. `Title` with the value `Default Title` is how Shopify says that there are no options.
fn option_names(reading: &mut Reading<'_, Column>) -> Vec<(u8, String)> {
    let names = (0..3).map(|place| (place, reading.word(Column::OptionName(place)).to_owned()));
    let mut names: Vec<(u8, String)> = names.filter(|(_, name)| !name.is_empty()).collect();
    let is_default = |reading: &Reading<'_, Column>| reading.word(Column::OptionValue(0)).eq_ignore_ascii_case("Default Title");
    if matches!(names.as_slice(), [(0, name)] if name.eq_ignore_ascii_case("Title")) && is_default(reading) {
        names.clear();
    }
    let mut seen = BTreeSet::new();
    for (place, name) in &names {
        if !seen.insert(kernel::fold(name)) {
            reading.error(Column::OptionName(*place), "is the name of another option, too");
        }
    }
    names
}

type Target<'a> = (&'a mut ProductRecord, Vec<(u8, String)>, Currency);

fn read_rows(header: &Header<Column>, rows: &[Row], notes: &mut Notes, (record, names, currency): Target<'_>) {
    let mut media = Vec::new();
    let mut lines = Vec::new();
    let mut told_apart = BTreeSet::new();
    let variant_columns: Vec<Column> = header.fields().filter(|column| column.is_variant()).collect();
    let gift_card = rows.first().map_or(Field::Keep, |row| Reading::new(header, row, notes).parse(Column::GiftCard, cells::truth));
    for (index, row) in rows.iter().enumerate() {
        let mut reading = Reading::new(header, row, notes);
        let before = media.len();
        media.extend(read_image(&mut reading, &media).map(|picture| (row.line, picture)));
        let filled = variant_columns.iter().any(|column| !reading.word(*column).is_empty());
        // The first row is a variant even where its cells are empty: they clear what is stored.
        let is_variant = filled || (index == 0 && !variant_columns.is_empty());
        if is_variant {
            let mut read = variant::read(&mut reading, &names, gift_card, currency);
            if !told_apart.insert(distinction(header, &read)) {
                reading
                    .row_error("cannot be told from another row of this product: its option values (or SKU, without options) are the same");
            }
            if index > 0 {
                keep_differing_metadata(&reading, record, &mut read.metadata);
            }
            record.variants.push(read);
            lines.push(row.line);
        } else if media.len() == before {
            reading.row_warning("has neither a variant nor a picture");
        } else {
            let is_lost =
                |column: &MetadataColumn, value: &Value| column.scope != Scope::Product || record.metadata.get(&column.key) != Some(value);
            reading.warn_of_metadata(is_lost, "is not taken: the row is of a picture, not of a variant");
        }
        if let (Some(first), true) = (rows.first(), index > 0) {
            warn_of_changed_cells(header, first, &mut reading);
        }
    }
    record.options = options(header, &names, record);
    let has_media = header.has(Column::ImageUrl);
    media.sort_by_key(|(_, picture): &(u64, MediaRecord)| picture.position);
    let (media_lines, media): (Vec<u64>, Vec<MediaRecord>) = media.into_iter().unzip();
    notes.lines = Lines { variants: lines, media: media_lines };
    record.media = if has_media { Field::present(Some(media).filter(|media| !media.is_empty())) } else { Field::Keep };
}

/// What tells a variant from the others: its option values, or its SKU in a file that has no columns for those.
fn distinction(header: &Header<Column>, variant: &VariantRecord) -> Vec<(String, String)> {
    if header.has(Column::OptionName(0)) {
        return folded(&variant.options);
    }
    vec![(String::new(), variant.sku.get().cloned().unwrap_or_default())]
}

fn read_image(reading: &mut Reading<'_, Column>, before: &[(u64, MediaRecord)]) -> Option<MediaRecord> {
    let url = reading.map(Column::ImageUrl, str::to_owned).into_option();
    let Some(url) = url else {
        reading.warn_of_filled(&[Column::ImagePosition, Column::ImageAlt], "describes no picture of this row");
        return None;
    };
    if let Some((row, _)) = before.iter().find(|(_, picture)| picture.url == url) {
        reading.warn(Column::ImageUrl, format!("is the picture of row {row}, too, and is taken once"));
        return None;
    }
    let next = u32::try_from(before.len() + 1).ok();
    let position = reading.parse(Column::ImagePosition, cells::count).into_option().or(next);
    Some(MediaRecord { url, position, alt: reading.text(Column::ImageAlt).into_option() })
}

/// A later row may say something of its own in a column of the product (a part number by variant): the variant keeps it.
fn keep_differing_metadata(reading: &Reading<'_, Column>, record: &ProductRecord, own: &mut crate::import::record::MetadataPatch) {
    let repeated = reading.metadata(|column| column.scope == Scope::Product);
    own.extend(repeated.into_iter().filter(|(key, value)| !value.is_null() && record.metadata.get(key) != Some(value)));
}

fn warn_of_changed_cells(header: &Header<Column>, first: &Row, reading: &mut Reading<'_, Column>) {
    for column in FIRST_ROW_ONLY {
        let said = header.place(column).map_or("", |place| first.cell(place).trim());
        let word = reading.word(column);
        if !word.is_empty() && word != crate::import::formula::unescape_formula(said).trim() {
            reading.warn(column, "differs from the first row of the product, which counts");
        }
    }
}

/// Option values in the order of their first variant.
fn options(header: &Header<Column>, names: &[(u8, String)], record: &ProductRecord) -> Field<Vec<OptionRecord>> {
    if !header.has(Column::OptionName(0)) {
        return Field::Keep;
    }
    let mut options = OptionList::default();
    names.iter().for_each(|(_, name)| options.declare(name));
    for (name, value) in record.variants.iter().flat_map(|variant| &variant.options) {
        options.add(name, value);
    }
    let options = options.finish();
    Field::present(Some(options).filter(|options| !options.is_empty()))
}
