//! Shopify's CSV in the current dialect: one row for each variant or picture, whichever are more.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::sync::LazyLock;

use kernel::Slug;

use super::lost::is_sold_without_price;
use super::shopify_cells::{amount, category, image_cell, number, tags, text, text_of, tracker, trimmed, truth};
use crate::import::shopify_vocabulary::{CURRENT, Column, SOURCE, TYPE_ATTRIBUTE, recognise, write_status};
use crate::import::{Backorder, Field, MediaRecord, MetadataPatch, OptionRecord, ProductRecord, Scope, Use, VariantRecord, escape_formula};
use crate::products::ProductStatus;
use crate::variants::VariantKind;

/// What each column of the template is to the reader, so that both sides agree.
static COLUMNS: LazyLock<Vec<Use<Column>>> = LazyLock::new(|| CURRENT.iter().map(|header| recognise(header)).collect());

/// Why a record cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ShopifyExportError {
    /// Without a handle its rows would not belong together.
    #[error("the product has neither a slug nor a title that makes one")]
    NoHandle,
    /// The rows cannot be written to memory.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// The rows cannot be written to memory.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The header row, with its line end.
///
/// # Errors
/// Only where memory cannot be written.
pub fn shopify_header() -> Result<Vec<u8>, ShopifyExportError> {
    write_rows(std::iter::once(CURRENT.iter().map(|header| Cow::Borrowed(*header)).collect()))
}

/// All rows of a product (RFC 4180: CRLF, quotes where needed), with cells escaped that a spreadsheet would run.
/// `lost_in_shopify` tells what the rows cannot hold.
///
/// # Errors
/// `NoHandle` for a record without slug and title.
pub fn shopify_rows(record: &ProductRecord) -> Result<Vec<u8>, ShopifyExportError> {
    let product = Product::new(record)?;
    let count = product.variants.len().max(product.media.len());
    write_rows((0..count).map(|index| product.row(index)))
}

fn write_rows<'a>(rows: impl Iterator<Item = Vec<Cow<'a, str>>>) -> Result<Vec<u8>, ShopifyExportError> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        csv.write_record(row.iter().map(|cell| escape_formula(cell).into_owned()))?;
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}

/// The pictures by position, each once: readers of this format take the second row of an address for a repetition.
fn pictures(record: &ProductRecord) -> Vec<(u32, &MediaRecord)> {
    let named = record.media.get().into_iter().flatten().filter(|picture| !picture.url.trim().is_empty());
    let mut pictures: Vec<_> = (1_u32..).zip(named).map(|(number, picture)| (picture.position.unwrap_or(number), picture)).collect();
    pictures.sort_by_key(|(position, _)| *position);
    let mut seen = BTreeSet::new();
    pictures.retain(|(_, picture)| seen.insert(picture.url.trim()));
    pictures
}

