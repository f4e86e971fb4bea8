//! What becomes of the stock of a product's variants.

use std::collections::HashMap;

use kernel::{FieldErrors, VariantId};
use platform::db::WriteTx;

use super::error::ApplyError;
use crate::assortment::FieldChange;
use crate::import::field::Field;
use crate::import::variant_record::VariantRecord;
use crate::inventory::{self, AdjustStockError, MoveReason};
use crate::variants::Variant;

/// A figure that a file sets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    /// Which variant of its record it is of.
    place: usize,
    pub(super) variant: VariantId,
    pieces: i64,
}

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
            (Field::Set(pieces), true) => wanted.push(count(place, variant, i64::from(*pieces))),
            (Field::Clear, true) => wanted.push(count(place, variant, 0)),
        }
    }
    refuse_too_many(&wanted)?;
    let ids: Vec<VariantId> = wanted.iter().map(|count| count.variant).collect();
    let known = if is_new { Vec::new() } else { inventory::on_hand_at_default(tx, &ids).await? };
    let known: HashMap<VariantId, i64> = known.into_iter().collect();
    for count in wanted {
        let old = known.get(&count.variant).copied().unwrap_or(0);
        if old != count.pieces {
            let field = format!("variants.{}.on_hand", count.variant);
            counts.changes.push(FieldChange { field, old: old.into(), new: count.pieces.into() });
            counts.wanted.push(count);
        }
    }
    Ok(counts)
}

const fn count(place: usize, variant: &Variant, pieces: i64) -> Count {
    Count { place, variant: variant.id, pieces }
}

fn refuse_too_many(counts: &[Count]) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::new();
    for count in counts.iter().filter(|count| count.pieces > inventory::MOST_PIECES) {
        errors.add(field(count.place), format!("must be between 0 and {}", inventory::MOST_PIECES));
    }
    errors.finish(|| Some(()))
}

fn field(place: usize) -> String {
    format!("variants.{place}.on_hand")
}

/// Sets figures at the default location, all in one correction of the reason `imported`.
pub(super) async fn set(tx: &WriteTx, counts: &[Count]) -> Result<(), AdjustStockError> {
    if counts.is_empty() {
        return Ok(());
    }
    let counts: Vec<_> = counts.iter().map(|count| (count.variant, None, count.pieces)).collect();
    inventory::set_on_hand(tx, MoveReason::Imported, &counts).await.map(drop)
}

/// Why figures of one record cannot be set, told of the variants that they are of.
pub(super) fn refused(error: AdjustStockError, counts: &[Count]) -> ApplyError {
    let figures = match &error {
        AdjustStockError::Changed(figures) | AdjustStockError::BelowZero(figures) | AdjustStockError::Reserved(figures) => figures,
        AdjustStockError::Invalid(_) | AdjustStockError::Idempotency(_) | AdjustStockError::Database(_) => return error.into(),
    };
    let mut errors = FieldErrors::new();
    for figure in figures {
        if let Some(count) = counts.get(figure.place) {
            let message = format!("{error}: {} lie there, {} of them are promised", figure.on_hand, figure.reserved);
            errors.add(field(count.place), message);
        }
    }
    ApplyError::Refused(errors)
}
