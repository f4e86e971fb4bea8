//! The rules of stock: what is available, and which locations a demand is taken from. Pure.

use kernel::{ProductId, StockLocationId, Timestamp, VariantId, text_enum};

/// What one location has of one variant, as its row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Pieces that lie there.
    pub on_hand: i64,
    /// Pieces promised to carts and orders, those on backorder included.
    pub reserved: i64,
    /// How many pieces may be promised beyond those on hand: 0 none, `None` without limit.
    pub backorder_limit: Option<i64>,
}

impl Level {
    /// Pieces that lie there and are promised to nobody; never negative.
    #[must_use]
    pub fn ready(&self) -> i64 {
        self.on_hand.saturating_sub(self.reserved).max(0)
    }

    /// Pieces that can still be promised, backorders included; never negative, `None` without limit.
    #[must_use]
    pub fn available(&self) -> Option<i64> {
        let limit = self.backorder_limit?;
        Some(self.on_hand.saturating_add(limit).saturating_sub(self.reserved).max(0))
    }

    /// True where `n` more pieces can be promised: the rule that the conditional UPDATE and the CHECK repeat.
    #[must_use]
    pub fn can_reserve(&self, n: i64) -> bool {
        n >= 0 && self.available().is_none_or(|available| n <= available)
    }

    /// True where more is promised than there is and may be ordered back: what the CHECK refuses.
    #[must_use]
    pub fn is_oversold(&self) -> bool {
        self.backorder_limit.is_some_and(|limit| self.reserved > self.on_hand.saturating_add(limit))
    }

    /// Pieces that can be promised beyond the ready ones; `None` without limit.
    fn backorder_room(&self) -> Option<i64> {
        self.available().map(|available| available.saturating_sub(self.ready()).max(0))
    }
}

/// What the stock of a variant is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counting {
    /// Whether it is counted at all.
    pub tracked: bool,
    /// How much may be promised beyond what is there; `None`: all that is asked for.
    pub backorder_limit: Option<i64>,
    /// Stock is low where no more than this is ready.
    pub low_stock_threshold: Option<i64>,
}

/// What one location has of one variant, as staff see it.
#[derive(Debug, Clone, PartialEq)]
pub struct StockLevel {
    /// The variant.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// The product's title.
    pub product_title: String,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// `{"Color": "Red"}`.
    pub options: serde_json::Value,
    /// Where.
    pub location_id: StockLocationId,
    /// What programs call the location.
    pub location_code: String,
    /// The figures.
    pub level: Level,
    /// From how many ready pieces on it counts as low.
    pub low_stock_threshold: Option<i64>,
    /// Grows with each change.
    pub version: i64,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl StockLevel {
    /// What the list is sorted by: what `?sort=` and cursors call it.
    pub const SORT: &'static str = "variant_id";
}

/// Which levels are listed; every filter that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct LevelFilter {
    /// Of this variant.
    pub variant_id: Option<VariantId>,
    /// Of this product's variants.
    pub product_id: Option<ProductId>,
    /// Whose stock keeping unit begins with this, whatever its case.
    pub sku: Option<String>,
    /// At this location.
    pub location_id: Option<StockLocationId>,
    /// True: only where no more than the threshold is ready (nothing, where there is no threshold); false: only the others.
    pub low: Option<bool>,
}

text_enum! {
    /// What a product page says about stock; the numbers behind it are for staff.
    pub enum Availability {
        /// More than the threshold is ready.
        InStock = "in_stock",
        /// Something is ready, but no more than the threshold.
        Low = "low",
        /// Nothing is ready, but it can be ordered.
        Backorder = "backorder",
        /// It cannot be ordered.
        Out = "out",
    }
}

impl Availability {
    /// What holds for one variant: `levels` are its locations, by priority, or their sums as a single level.
    /// What is not tracked is always in stock.
    #[must_use]
    pub fn of(tracked: bool, levels: &[Level], low_stock_threshold: i64) -> Self {
        if !tracked {
            return Self::InStock;
        }
        let ready = levels.iter().fold(0_i64, |sum, level| sum.saturating_add(level.ready()));
        let backorder = levels.first().is_some_and(|first| first.backorder_room() != Some(0));
        match (ready, backorder) {
            (1.., _) if ready > low_stock_threshold => Self::InStock,
            (1.., _) => Self::Low,
            (_, true) => Self::Backorder,
            (_, false) => Self::Out,
        }
    }
}

/// All locations together cannot meet a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only {available} available")]
pub struct NotEnough {
    /// What is still to be had.
    pub available: i64,
}

