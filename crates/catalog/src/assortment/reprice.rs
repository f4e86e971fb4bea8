//! Changing many prices that are known, each to another.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ProductId, VariantId};
use platform::db::{DatabaseError, WriteTx};
use platform::outbox::Fact;
use platform::{audit, outbox};

use super::diff::{self, Side};
use super::save::updated;
use crate::products::{self, ProductEvent, Touched};
use crate::variants::{self, Derivations, Price, Variant, VariantContent};
use crate::{listing, price_lists};

/// A price that is to become another of the same list, quantity and time.
#[derive(Debug, Clone, Copy)]
pub struct Repricing {
    /// The product.
    pub product_id: ProductId,
    /// The variant.
    pub variant_id: VariantId,
    /// The price as the caller knows it.
    pub before: Price,
    /// What it becomes.
    pub after: Price,
}

/// Changes prices, and with them those that derive from them, in as many statements as one, in the order of what is asked for: true where it was done, and false where the price is not what the
/// caller knows, by one figure, or is gone. Each product of theirs gets another version and records `product.updated`, as if it had been written for
/// itself. Their products are locked, in the order of their ids, until the transaction ends.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn reprice_in(tx: &WriteTx, wanted: &[Repricing]) -> Result<Vec<bool>, DatabaseError> {
    let products: Vec<ProductId> = wanted.iter().map(|repricing| repricing.product_id).collect::<BTreeSet<_>>().into_iter().collect();
    products::lock_rows(tx, &products).await?;
    let derivations = Derivations::of(&price_lists::for_writing(tx).await?);
    let ids: BTreeSet<VariantId> = wanted.iter().map(|repricing| repricing.variant_id).collect();
    let stored = variants::of_ids(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let mut after: BTreeMap<VariantId, Variant> = stored.iter().map(|variant| (variant.id, variant.clone())).collect();
    let done: Vec<bool> = wanted.iter().map(|repricing| put(&mut after, repricing)).collect();
    let changed = stored.into_iter().filter_map(|before| {
        let after = after.remove(&before.id).filter(|after| after.content.prices != before.content.prices)?;
        let prices = derivations.derive(after.content.prices);
        Some((before, Variant { content: VariantContent { prices, ..after.content }, ..after }))
    });
    write(tx, changed.collect()).await?;
    Ok(done)
}

/// Makes the derived prices of these variants, each with its product, what they have to be; how many variants had others. Products and versions
/// go as in [`reprice_in`].
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn rederive_in(tx: &WriteTx, places: &[(ProductId, VariantId)], derivations: &Derivations) -> Result<usize, DatabaseError> {
    let products: BTreeSet<ProductId> = places.iter().map(|(product, _)| *product).collect();
    products::lock_rows(tx, &products.into_iter().collect::<Vec<_>>()).await?;
    let stored = variants::of_ids(tx, &places.iter().map(|(_, variant)| *variant).collect::<Vec<_>>()).await?;
    let changed = stored.into_iter().filter_map(|before| {
        let prices = derivations.derive(before.content.prices.clone());
        let after = Variant { content: VariantContent { prices, ..before.content.clone() }, ..before.clone() };
        (after.content.prices != before.content.prices).then_some((before, after))
    });
    let changed: Vec<(Variant, Variant)> = changed.collect();
    let count = changed.len();
    write(tx, changed).await?;
    Ok(count)
}

fn put(variants: &mut BTreeMap<VariantId, Variant>, repricing: &Repricing) -> bool {
    let prices = variants.get_mut(&repricing.variant_id).map(|variant| &mut variant.content.prices);
    match prices.and_then(|prices| prices.iter_mut().find(|price| **price == repricing.before)) {
        Some(price) => {
            *price = repricing.after;
            true
        }
        None => false,
    }
}

fn next(tx: &WriteTx, variant: Variant) -> Variant {
    Variant { version: variant.version + 1, updated_at: tx.now(), updated_by: tx.actor().to_string(), ..variant }
}

/// Writes variants of which nothing but the prices is another, and all that follows from it.
async fn write(tx: &WriteTx, changed: Vec<(Variant, Variant)>) -> Result<(), DatabaseError> {
    if changed.is_empty() {
        return Ok(());
    }
    let (before, after): (Vec<Variant>, Vec<Variant>) = changed.into_iter().map(|(before, after)| (before, next(tx, after))).unzip();
    variants::write_prices_alone(tx, &after.iter().collect::<Vec<_>>()).await?;
    let products: Vec<ProductId> = after.iter().map(|variant| variant.product_id).collect::<BTreeSet<_>>().into_iter().collect();
    let touched = products::touch(tx, &products).await?;
    listing::refresh_all(tx, &products).await?;
    let (facts, entries): (Vec<ProductEvent>, Vec<audit::Entry>) =
        touched.into_iter().map(|product| tell(product, &before, &after)).unzip();
    outbox::record_all(tx, &facts).await?;
    audit::record_all(tx, &entries).await
}

fn tell(product: Touched, before: &[Variant], after: &[Variant]) -> (ProductEvent, audit::Entry) {
    let of = |variants: &[Variant]| variants.iter().filter(|variant| variant.product_id == product.id).cloned().collect::<Vec<_>>();
    let changes = diff::between(Side { product: None, variants: &of(before) }, Side { product: None, variants: &of(after) });
    let Touched { id: product_id, slug, status, version } = product;
    let fact = ProductEvent::Updated { product_id, slug, status, version, changed: diff::names(&changes) };
    let entry = updated(fact.name(), product_id, &changes);
    (fact, entry)
}
