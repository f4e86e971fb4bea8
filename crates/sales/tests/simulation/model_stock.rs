//! Stock a second time: piece by piece, with nothing but counting.

use catalog::inventory::Stock;

use crate::model::Flaw;

/// One variant at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shelf {
    pub(crate) on_hand: i64,
    pub(crate) promised: i64,
    limit: Option<i64>,
    sells: bool,
}

/// All shelves of one variant.
#[derive(Debug, Clone)]
pub(crate) struct Rack {
    pub(crate) shelves: Vec<Shelf>,
    counted: bool,
}

impl Rack {
    pub(crate) fn of(stock: &Stock) -> Self {
        let shelves = stock.levels.iter().map(|placed| Shelf {
            on_hand: placed.level.on_hand,
            promised: placed.level.reserved,
            limit: placed.level.backorder_limit,
            sells: placed.active,
        });
        Self { shelves: shelves.collect(), counted: stock.tracked }
    }

    /// Promises so many pieces, each from the first shelf that has one over, else on order at the first that sells; where
    /// each came from, first shelf first. `None` where one piece finds no place: then nothing is promised.
    pub(crate) fn promise(&mut self, pieces: i64, flaw: Flaw) -> Option<Vec<usize>> {
        if !self.counted {
            return Some(Vec::new());
        }
        let before = self.shelves.clone();
        let mut from = Vec::new();
        for _ in 0..pieces {
            let Some(place) = self.next_place(flaw) else {
                self.shelves = before;
                return None;
            };
            self.shelves[place].promised += 1;
            from.push(place);
        }
        from.sort_unstable();
        Some(from)
    }

    fn next_place(&self, flaw: Flaw) -> Option<usize> {
        let promised = |shelf: &Shelf| if flaw == Flaw::SellsWhatIsPromised { 0 } else { shelf.promised };
        let over = self.shelves.iter().position(|shelf| shelf.sells && shelf.on_hand > promised(shelf));
        over.or_else(|| {
            let first = self.shelves.iter().position(|shelf| shelf.sells)?;
            let shelf = &self.shelves[first];
            shelf.limit.is_none_or(|limit| promised(shelf) < shelf.on_hand + limit).then_some(first)
        })
    }

    /// Pieces that are not wanted any more.
    pub(crate) fn give_back(&mut self, places: &[usize]) {
        places.iter().for_each(|place| self.shelves[*place].promised -= 1);
    }

    /// Pieces that leave the house.
    pub(crate) fn send(&mut self, places: &[usize]) {
        self.give_back(places);
        places.iter().for_each(|place| self.shelves[*place].on_hand -= 1);
    }

    /// Pieces come or go, unless promises could not be kept then.
    pub(crate) fn adjust(&mut self, place: usize, delta: i64) -> Result<(), &'static str> {
        let shelf = &mut self.shelves[place];
        let after = shelf.on_hand + delta;
        if delta < 0 && after < 0 {
            return Err("stock_below_zero");
        }
        if delta < 0 && shelf.limit.is_some_and(|limit| shelf.promised > after + limit) {
            return Err("stock_reserved");
        }
        shelf.on_hand = after;
        Ok(())
    }
}
