//! Writing what a product is to become, and everything that follows from it.

use kernel::{ProductId, Slug, VariantId};
use platform::db::{DatabaseError, WriteTx};
use platform::outbox::Fact;
use platform::{audit, outbox};
use serde_json::{Map, Value};

use super::diff::{self, FieldChange, Side};
use super::draft::{Draft, Stored};
use super::error::WriteProductError;
use super::{references, remove, slug};
use crate::inventory::Counting;
use crate::products::{self, ExternalRef, Product, ProductEvent};
use crate::variants::{self, Variant, VariantContent, VariantWrites};
use crate::{inventory, listing};

/// A product as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// The product.
    pub product: Product,
    /// Its variants, archived ones included.
    pub variants: Vec<Variant>,
    /// What changed; nothing was written where it is empty.
    pub changes: Vec<FieldChange>,
}

/// Writes the draft over what is stored: product, variants, stock levels, listing and fact. The caller holds the product's
/// lock. What is not changed is not written, and where nothing is changed, nothing is.
pub(super) async fn save(tx: &WriteTx, stored: Option<Stored>, draft: Draft) -> Result<Saved, WriteProductError> {
    let id = stored.as_ref().map_or_else(ProductId::generate, |stored| stored.product.id);
    references::check(tx, id, stored.as_ref(), &draft).await?;
    let own = stored.as_ref().map(|stored| &stored.product.slug);
    let slug = slug::choose(tx, id, &draft.slug, &draft.content.title, own).await?;
    let used = remove::delete_unused(tx, &draft.removed).await?;
    let variants = variants_after(tx, id, stored.as_ref(), &draft, &used);
    let product = product_after(tx, id, stored.as_ref(), slug, draft);
    let before = Side { product: stored.as_ref().map(|stored| &stored.product), variants: before_of(stored.as_ref()) };
    let changes = diff::between(before, Side { product: Some(&product), variants: &variants });
    match stored {
        Some(stored) if changes.is_empty() => Ok(Saved { product: stored.product, variants: stored.variants, changes }),
        stored => {
            write(tx, stored.as_ref(), &product, &variants).await?;
            listing::refresh(tx, id).await?;
            let fact = fact(stored.as_ref(), &product, &changes);
            outbox::record(tx, &fact).await?;
            audit::record(tx, &entry(&fact, product.id, &changes)).await?;
            Ok(Saved { product, variants, changes })
        }
    }
}

fn before_of(stored: Option<&Stored>) -> &[Variant] {
    stored.map_or(&[], |stored| &stored.variants)
}

fn fact(stored: Option<&Stored>, product: &Product, changes: &[FieldChange]) -> ProductEvent {
    match stored {
        Some(stored) => ProductEvent::changed(stored.product.content.status, product, diff::names(changes)),
        None => ProductEvent::created(product),
    }
}

/// What was done to a product, with what differs; a new one says only that it is there, because all of it is new.
fn entry(fact: &ProductEvent, id: ProductId, changes: &[FieldChange]) -> audit::Entry {
    if let ProductEvent::Created { .. } = fact {
        return created(fact, id);
    }
    updated(fact.name(), id, changes)
}

/// What differs of a product that was changed.
pub(super) fn updated(name: &'static str, id: ProductId, changes: &[FieldChange]) -> audit::Entry {
    let side = |value: fn(&FieldChange) -> &Value| -> Map<String, Value> {
        changes.iter().map(|change| (change.field.clone(), value(change).clone())).collect()
    };
    audit::Entry::of(name, id).before(&side(|change| &change.old)).after(&side(|change| &change.new))
}

/// A new product.
pub(super) fn created(fact: &ProductEvent, id: ProductId) -> audit::Entry {
    audit::Entry::of(fact.name(), id).after(fact)
}

pub(super) fn product_after(tx: &WriteTx, id: ProductId, stored: Option<&Stored>, slug: Slug, draft: Draft) -> Product {
    let before = stored.map(|stored| &stored.product);
    let actor = tx.actor().to_string();
    Product {
        id,
        slug,
        content: draft.content,
        version: before.map_or(1, |before| before.version + 1),
        created_at: before.map_or(tx.now(), |before| before.created_at),
        updated_at: tx.now(),
        created_by: before.map_or_else(|| actor.clone(), |before| before.created_by.clone()),
        updated_by: actor,
    }
}

