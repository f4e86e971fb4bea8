//! What becomes of the stock of a product's variants.

use std::collections::HashMap;

use kernel::VariantId;
use platform::db::WriteTx;

use super::error::ApplyError;
use crate::assortment::FieldChange;
use crate::import::field::Field;
use crate::import::variant_record::VariantRecord;
use crate::inventory::{self, MoveReason};
use crate::variants::Variant;

/// A figure that a file sets: of which variant, and how many pieces.
pub(super) type Count = (VariantId, i64);

/// What is to be set of one product.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) wanted: Vec<Count>,
    pub(super) changes: Vec<FieldChange>,
    /// Places of the records whose figure is not taken, because nobody counts the variant; and the figure.
    pub(super) uncounted: Vec<(usize, u32)>,
}

/// The figures that are not what the record says; `pairs` are the records with their variants as they were written.
pub(super) async fn counts(tx: &WriteTx, pairs: &[(&VariantRecord, &Variant)], is_new: bool) -> Result<Counts, ApplyError> {
    let mut counts = Counts::default();
    let mut wanted = Vec::new();
    for (place, (record, variant)) in pairs.iter().enumerate() {
        match (&record.on_hand, variant.content.tracked) {
            (Field::Keep, _) | (Field::Set(0) | Field::Clear, false) => {}
            (Field::Set(pieces), false) => counts.uncounted.push((place, *pieces)),
            (Field::Set(pieces), true) => wanted.push((variant.id, i64::from(*pieces))),
            (Field::Clear, true) => wanted.push((variant.id, 0)),
        }
    }
    let ids: Vec<VariantId> = wanted.iter().map(|(variant, _)| *variant).collect();
    let known = if is_new { Vec::new() } else { inventory::on_hand_at_default(tx, &ids).await? };
    let known: HashMap<VariantId, i64> = known.into_iter().collect();
    for (variant, pieces) in wanted {
        let old = known.get(&variant).copied().unwrap_or(0);
        if old != pieces {
            let field = format!("variants.{variant}.on_hand");
            counts.changes.push(FieldChange { field, old: old.into(), new: pieces.into() });
            counts.wanted.push((variant, pieces));
        }
    }
    Ok(counts)
}

/// Sets figures at the default location, all in one correction of the reason `imported`.
pub(super) async fn set(tx: &WriteTx, counts: &[Count]) -> Result<(), ApplyError> {
    if counts.is_empty() {
        return Ok(());
    }
    let counts: Vec<_> = counts.iter().map(|(variant, pieces)| (*variant, None, *pieces)).collect();
    Ok(inventory::set_on_hand(tx, MoveReason::Imported, &counts).await.map(drop)?)
}
