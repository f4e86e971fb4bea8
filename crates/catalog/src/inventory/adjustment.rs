//! Corrections of what is on hand: what is wanted, and what it comes to on the levels as they are. Pure.

use std::collections::HashSet;

use kernel::{FieldErrors, StockAdjustmentId, StockLocationId, Timestamp, VariantId, text};

use super::model::Level;
use super::moves::MoveReason;
use super::stock::{LevelChange, Stock};

/// How one figure is to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountChange {
    /// So many pieces come; negative: go.
    By(i64),
    /// So many lie there, if it is still as many as the caller saw.
    To {
        /// What the caller saw; `None` asks for nothing, which only files may do.
        expected: Option<i64>,
        /// What lies there.
        on_hand: i64,
    },
}

/// One figure that is to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdjustmentItem {
    /// Of what.
    pub variant_id: VariantId,
    /// Where; `None` is the default location, the active one of first priority.
    pub location_id: Option<StockLocationId>,
    /// How.
    pub change: CountChange,
}

/// A correction of one or many figures, all or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    pub(super) reason: MoveReason,
    pub(super) note: Option<String>,
    pub(super) items: Vec<AdjustmentItem>,
}

/// What one command may correct: all its levels are locked at once.
const MOST_ITEMS: usize = 250;
/// More than any shelf holds; keeps every sum of levels inside i64.
pub const MOST_PIECES: i64 = 1_000_000_000;
/// A note is a remark, not a document.
const MOST_NOTE: usize = 1_000;

impl Adjustment {
    /// Reads a correction.
    ///
    /// # Errors
    /// A message on each bad field: `reason`, `note`, `items`, `items.<n>.delta`, `items.<n>.on_hand`.
    pub fn parse(reason: MoveReason, note: Option<&str>, items: Vec<AdjustmentItem>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        if !reason.is_manual() {
            errors.add("reason", format!("{reason} is booked by the shop alone"));
        }
        let note = errors.take_optional("note", note, |raw| text(raw, MOST_NOTE));
        if items.is_empty() || items.len() > MOST_ITEMS {
            errors.add("items", format!("must have 1 to {MOST_ITEMS} items"));
        }
        let mut seen = HashSet::new();
        for (place, item) in items.iter().enumerate() {
            refuse_figures(place, item.change, &mut errors);
            if !seen.insert((item.variant_id, item.location_id)) {
                errors.add(format!("items.{place}"), "the same variant and location stands above");
            }
        }
        errors.finish(|| Some(Self { reason, note, items }))
    }

    /// Figures that are set whatever they were.
    pub(super) fn setting(reason: MoveReason, counts: &[(VariantId, Option<StockLocationId>, i64)]) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let item = |&(variant_id, location_id, on_hand): &(VariantId, Option<StockLocationId>, i64)| AdjustmentItem {
            variant_id,
            location_id,
            change: CountChange::To { expected: None, on_hand },
        };
        let items: Vec<AdjustmentItem> = counts.iter().map(item).collect();
        for (place, item) in items.iter().enumerate() {
            refuse_figures(place, item.change, &mut errors);
        }
        errors.finish(|| Some(Self { reason, note: None, items }))
    }
}

fn refuse_figures(place: usize, change: CountChange, errors: &mut FieldErrors) {
    match change {
        CountChange::By(0) => errors.add(format!("items.{place}.delta"), "must not be 0"),
        CountChange::By(delta) if delta.checked_abs().is_none_or(|pieces| pieces > MOST_PIECES) => {
            errors.add(format!("items.{place}.delta"), format!("must be between -{MOST_PIECES} and {MOST_PIECES}"));
        }
        CountChange::To { on_hand, .. } if !(0..=MOST_PIECES).contains(&on_hand) => {
            errors.add(format!("items.{place}.on_hand"), format!("must be between 0 and {MOST_PIECES}"));
        }
        CountChange::By(_) | CountChange::To { .. } => {}
    }
}

/// A figure as it is, where it is not what a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// Which item of the command, from 0.
    pub place: usize,
    /// Of what.
    pub variant_id: VariantId,
    /// Where.
    pub location_id: StockLocationId,
    /// What lies there.
    pub on_hand: i64,
    /// What of it is promised.
    pub reserved: i64,
}

/// One corrected figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdjustedItem {
    /// Of what.
    pub variant_id: VariantId,
    /// Where.
    pub location_id: StockLocationId,
    /// How many pieces came or went; 0 where the figure was right, of which the ledger has no move.
    pub delta: i64,
    /// The figures now.
    pub level: Level,
}

/// A correction that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjusted {
    /// Its id; the cause of its moves.
    pub id: StockAdjustmentId,
    /// Why.
    pub reason: MoveReason,
    /// What staff noted.
    pub note: Option<String>,
    /// The figures, in the order of the command.
    pub items: Vec<AdjustedItem>,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// What forbids a correction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Obstacles {
    /// Figures that are not what the caller saw.
    pub changed: Vec<Figure>,
    /// Figures that would fall below zero.
    pub below_zero: Vec<Figure>,
    /// Figures that would fall below what is promised.
    pub reserved: Vec<Figure>,
    /// Figures that would be beyond any shelf.
    pub beyond: FieldErrors,
}

