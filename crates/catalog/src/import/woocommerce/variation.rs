//! One variation row.

use serde_json::Value;

use super::attributes::{self, Attribute};
use super::columns::Column;
use super::kind::RowType;
use super::product::{self, Source, line_breaks};
use super::references::SOURCE;
use super::{stock, variant};
use crate::import::cells;
use crate::import::columns::Scope;
use crate::import::outcome::{Notes, Rejected, SourcedRecord};
use crate::import::reading::Reading;
use crate::import::record::{ExternalRef, ProductRecord, Reference};
use crate::import::sheet::Row;
use crate::import::variant_record::VariantRecord;

const NAME_KEY: &str = "woocommerce.name";
const DESCRIPTION_KEY: &str = "woocommerce.description";
const PUBLISHED_KEY: &str = "woocommerce.published";
const TYPE_KEY: &str = "woocommerce.type";

/// Cells that only products fill.
const PRODUCT_ONLY: [Column; 8] = [
    Column::Categories,
    Column::Tags,
    Column::Brands,
    Column::Grouped,
    Column::Upsells,
    Column::CrossSells,
    Column::ExternalUrl,
    Column::ButtonText,
];

/// A variation as its row has it, without what it inherits.
#[derive(Debug)]
pub(crate) struct Variation {
    pub(crate) line: u64,
    pub(crate) variant: VariantRecord,
    pub(crate) attributes: Vec<Attribute>,
}

/// What its product says that a variation only repeats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent<'a> {
    pub(crate) published: &'a str,
    pub(crate) attributes: &'a [Attribute],
}

/// Reads one variation; of a product that is not in the file nothing is known.
pub(crate) fn read(source: Source<'_>, row: &Row, parent: Option<Parent<'_>>, notes: &mut Notes) -> Variation {
    let mut reading = Reading::new(source.header, row, notes);
    let row_type = RowType::parse(reading.word(Column::Type));
    let mut variant = variant::read(source.header, &mut reading, row_type, source.currency);
    read_identity(&mut reading, &mut variant);
    read_image(&mut reading, &mut variant);
    read_metadata(source, &reading, &mut variant);
    if reading.has(Column::Type) {
        let kept = if row_type.is_plain() { Value::Null } else { reading.word(Column::Type).into() };
        variant.metadata.insert(TYPE_KEY.to_owned(), kept);
    }
    read_published(&mut reading, parent, &mut variant);
    reading.warn_of_filled(&PRODUCT_ONLY, "is not taken from a variation");
    if !matches!(reading.word(Column::Visibility), "" | "visible") {
        reading.warn(Column::Visibility, "is not taken from a variation");
    }
    let attributes = attributes::read(source.header, &mut reading);
    if let Some(parent) = parent {
        attributes::warn_of_flags(&mut reading, &attributes, parent.attributes);
    }
    Variation { line: row.line, variant, attributes }
}

/// Only 0 switches a variation off; the other words repeat what its product says.
fn read_published(reading: &mut Reading<'_, Column>, parent: Option<Parent<'_>>, variant: &mut VariantRecord) {
    if !reading.has(Column::Published) {
        return;
    }
    let word = reading.word(Column::Published).to_owned();
    variant.metadata.insert(PUBLISHED_KEY.to_owned(), if word == "0" { "private".into() } else { Value::Null });
    if word == "0" {
        stock::switch_off(variant);
        reading.warn(Column::Published, "switches the variation off: it is kept with a stock of 0");
    } else if !word.is_empty() && product::published(&word).is_err() {
        reading.error(Column::Published, product::NOT_PUBLISHED);
    } else if matches!(word.as_str(), "-1" | "2") && parent.is_some_and(|parent| parent.published != word) {
        reading.warn(Column::Published, "is not taken: a variation is on or off, and a draft only with its product");
    }
}

fn read_identity(reading: &mut Reading<'_, Column>, variant: &mut VariantRecord) {
    let id = reading.word(Column::Id);
    if !id.is_empty() {
        variant.external_refs.push(ExternalRef::new(SOURCE, id));
    }
    // An order below 0 is legal there, and comes first.
    let position = reading.parse(Column::Position, cells::stock).into_option();
    variant.position = position.map(Option::unwrap_or_default);
}

fn read_image(reading: &mut Reading<'_, Column>, variant: &mut VariantRecord) {
    let images = reading.map(Column::Images, cells::escaped_list);
    if images.get().is_some_and(|urls| urls.len() > 1) {
        reading.warn(Column::Images, "has several pictures; a variant has one, the first is taken");
    }
    variant.media_url = images.map(|urls| urls.into_iter().next().unwrap_or_default());
}

fn read_metadata(source: Source<'_>, reading: &Reading<'_, Column>, variant: &mut VariantRecord) {
    variant.metadata.extend(reading.metadata(|column| column.scope != Scope::Product));
    product::read_row_metadata(source, reading, &mut variant.metadata);
    for (column, key) in [(Column::Name, NAME_KEY), (Column::Description, DESCRIPTION_KEY)] {
        if let Some(text) = reading.cell(column) {
            let text = line_breaks(text);
            variant.metadata.insert(key.to_owned(), if text.is_empty() { Value::Null } else { text.into() });
        }
    }
}

/// Reads variations whose product is not in the file: changes to variants that the shop has.
pub(crate) fn read_orphans(source: Source<'_>, parent: Reference, rows: &[Row], mut notes: Notes) -> Result<SourcedRecord, Rejected> {
    let mut record = ProductRecord::default();
    if !product::note_broken(rows.iter(), &mut notes) {
        for row in rows {
            let Variation { mut variant, attributes, .. } = read(source, row, None, &mut notes);
            variant.options = attributes::own_options(&attributes);
            record.variants.push(variant);
            notes.lines.variants.push(row.line);
        }
    }
    notes.fit_metadata(&mut record);
    notes.finish(record, Some(parent))
}