/// The variants of the draft in its order, and behind them those that would be deleted if nothing named them.
pub(super) fn variants_after(tx: &WriteTx, product: ProductId, stored: Option<&Stored>, draft: &Draft, used: &[VariantId]) -> Vec<Variant> {
    let before = before_of(stored);
    let find = |id: VariantId| before.iter().find(|variant| variant.id == id);
    let wanted = draft.variants.iter().map(|draft| (draft.id.and_then(find), draft.content.clone()));
    let archived = used.iter().filter_map(|id| find(*id)).map(|variant| {
        let mut content = variant.content.clone();
        content.archived = true;
        (Some(variant), content)
    });
    let all = (0_i64..).zip(wanted.chain(archived));
    all.map(|(position, (before, content))| {
        let actor = tx.actor().to_string();
        let Some(before) = before else {
            return Variant {
                id: VariantId::generate(),
                product_id: product,
                position,
                archived_at: content.archived.then(|| tx.now()),
                content,
                version: 1,
                created_at: tx.now(),
                updated_at: tx.now(),
                created_by: actor.clone(),
                updated_by: actor,
            };
        };
        if before.position == position && before.content == content {
            return before.clone();
        }
        let archived_at = content.archived.then(|| before.archived_at.unwrap_or_else(|| tx.now()));
        let version = before.version + 1;
        Variant { position, content, archived_at, version, updated_at: tx.now(), updated_by: actor, ..before.clone() }
    })
    .collect()
}

async fn write(tx: &WriteTx, stored: Option<&Stored>, product: &Product, variants: &[Variant]) -> Result<(), WriteProductError> {
    match stored {
        Some(stored) => products::update(tx, &stored.product, product).await?,
        None => products::insert(tx, product).await?,
    }
    let before = before_of(stored);
    let pairs = variants.iter().map(|variant| (before.iter().find(|before| before.id == variant.id), variant));
    let changed: Vec<(Option<&Variant>, &Variant)> = pairs.filter(|(before, variant)| *before != Some(*variant)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    for (_, variant) in changed.iter().filter(|(before, variant)| before.is_some_and(|before| counts_otherwise(before, variant))) {
        inventory::set_tracking(tx, variant.id, counting(variant)).await?;
    }
    variants::write(tx, writes(&changed)).await?;
    products::write_variant_refs(tx, &changed_refs(&changed)).await?;
    let new = changed.iter().filter(|(before, variant)| before.is_none() && variant.content.tracked);
    let new: Vec<VariantId> = new.map(|(_, variant)| variant.id).collect();
    Ok(inventory::track_new(tx, &new).await?)
}

fn counting(variant: &Variant) -> Counting {
    let VariantContent { tracked, backorder_limit, low_stock_threshold, .. } = variant.content;
    Counting { tracked, backorder_limit, low_stock_threshold }
}

fn counts_otherwise(before: &Variant, after: &Variant) -> bool {
    (before.content.tracked || after.content.tracked) && counting(before) != counting(after)
}

pub(super) fn writes<'a>(changed: &[(Option<&Variant>, &'a Variant)]) -> VariantWrites<'a> {
    let mut writes = VariantWrites::default();
    for (before, after) in changed {
        let before = before.map(|before| &before.content);
        let content = &after.content;
        let found_otherwise = before.is_some_and(|before| before.options != content.options || before.archived != content.archived);
        if found_otherwise || before.is_some_and(|before| before.sku != content.sku) {
            writes.renamed.push(after.id);
        }
        if found_otherwise || before.is_none() {
            writes.options.push(after);
        }
        if before.map_or(&[][..], |before| &before.prices) != content.prices {
            writes.prices.push(after);
        }
        writes.variants.push(after);
    }
    writes
}

pub(super) fn changed_refs<'a>(changed: &[(Option<&Variant>, &'a Variant)]) -> Vec<(VariantId, bool, &'a [ExternalRef])> {
    let pair = |(before, after): &(Option<&Variant>, &'a Variant)| {
        let (old, new) = (before.map_or(&[][..], |before| &before.content.external_refs), after.content.external_refs.as_slice());
        (old != new).then_some((after.id, !old.is_empty(), new))
    };
    changed.iter().filter_map(pair).collect()
}

/// The document of a product that was just written, before the commit.
pub(super) fn vanished() -> DatabaseError {
    DatabaseError::corrupt("products: a product that was just written is gone")
}
