//! One variant with all its levels, and what a change does to it. Pure.

use kernel::{ProductId, StockLocationId, VariantId};

use super::model::{Availability, Level, allocate};

/// A level and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacedLevel {
    /// Where.
    pub location_id: StockLocationId,
    /// Only active locations sell.
    pub active: bool,
    /// The figures.
    pub level: Level,
}

/// A variant and what every location has of it, by the locations' priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// The variant.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// False where nobody counts it.
    pub tracked: bool,
    /// True where it is sold no more.
    pub archived: bool,
    /// From how many ready pieces on it counts as low.
    pub low_stock_threshold: Option<i64>,
    /// What lies where.
    pub levels: Vec<PlacedLevel>,
}

/// What is added to one level; negative takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelChange {
    /// Of what.
    pub variant_id: VariantId,
    /// Where.
    pub location_id: StockLocationId,
    /// Pieces that come.
    pub on_hand: i64,
    /// Pieces that are promised.
    pub reserved: i64,
}

impl LevelChange {
    pub(super) const fn undone(self) -> Self {
        Self { on_hand: -self.on_hand, reserved: -self.reserved, ..self }
    }
}

impl Stock {
    /// The levels that sell, as `allocate` wants them.
    pub(super) fn selling(&self) -> Vec<(StockLocationId, Level)> {
        self.levels.iter().filter(|placed| placed.active).map(|placed| (placed.location_id, placed.level)).collect()
    }

    /// The figures of one location.
    #[must_use]
    pub fn level(&self, location_id: StockLocationId) -> Option<Level> {
        self.levels.iter().find(|placed| placed.location_id == location_id).map(|placed| placed.level)
    }

    /// Pieces that lie at selling locations and are promised to nobody.
    pub(super) fn ready(&self) -> i64 {
        self.selling().iter().fold(0, |sum, (_, level)| sum.saturating_add(level.ready()))
    }

    /// True where one more piece can be sold.
    #[must_use]
    pub fn is_buyable(&self) -> bool {
        !self.tracked || allocate(1, &self.selling()).is_ok()
    }

    /// How many more pieces can be sold, `most` at the most.
    pub(super) fn buyable(&self, most: i64) -> i64 {
        if !self.tracked {
            return most;
        }
        allocate(most, &self.selling()).map_or_else(|short| short.available, |_| most)
    }

    /// What a product page says.
    pub(super) fn availability(&self) -> Availability {
        let levels: Vec<Level> = self.selling().into_iter().map(|(_, level)| level).collect();
        Availability::of(self.tracked, &levels, self.low_stock_threshold.unwrap_or(0))
    }

    /// The same stock with the changes that concern it.
    #[must_use]
    pub fn with(&self, changes: impl IntoIterator<Item = LevelChange>) -> Self {
        let mut stock = self.clone();
        for change in changes.into_iter().filter(|change| change.variant_id == self.variant_id) {
            if let Some(placed) = stock.levels.iter_mut().find(|placed| placed.location_id == change.location_id) {
                placed.level.on_hand = placed.level.on_hand.saturating_add(change.on_hand);
                placed.level.reserved = placed.level.reserved.saturating_add(change.reserved);
            }
        }
        stock
    }
}

/// The lines that a change of stock crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Crossing {
    /// Nothing can be sold any more.
    pub(super) ran_out: bool,
    /// Something can be sold again.
    pub(super) back_in: bool,
    /// No more than the threshold is ready, and more was.
    pub(super) ran_low: bool,
    /// A product page says something else of it.
    pub(super) reads_otherwise: bool,
}

impl Crossing {
    pub(super) fn between(before: &Stock, after: &Stock) -> Self {
        let (was, is) = (before.is_buyable(), after.is_buyable());
        let low = after.low_stock_threshold.filter(|_| after.tracked);
        Self {
            ran_out: was && !is,
            back_in: !was && is,
            ran_low: low.is_some_and(|threshold| before.ready() > threshold && after.ready() <= threshold),
            reads_otherwise: before.availability() != after.availability(),
        }
    }

    pub(super) fn is_none(self) -> bool {
        self == Self::default()
    }

    /// What it adds to the number of buyable variants of the product.
    pub(super) fn listed_change(self) -> i64 {
        i64::from(self.back_in) - i64::from(self.ran_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stock(on_hand: i64, reserved: i64, low_stock_threshold: Option<i64>) -> Stock {
        let level = Level { on_hand, reserved, backorder_limit: Some(0) };
        Stock {
            variant_id: VariantId::generate(),
            product_id: ProductId::generate(),
            tracked: true,
            archived: false,
            low_stock_threshold,
            levels: vec![PlacedLevel { location_id: StockLocationId::generate(), active: true, level }],
        }
    }

    fn reserve(stock: &Stock, pieces: i64) -> Stock {
        let location_id = stock.levels[0].location_id;
        stock.with([LevelChange { variant_id: stock.variant_id, location_id, on_hand: 0, reserved: pieces }])
    }

    #[test]
    fn only_a_change_that_passes_a_line_is_a_crossing() {
        let five = stock(5, 0, Some(2));
        let crossing = |before: &Stock, pieces| Crossing::between(before, &reserve(before, pieces));
        assert!(crossing(&five, 2).is_none());
        assert_eq!(crossing(&five, 3), Crossing { ran_low: true, reads_otherwise: true, ..Crossing::default() });
        assert_eq!(crossing(&five, 5), Crossing { ran_low: true, ran_out: true, back_in: false, reads_otherwise: true });
        assert_eq!(crossing(&reserve(&five, 3), 1), Crossing::default());
        assert_eq!(crossing(&reserve(&five, 5), -1), Crossing { back_in: true, reads_otherwise: true, ..Crossing::default() });
        assert_eq!(crossing(&reserve(&five, 3), -1), Crossing { reads_otherwise: true, ..Crossing::default() });
    }

    #[test]
    fn what_lies_at_a_closed_location_is_not_sold() {
        let mut closed = stock(5, 0, None);
        closed.levels[0].active = false;
        assert!(!closed.is_buyable());
        assert_eq!((closed.buyable(10), closed.ready(), closed.availability()), (0, 0, Availability::Out));
    }

    #[test]
    fn what_is_not_counted_is_always_there() {
        let untracked = Stock { tracked: false, levels: vec![], ..stock(0, 0, Some(1)) };
        assert_eq!((untracked.buyable(10), untracked.availability()), (10, Availability::InStock));
    }
}