/// Decides which locations give how many of `demand` pieces: real stock first, location by location in the order of
/// `levels`, then backorders on the first location alone, so that what arrives there serves them. The demand of all
/// lines for one variant has to be summed before: two lines that fit alone may not fit together.
///
/// # Errors
/// `NotEnough` where all locations together cannot meet the demand; nothing is allocated then.
pub fn allocate(demand: i64, levels: &[(StockLocationId, Level)]) -> Result<Vec<(StockLocationId, i64)>, NotEnough> {
    let mut open = demand.max(0);
    let mut taken: Vec<(StockLocationId, i64)> = Vec::with_capacity(levels.len());
    for (location, level) in levels {
        let from_here = level.ready().min(open);
        open -= from_here;
        taken.push((*location, from_here));
    }
    if let (Some((_, first)), Some((_, from_first))) = (levels.first(), taken.first_mut()) {
        let backordered = first.backorder_room().map_or(open, |room| room.min(open));
        open -= backordered;
        *from_first = from_first.saturating_add(backordered);
    }
    if open > 0 {
        return Err(NotEnough { available: demand.saturating_sub(open) });
    }
    taken.retain(|(_, pieces)| *pieces > 0);
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn level(on_hand: i64, reserved: i64, backorder_limit: Option<i64>) -> Level {
        Level { on_hand, reserved, backorder_limit }
    }

    fn place(levels: &[Level]) -> Vec<(StockLocationId, Level)> {
        levels.iter().map(|level| (StockLocationId::generate(), *level)).collect()
    }

    #[test]
    fn what_is_promised_cannot_be_promised_again() {
        let stock = level(5, 3, Some(0));
        assert_eq!((stock.ready(), stock.available()), (2, Some(2)));
        assert!(stock.can_reserve(2) && !stock.can_reserve(3) && !stock.can_reserve(-1));
        assert_eq!(level(5, 3, Some(4)).available(), Some(6));
        assert_eq!((level(0, 9, None).ready(), level(0, 9, None).available()), (0, None));
        assert!(level(0, 9, None).can_reserve(i64::MAX) && !level(0, 9, None).is_oversold());
        assert!(level(5, 6, Some(0)).is_oversold() && !level(5, 6, Some(1)).is_oversold());
        assert!(!level(i64::MAX, 0, Some(i64::MAX)).can_reserve(-1));
    }

    #[test]
    fn a_product_page_says_one_of_four_words() {
        let cases = [
            (level(9, 0, Some(0)), Availability::InStock),
            (level(5, 0, Some(0)), Availability::Low),
            (level(9, 8, None), Availability::Low),
            (level(3, 3, Some(1)), Availability::Backorder),
            (level(0, 9, None), Availability::Backorder),
            (level(3, 4, Some(1)), Availability::Out),
            (level(0, 0, Some(0)), Availability::Out),
        ];
        for (stock, word) in cases {
            assert_eq!(Availability::of(true, &[stock], 5), word, "{stock:?}");
            assert_eq!(Availability::of(false, &[stock], 5), Availability::InStock);
        }
        assert_eq!(Availability::of(true, &[], 5), Availability::Out);
    }

    #[test]
    fn real_stock_is_taken_in_order_and_backorders_go_to_the_first_location() {
        let levels = place(&[level(2, 0, Some(3)), level(4, 1, Some(9))]);
        let pieces = |demand| allocate(demand, &levels).map(|taken| taken.into_iter().map(|(_, n)| n).collect::<Vec<_>>());
        assert_eq!(pieces(0), Ok(vec![]));
        assert_eq!(pieces(2), Ok(vec![2]));
        assert_eq!(pieces(5), Ok(vec![2, 3]));
        assert_eq!(pieces(8), Ok(vec![5, 3]));
        assert_eq!(pieces(9), Err(NotEnough { available: 8 }));
        assert_eq!(allocate(1, &[]), Err(NotEnough { available: 0 }));
    }

    fn levels() -> impl Strategy<Value = Vec<(StockLocationId, Level)>> {
        let one = (0_i64..20, 0_i64..20, proptest::option::of(0_i64..10));
        let one = one.prop_map(|(on_hand, reserved, backorder_limit)| Level { on_hand, reserved, backorder_limit });
        proptest::collection::vec(one, 0..5).prop_map(|levels| place(&levels))
    }

    proptest! {
        #[test]
        fn an_allocation_sums_to_the_demand_and_exceeds_no_level(levels in levels(), demand in 0_i64..80) {
            let allocation = allocate(demand, &levels);
            prop_assert_eq!(&allocation, &allocate(demand, &levels));
            match allocation {
                Ok(taken) => {
                    prop_assert_eq!(taken.iter().map(|(_, n)| n).sum::<i64>(), demand);
                    for (location, n) in taken {
                        let level = levels.iter().find(|(id, _)| *id == location).expect("a location that was asked").1;
                        prop_assert!(n > 0 && level.can_reserve(n));
                    }
                }
                Err(NotEnough { available }) => {
                    prop_assert!(available < demand);
                    prop_assert!(allocate(available, &levels).is_ok() && allocate(available + 1, &levels).is_err());
                }
            }
        }

        #[test]
        fn the_word_agrees_with_what_can_be_had(levels in levels(), threshold in 0_i64..10) {
            let levels_only: Vec<Level> = levels.iter().map(|(_, level)| *level).collect();
            let out = Availability::of(true, &levels_only, threshold) == Availability::Out;
            prop_assert_eq!(out, allocate(1, &levels).is_err());
        }

        #[test]
        fn no_row_makes_the_rules_panic(on_hand: i64, reserved: i64, limit: Option<i64>, demand: i64) {
            let level = Level { on_hand, reserved, backorder_limit: limit };
            let _ = (level.can_reserve(demand), Availability::of(true, &[level, level], demand), allocate(demand, &place(&[level, level])));
        }
    }
}