impl Obstacles {
    fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.below_zero.is_empty() && self.reserved.is_empty() && self.beyond.is_empty()
    }
}

/// What a correction comes to on locked levels, item by item.
///
/// # Errors
/// `Obstacles` where an item cannot be; nothing is planned then.
pub fn plan_adjustment(items: &[(VariantId, StockLocationId, CountChange)], stocks: &[Stock]) -> Result<Vec<AdjustedItem>, Obstacles> {
    let mut obstacles = Obstacles::default();
    let mut adjusted = Vec::with_capacity(items.len());
    for (place, &(variant_id, location_id, change)) in items.iter().enumerate() {
        let stock = stocks.iter().find(|stock| stock.variant_id == variant_id);
        let level = stock.and_then(|stock| stock.level(location_id)).unwrap_or(Level { on_hand: 0, reserved: 0, backorder_limit: None });
        let figure = Figure { place, variant_id, location_id, on_hand: level.on_hand, reserved: level.reserved };
        let delta = match change {
            CountChange::By(delta) => delta,
            CountChange::To { on_hand, .. } => on_hand - level.on_hand,
        };
        let after = Level { on_hand: level.on_hand + delta, ..level };
        match change {
            CountChange::To { expected: Some(expected), .. } if expected != level.on_hand => obstacles.changed.push(figure),
            _ if after.on_hand > MOST_PIECES => {
                obstacles.beyond.add(format!("items.{place}"), format!("more than {MOST_PIECES} pieces would lie there"));
            }
            _ if delta < 0 && after.on_hand < 0 => obstacles.below_zero.push(figure),
            _ if delta < 0 && after.is_oversold() => obstacles.reserved.push(figure),
            CountChange::By(_) | CountChange::To { .. } => adjusted.push(AdjustedItem { variant_id, location_id, delta, level: after }),
        }
    }
    if obstacles.is_empty() { Ok(adjusted) } else { Err(obstacles) }
}

/// What the levels get.
#[must_use]
pub fn changes_of(items: &[AdjustedItem]) -> Vec<LevelChange> {
    let moved = items.iter().filter(|item| item.delta != 0);
    moved.map(|item| LevelChange { variant_id: item.variant_id, location_id: item.location_id, on_hand: item.delta, reserved: 0 }).collect()
}

#[cfg(test)]
mod tests {
    use kernel::ProductId;

    use super::*;
    use crate::inventory::stock::PlacedLevel;

    fn stock(on_hand: i64, reserved: i64, backorder_limit: Option<i64>) -> Stock {
        let level = Level { on_hand, reserved, backorder_limit };
        Stock {
            variant_id: VariantId::generate(),
            product_id: ProductId::generate(),
            tracked: true,
            archived: false,
            low_stock_threshold: None,
            levels: vec![PlacedLevel { location_id: StockLocationId::generate(), active: true, level }],
        }
    }

    fn adjust(stock: &Stock, change: CountChange) -> Result<i64, Obstacles> {
        let items = [(stock.variant_id, stock.levels[0].location_id, change)];
        plan_adjustment(&items, std::slice::from_ref(stock)).map(|items| items[0].level.on_hand)
    }

    #[test]
    fn a_figure_that_was_seen_is_set_and_another_is_refused() {
        let five = stock(5, 2, Some(0));
        assert_eq!(adjust(&five, CountChange::To { expected: Some(5), on_hand: 9 }), Ok(9));
        assert_eq!(adjust(&five, CountChange::To { expected: None, on_hand: 2 }), Ok(2));
        let stale = adjust(&five, CountChange::To { expected: Some(4), on_hand: 9 }).expect_err("stale");
        assert_eq!((stale.changed.len(), stale.changed[0].on_hand), (1, 5));
    }

    #[test]
    fn what_is_promised_or_not_there_cannot_go() {
        let five = stock(5, 2, Some(0));
        assert_eq!(adjust(&five, CountChange::By(-3)), Ok(2));
        assert_eq!(adjust(&five, CountChange::By(-4)).expect_err("reserved").reserved.len(), 1);
        assert_eq!(adjust(&five, CountChange::By(-6)).expect_err("below zero").below_zero.len(), 1);
        assert_eq!(adjust(&stock(5, 2, None), CountChange::By(-5)), Ok(0));
        assert_eq!(adjust(&stock(-3, 0, Some(5)), CountChange::By(2)), Ok(-1));
        assert!(!adjust(&five, CountChange::By(MOST_PIECES)).expect_err("beyond").beyond.is_empty());
    }

    #[test]
    fn bad_figures_are_named_with_their_place() {
        let item = |change| AdjustmentItem { variant_id: VariantId::generate(), location_id: None, change };
        let twice = item(CountChange::By(1));
        let items = vec![item(CountChange::By(0)), item(CountChange::To { expected: Some(1), on_hand: -1 }), twice, twice];
        let errors = Adjustment::parse(MoveReason::Fulfilled, Some(" "), items).expect_err("bad").into_map();
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["items.0.delta", "items.1.on_hand", "items.3", "note", "reason"]);
        assert!(Adjustment::parse(MoveReason::Counted, None, vec![]).is_err());
        assert!(Adjustment::parse(MoveReason::Counted, None, vec![item(CountChange::By(i64::MIN))]).is_err());
    }
}
