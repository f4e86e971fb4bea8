//! Stock of the shop under test.

use catalog::inventory::{CountChange, Held, HoldEnd, LevelChange, changes_of_adjustment, plan_adjustment, take};

use super::{Seen, Shop};

impl Shop {
    pub(super) fn adjust(&mut self, variant: usize, location: usize, delta: i64) -> Seen {
        let stock = &self.stocks[variant];
        let item = (stock.variant_id, stock.levels[location].location_id, CountChange::By(delta));
        let adjusted = plan_adjustment(&[item], &self.stocks)
            .map_err(|obstacles| if obstacles.below_zero.is_empty() { "stock_reserved" } else { "stock_below_zero" })?;
        self.change(&changes_of_adjustment(&adjusted));
        Ok(())
    }

    pub(super) fn release(&mut self, place: usize) {
        let sale = &mut self.sales[place];
        let taken: Vec<(Held, i64)> = sale.holds.iter().map(|held| (*held, held.rest)).collect();
        let changes = sale.end_holds(&taken, HoldEnd::Released);
        self.change(&changes);
    }

    pub(super) fn consume(&mut self, place: usize, line: uuid::Uuid, pieces: i64) {
        let sale = &mut self.sales[place];
        let of_line: Vec<Held> = sale.holds.iter().filter(|held| held.line_id == line).copied().collect();
        let taken = take(&of_line, pieces);
        let got: i64 = taken.iter().map(|(_, pieces)| pieces).sum();
        // What is not counted has no holds.
        assert!(of_line.is_empty() || got == pieces, "{got} of {pieces} pieces were held");
        let changes = sale.end_holds(&taken, HoldEnd::Consumed);
        self.change(&changes);
    }

    /// What the database does: adds up, and refuses by CHECK what a rule should have refused before.
    pub(super) fn change(&mut self, changes: &[LevelChange]) {
        for change in changes {
            let stock = self.stocks.iter_mut().find(|stock| stock.variant_id == change.variant_id).expect("a variant of this shop");
            let before = stock.level(change.location_id).expect("a level of this variant");
            *stock = stock.with([*change]);
            let after = stock.level(change.location_id).expect("a level of this variant");
            assert!(after.reserved >= 0, "{after:?}");
            assert!(!after.is_oversold() || before.is_oversold(), "{before:?} became {after:?}");
        }
    }
}
