//! Which levels give what to which line. Pure.

use kernel::{Quantity, StockLocationId, VariantId};
use uuid::Uuid;

use super::model::allocate;
use super::stock::{LevelChange, Stock};

/// What one line wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// The line; it names the hold later on.
    pub line_id: Uuid,
    /// What it wants.
    pub variant_id: VariantId,
    /// How many pieces.
    pub quantity: Quantity,
}

/// A line that cannot have what it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The line.
    pub line_id: Uuid,
    /// What it wants.
    pub variant_id: VariantId,
    /// How many pieces it wants.
    pub wanted: i64,
    /// How many it can still have, after the lines before it.
    pub available: i64,
}

/// Pieces that one level gives to one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portion {
    /// Which line.
    pub line_id: Uuid,
    /// Of what.
    pub variant_id: VariantId,
    /// From where.
    pub location_id: StockLocationId,
    /// How many.
    pub pieces: i64,
}

/// Who gets what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// What the levels give.
    pub changes: Vec<LevelChange>,
    /// What the lines get.
    pub portions: Vec<Portion>,
}

/// Plans the whole demand or names every line that comes short. The demand of several lines for one variant is summed
/// first; what is not tracked needs nothing.
///
/// # Errors
/// Every line that comes short; nothing is planned then.
pub fn plan(demand: &[Demand], stocks: &[Stock]) -> Result<Plan, Vec<Shortage>> {
    let mut plan = Plan::default();
    let mut shortages = Vec::new();
    for stock in stocks.iter().filter(|stock| stock.tracked) {
        let lines: Vec<&Demand> = demand.iter().filter(|line| line.variant_id == stock.variant_id).collect();
        let wanted = lines.iter().map(|line| i64::from(line.quantity)).sum();
        match allocate(wanted, &stock.selling()) {
            Ok(taken) => {
                let change =
                    |&(location_id, pieces)| LevelChange { variant_id: stock.variant_id, location_id, on_hand: 0, reserved: pieces };
                plan.changes.extend(taken.iter().map(change));
                share(&lines, &taken, &mut plan.portions);
            }
            Err(short) => shortages.extend(shorten(&lines, short.available)),
        }
    }
    let unknown = demand.iter().filter(|line| stocks.iter().all(|stock| stock.variant_id != line.variant_id));
    shortages.extend(shorten(&unknown.collect::<Vec<_>>(), 0));
    if shortages.is_empty() { Ok(plan) } else { Err(shortages) }
}

fn share(lines: &[&Demand], taken: &[(StockLocationId, i64)], portions: &mut Vec<Portion>) {
    let mut lines = lines.iter().map(|line| (*line, i64::from(line.quantity)));
    let mut current = lines.next();
    for &(location_id, pieces) in taken {
        let mut rest = pieces;
        while let Some((line, open)) = current.filter(|_| rest > 0) {
            let given = open.min(rest);
            portions.push(Portion { line_id: line.line_id, variant_id: line.variant_id, location_id, pieces: given });
            rest -= given;
            current = if open > given { Some((line, open - given)) } else { lines.next() };
        }
    }
}

/// The lines are served in their order: what the first ones can have is not short.
fn shorten(lines: &[&Demand], available: i64) -> Vec<Shortage> {
    let mut rest = available;
    let mut shortages = Vec::new();
    for line in lines {
        let wanted = i64::from(line.quantity);
        let available = rest.clamp(0, wanted);
        rest -= available;
        if available < wanted {
            shortages.push(Shortage { line_id: line.line_id, variant_id: line.variant_id, wanted, available });
        }
    }
    shortages
}

#[cfg(test)]
mod tests {
    use kernel::{OrderLineId, ProductId};
    use proptest::prelude::*;

    use super::*;
    use crate::inventory::model::Level;
    use crate::inventory::stock::PlacedLevel;

    fn stock(on_hand: &[i64]) -> Stock {
        let placed = |on_hand: &i64| {
            let level = Level { on_hand: *on_hand, reserved: 0, backorder_limit: Some(0) };
            PlacedLevel { location_id: StockLocationId::generate(), active: true, level }
        };
        Stock {
            variant_id: VariantId::generate(),
            product_id: ProductId::generate(),
            tracked: true,
            archived: false,
            low_stock_threshold: None,
            levels: on_hand.iter().map(placed).collect(),
        }
    }

    fn line(stock: &Stock, pieces: i64) -> Demand {
        Demand { line_id: OrderLineId::generate().uuid(), variant_id: stock.variant_id, quantity: pieces.try_into().expect("a quantity") }
    }

    #[test]
    fn two_lines_that_fit_alone_do_not_fit_together() {
        let five = stock(&[5]);
        let lines = [line(&five, 3), line(&five, 3)];
        assert!(plan(&lines[..1], std::slice::from_ref(&five)).is_ok());
        let short = Shortage { line_id: lines[1].line_id, variant_id: five.variant_id, wanted: 3, available: 2 };
        assert_eq!(plan(&lines, &[five]), Err(vec![short]));
    }

    #[test]
    fn every_line_that_comes_short_is_named() {
        let (none, gone, untracked) = (stock(&[]), stock(&[1]), Stock { tracked: false, ..stock(&[]) });
        let lines = [line(&none, 1), line(&gone, 1), line(&untracked, 9)];
        let shortages = plan(&lines, &[none, untracked]).expect_err("short");
        assert_eq!(shortages.iter().map(|short| short.line_id).collect::<Vec<_>>(), [lines[0].line_id, lines[1].line_id]);
    }

    proptest! {
        #[test]
        fn portions_add_up_to_the_lines_and_to_the_levels(
            on_hand in proptest::collection::vec(0_i64..10, 0..4),
            wanted in proptest::collection::vec(1_i64..8, 1..5),
        ) {
            let stock = stock(&on_hand);
            let lines: Vec<Demand> = wanted.iter().map(|pieces| line(&stock, *pieces)).collect();
            let fits = wanted.iter().sum::<i64>() <= on_hand.iter().sum();
            let planned = plan(&lines, std::slice::from_ref(&stock));
            prop_assert_eq!(planned.is_ok(), fits);
            if let Ok(plan) = planned {
                for line in &lines {
                    let got: i64 = plan.portions.iter().filter(|portion| portion.line_id == line.line_id).map(|portion| portion.pieces).sum();
                    prop_assert_eq!(got, i64::from(line.quantity));
                }
                for change in &plan.changes {
                    let of = |portion: &&Portion| portion.location_id == change.location_id;
                    prop_assert_eq!(plan.portions.iter().filter(of).map(|portion| portion.pieces).sum::<i64>(), change.reserved);
                    prop_assert!(stock.level(change.location_id).is_some_and(|level| level.can_reserve(change.reserved)));
                }
            }
        }
    }
}