/// A product, laid out for rows.
struct Product<'a> {
    record: &'a ProductRecord,
    handle: String,
    options: Vec<(String, Vec<&'a OptionRecord>)>,
    variants: Vec<Cow<'a, VariantRecord>>,
    media: Vec<(u32, &'a MediaRecord)>,
}

impl<'a> Product<'a> {
    fn new(record: &'a ProductRecord) -> Result<Self, ShopifyExportError> {
        let variants: Vec<_> = record.variants.iter().map(Cow::Borrowed).collect();
        Ok(Self {
            record,
            handle: handle(record).ok_or(ShopifyExportError::NoHandle)?,
            options: three(record.options.get().map_or(&[], Vec::as_slice)),
            // A product without variants still needs a row, which reads back as a variant that nobody counts.
            variants: if variants.is_empty() {
                vec![Cow::Owned(VariantRecord { tracked: false.into(), ..Default::default() })]
            } else {
                variants
            },
            media: pictures(record),
        })
    }

    fn row(&self, index: usize) -> Vec<Cow<'_, str>> {
        COLUMNS.iter().map(|column| self.cell(column, index)).collect()
    }

    fn cell(&self, column: &Use<Column>, index: usize) -> Cow<'_, str> {
        let variant = self.variants.get(index).map(Cow::as_ref);
        match column {
            Use::Field { column: Column::Handle, .. } => self.handle.as_str().into(),
            Use::Field { column: column @ (Column::ImageUrl | Column::ImagePosition | Column::ImageAlt), .. } => {
                self.media.get(index).map_or("".into(), |(position, picture)| image_cell(*column, *position, picture))
            }
            Use::Field { column, .. } if column.is_variant() => variant.map_or("".into(), |variant| self.variant_cell(*column, variant)),
            Use::Field { column, .. } if index == 0 => self.product_cell(*column),
            Use::Metadata(column) => variant.map_or("".into(), |variant| self.metadata_cell((&column.key, column.scope), variant, index)),
            Use::Field { .. } | Use::Ignored(_) | Use::Unknown => "".into(),
        }
    }

    fn metadata_cell(&self, (key, scope): (&str, Scope), variant: &VariantRecord, index: usize) -> Cow<'static, str> {
        let default = match key {
            "shopify.fulfillment_service" => "manual",
            "shopify.weight_unit" => "g",
            _ => "",
        };
        let own = text_of(&variant.metadata, key);
        let product = text_of(&self.record.metadata, key);
        match (scope, index) {
            (Scope::Variant | Scope::Row, _) if own.is_empty() => default.into(),
            (Scope::Variant | Scope::Row, _) => own.into(),
            (Scope::Product, 0) => product.into(),
            // Later rows say only what differs.
            (Scope::Product, _) if own == product => "".into(),
            (Scope::Product, _) => own.into(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the columns of variants are written elsewhere")]
    fn product_cell(&self, column: Column) -> Cow<'_, str> {
        let record = self.record;
        let (word, published) = if is_sold_without_price(record) {
            write_status(ProductStatus::Draft, &MetadataPatch::new())
        } else {
            write_status(record.status.get().copied().unwrap_or(ProductStatus::Draft), &record.metadata)
        };
        match column {
            Column::Title => text(&record.title),
            Column::Description => text(&record.description),
            Column::Vendor => text(&record.brand),
            Column::Category => category(record).into(),
            Column::Type => record.attributes.get(TYPE_ATTRIBUTE).and_then(|values| values.first()).map_or("", |value| value.trim()).into(),
            Column::Tags => tags(record).into(),
            Column::Published => truth(published),
            Column::Status => word.as_str().into(),
            Column::SeoTitle => text(&record.seo.title),
            Column::SeoDescription => text(&record.seo.description),
            Column::GiftCard => truth(self.variants.first().is_some_and(|variant| variant.kind == Field::Set(VariantKind::GiftCard))),
            Column::OptionName(place) => match self.options.get(usize::from(place)) {
                Some((name, _)) => name.as_str().into(),
                None => self.without_options(place, "Title"),
            },
            _ => "".into(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the columns of products are written elsewhere")]
    fn variant_cell(&self, column: Column, variant: &VariantRecord) -> Cow<'_, str> {
        let price = variant.prices.get().and_then(|prices| prices.iter().find(|price| price.is_plain()));
        let kind = variant.kind.get().copied().unwrap_or(VariantKind::Physical);
        match column {
            Column::OptionValue(place) => self.option_value(place, variant),
            Column::Sku => trimmed(&variant.sku),
            Column::Barcode => trimmed(&variant.barcode),
            Column::Price => amount(price.map(|price| price.amount)),
            Column::CompareAt => amount(price.and_then(|price| price.compare_at)),
            Column::Cost => amount(variant.cost.get().copied()),
            Column::Taxable => truth(variant.taxable.get().copied().unwrap_or(true)),
            Column::Tracker => tracker(variant).into(),
            Column::Quantity => number(&variant.on_hand),
            // A limit is not a word here: selling without one would sell too much.
            Column::Backorder => truth(variant.backorder == Field::Set(Backorder::Unlimited)),
            Column::Grams => number(&variant.weight_grams),
            Column::RequiresShipping => truth(variant.requires_shipping.get().copied().unwrap_or(kind.is_physical())),
            Column::VariantImage => trimmed(&variant.media_url),
            _ => "".into(),
        }
    }

    fn option_value(&self, place: u8, variant: &VariantRecord) -> Cow<'_, str> {
        let value = |option: &&OptionRecord| variant.options.get(&option.name).map_or("", |value| value.trim()).to_owned();
        match self.options.get(usize::from(place)) {
            Some((_, options)) => options.iter().map(value).collect::<Vec<_>>().join(" / ").into(),
            None => self.without_options(place, "Default Title"),
        }
    }

    /// How Shopify says that a product has a single variant.
    fn without_options(&self, place: u8, word: &'static str) -> Cow<'static, str> {
        if self.options.is_empty() && place == 0 { word.into() } else { "".into() }
    }
}

/// Three options at most: the third column holds all that are left, joined, so that variants stay apart.
fn three(options: &[OptionRecord]) -> Vec<(String, Vec<&OptionRecord>)> {
    let (apart, joined) = options.split_at(if options.len() > 3 { 2 } else { options.len() });
    let apart = apart.iter().map(|option| (option.name.trim().to_owned(), vec![option]));
    let names = joined.iter().map(|option| option.name.trim()).collect::<Vec<_>>().join(" / ");
    let joined = (!joined.is_empty()).then(|| (names, joined.iter().collect()));
    apart.chain(joined).collect()
}

/// What Shopify itself called it, so that a product that came from there goes back as the same one.
fn handle(record: &ProductRecord) -> Option<String> {
    let external = record.external_refs.iter().find(|external| external.source == SOURCE && !external.id.trim().is_empty());
    let slug = || record.slug.clone().or_else(|| record.title.get().and_then(|title| Slug::from_title(title).ok()));
    external.map(|external| external.id.trim().to_owned()).or_else(|| slug().map(String::from))
}
