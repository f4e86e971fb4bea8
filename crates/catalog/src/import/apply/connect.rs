//! After the last record: products that point at products which stood later in the file.

use kernel::{FieldErrors, ProductId};
use platform::db::{DatabaseError, WriteTx};
use serde_json::Value;

use super::batch::Batches;
use super::known::Known;
use super::links::{Links, references};
use super::report::Counts;
use crate::assortment::{self, Saved, VariantsChange, WriteProductError};
use crate::import::outcome::Note;
use crate::import::record::Relations;
use crate::import::store::{self, LinkRow};
use crate::products::{Product, ProductChanges, ProductInput, ProductRef, ProductStatus, RelationInput};
use crate::variants::Variant;

/// So many products are connected in one transaction.
const PAGE: i64 = 50;

/// Products that were connected; the caller decides whether that stays.
pub(super) struct Connected {
    pub(super) tx: WriteTx,
    pub(super) notes: Vec<Note>,
    pub(super) counts: Counts,
}

/// Connects the next products that wait for others; nothing where none does.
pub(super) async fn next(batches: &Batches<'_>, key: &str, mut counts: Counts) -> Result<Option<Connected>, DatabaseError> {
    let tx = batches.begin().await?;
    let rows = store::next_links(&tx, key, PAGE).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let waiting = rows.iter().map(|row| Ok((row, relations(row)?))).collect::<Result<Vec<_>, DatabaseError>>()?;
    let known = Known::of_references(&tx, waiting.iter().flat_map(|(_, relations)| references(relations))).await?;
    let mut notes = Vec::new();
    for (row, relations) in &waiting {
        let links = Links::resolve(relations, &known);
        notes.extend(links.unresolved.iter().map(|reference| missing(line(row), &reference.to_string())));
        let part = tx.savepoint().await?;
        match connect(&part, row, &links).await {
            Ok((saved, is_draft)) => {
                part.commit().await?;
                if !saved.changes.is_empty() && !row.was_changed {
                    counts.unchanged = counts.unchanged.saturating_sub(1);
                    counts.updated += 1;
                }
                notes.extend(is_draft.then(|| still_a_draft(line(row), &saved.product)));
            }
            Err(WriteProductError::Database(error)) => return Err(error),
            Err(refused) => {
                part.rollback().await?;
                notes.push(Note::row(line(row), format!("cannot point at other products: {refused}")));
            }
        }
    }
    let done: Vec<ProductId> = rows.iter().map(|row| ProductId::from_uuid(row.product_id)).collect();
    store::delete_links(&tx, key, &done).await?;
    counts.warnings += notes.len() as u64;
    Ok(Some(Connected { tx, notes, counts }))
}

/// A reference that leads nowhere.
pub(super) fn missing(row: u64, reference: &str) -> Note {
    Note::cell(row, "relations", reference, "is neither in this file nor in the shop")
}

fn still_a_draft(row: u64, product: &Product) -> Note {
    Note::cell(row, "status", product.slug.as_str(), "stays a draft: nothing of it can be sold")
}

fn line(row: &LinkRow) -> u64 {
    row.line.unsigned_abs()
}

fn relations(row: &LinkRow) -> Result<Relations, DatabaseError> {
    serde_json::from_value(Value::clone(&row.relations)).map_err(|_| DatabaseError::corrupt("product_import_links.relations"))
}

/// Writes the relations, and puts a product on sale that waited for them; whether it has to stay a draft.
async fn connect(tx: &WriteTx, row: &LinkRow, links: &Links) -> Result<(Saved, bool), WriteProductError> {
    let product = ProductRef::Id(ProductId::from_uuid(row.product_id));
    let wanted = row.activate.then_some(ProductStatus::Active);
    match assortment::amend_in(tx, &product, |stored, variants| changes(stored, variants, links, wanted)).await {
        Err(WriteProductError::NotSellable) => {
            let draft = Some(ProductStatus::Draft);
            let saved = assortment::amend_in(tx, &product, |stored, variants| changes(stored, variants, links, draft)).await?;
            Ok((saved, true))
        }
        saved => Ok((saved?, false)),
    }
}

fn changes(
    stored: &Product,
    _: &[Variant],
    links: &Links,
    status: Option<ProductStatus>,
) -> Result<(ProductChanges, VariantsChange), FieldErrors> {
    let relations = links.relations(Some(stored.id), &stored.content.relations);
    let relation = |to: &crate::products::Relation| RelationInput { kind: to.kind.to_string(), product_id: to.product_id.to_string() };
    let input = ProductInput {
        relations: Some(relations.iter().map(relation).collect()),
        status: status.map(|status| status.to_string()),
        ..ProductInput::default()
    };
    Ok((ProductChanges::parse(input)?, VariantsChange::Keep))
}
