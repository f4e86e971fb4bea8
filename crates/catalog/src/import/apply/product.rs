//! What becomes of a product's own fields.

use kernel::{CategoryId, FieldErrors, fold};

use super::links::Links;
use super::merge::{attributes, external_refs, metadata, nullable, one_line, or_default, words};
use crate::import::field::Field;
use crate::import::record::{OptionRecord, ProductRecord};
use crate::products::{OptionInput, Product, ProductChanges, ProductInput, ProductStatus, Relation, RelationInput};
use crate::variants::Variant;

/// What had to be looked up before the fields can be written.
#[derive(Debug, Default)]
pub(super) struct LookedUp {
    /// The slug to ask for: `Some(None)` is one made of the title.
    pub(super) slug: Option<Option<String>>,
    /// The categories, where the record names them.
    pub(super) categories: Option<Vec<CategoryId>>,
    /// The products that it points at; nothing where they have to wait for others.
    pub(super) links: Option<Links>,
    /// The status to ask for where it is not the record's: nothing of the product can be sold yet.
    pub(super) status: Option<ProductStatus>,
}

/// The changes of a product's own fields; `unnamed` are live variants that the record says nothing of.
pub(super) fn changes(
    record: &ProductRecord,
    stored: Option<&Product>,
    unnamed: &[&Variant],
    found: &LookedUp,
) -> Result<ProductChanges, FieldErrors> {
    let content = stored.map(|product| &product.content);
    let status = found.status.or_else(|| or_default(&record.status, ProductStatus::Draft));
    let known = || found.links.as_ref().filter(|links| !links.are_kept());
    let relations =
        known().map(|links| links.relations(stored.map(|product| product.id), content.map_or(&[], |content| &content.relations)));
    let relation = |to: &Relation| RelationInput { kind: to.kind.to_string(), product_id: to.product_id.to_string() };
    let input = ProductInput {
        title: nullable(&record.title, |title| Some(one_line(title))).flatten(),
        slug: found.slug.clone(),
        description: or_default(&record.description, String::new()),
        status: status.map(|status| status.to_string()),
        brand: words(&record.brand),
        tags: or_default(&record.tags, Vec::new()).map(not_blank),
        seo_title: words(&record.seo.title),
        seo_description: words(&record.seo.description),
        attributes: attributes(&record.attributes, content.map(|content| &content.attributes)),
        metadata: metadata(&record.metadata, content.map(|content| content.metadata.as_json())),
        external_url: words(&record.external_url),
        external_button_text: words(&record.external_button_text),
        category_ids: found.categories.as_ref().map(|ids| ids.iter().map(ToString::to_string).collect()),
        relations: relations.map(|relations| relations.iter().map(relation).collect()),
        options: options(&record.options, unnamed),
        external_refs: external_refs(&record.external_refs, content.map_or(&[], |content| &content.external_refs)),
    };
    if stored.is_some() { ProductChanges::parse(input) } else { ProductChanges::parse_whole(input) }
}

fn not_blank(words: Vec<String>) -> Vec<String> {
    words.iter().map(|word| one_line(word)).filter(|word| !word.trim().is_empty()).collect()
}

/// The options of the record; values that only variants have that it does not name stay behind its own.
fn options(wanted: &Field<Vec<OptionRecord>>, unnamed: &[&Variant]) -> Option<Vec<OptionInput>> {
    let with_kept = |option: &OptionRecord| {
        let mut values: Vec<String> = option.values.iter().map(|value| one_line(value)).collect();
        let chosen = unnamed.iter().flat_map(|variant| variant.content.options.iter());
        for (_, value) in chosen.filter(|(name, _)| fold(name) == fold(&option.name)) {
            if !values.iter().any(|known| fold(known) == fold(value)) {
                values.push(value.to_owned());
            }
        }
        OptionInput { name: one_line(&option.name), values }
    };
    or_default(wanted, Vec::new()).map(|options| options.iter().map(with_kept).collect())
}
