//! By which way the orders of a list are found.
//!
//! An index that has the orders of a filter in the order of the list is read no further than the page reaches. A filter that
//! finds few orders is gone through whatever the order is, and what it finds is sorted: nothing else keeps the list from being
//! read whole where little matches. How many a filter finds is counted, because no planner knows; only where one filter stands
//! alone that is read in order anyway nothing is. The other filters are asked of each order that is found.

use platform::db::{self, ConnectionTrait, DatabaseError, Parameters, Shield, hidden};

use super::finder::{Finder, Part};
use super::query::{OrderQuery, OrderSort};

/// So many orders are looked up and sorted in 4 to 8 ms: as fast as finding a page where one order in five hundred matches.
pub(super) const FEW: i64 = 900;

/// How to find the orders of a list.
pub(super) struct Way {
    pub(super) finders: Vec<Finder>,
    /// The place of the finder that leads; without one the list itself is read.
    pub(super) leader: Option<usize>,
    /// True where what leads has its orders in the order of the list.
    pub(super) in_order: bool,
    sort: OrderSort,
}

impl Way {
    /// Chooses the way of a list, at the price of one statement at most.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub(super) async fn choose(db: &impl ConnectionTrait, query: &OrderQuery) -> Result<Self, DatabaseError> {
        let sort = query.sort;
        let finders = Finder::of(&query.filter, sort);
        let in_order = |finders: &[Finder]| {
            let ordered = finders.iter().enumerate().filter(|(_, finder)| finder.is_in_order(sort));
            ordered.min_by_key(|(_, finder)| finder.rank()).map(|(place, _)| place)
        };
        let leader = in_order(&finders);
        let alone = finders.len() == 1 && leader.is_some();
        if !finders.is_empty() && !alone {
            let smallest = sizes(db, &finders, sort).await?.into_iter().enumerate().min_by_key(|(_, size)| *size);
            if let Some((leader, _)) = smallest.filter(|(_, size)| *size <= FEW) {
                return Ok(Self { finders, leader: Some(leader), in_order: false, sort });
            }
        }
        Ok(Self { finders, leader, in_order: true, sort })
    }

    /// The way to all that match, in no order: by any finder rather than through the list.
    pub(super) fn into_all(self) -> Self {
        match self.leader {
            None if !self.finders.is_empty() => Self { leader: Some(0), in_order: false, ..self },
            _ => self,
        }
    }

    /// The parts of what leads.
    pub(super) fn parts(&self, parameters: &mut Parameters) -> Vec<Part> {
        match self.leader() {
            Some(finder) => finder.parts(self.sort, parameters),
            None => vec![Part::of_orders(self.sort, "TRUE".to_owned())],
        }
    }

    /// True where few orders are gone through.
    pub(super) const fn is_short(&self) -> bool {
        self.leader.is_some() && !self.in_order
    }

    /// How columns are asked of the orders that are found.
    pub(super) fn shield(&self) -> Shield {
        if self.is_short() { hidden } else { db::shielded }
    }

    /// What the finders that do not lead ask of each order.
    pub(super) fn asked(&self, parameters: &mut Parameters) -> String {
        let others = self.finders.iter().enumerate().filter(|(place, _)| Some(*place) != self.leader);
        others.map(|(_, finder)| finder.asked(parameters, self.shield())).collect()
    }

    fn leader(&self) -> Option<&Finder> {
        self.leader.and_then(|place| self.finders.get(place))
    }
}

/// How many orders each finder finds, as far as it matters.
async fn sizes(db: &impl ConnectionTrait, finders: &[Finder], sort: OrderSort) -> Result<Vec<i64>, DatabaseError> {
    let rows = |finder: &Finder, parameters: &mut Parameters| {
        let parts = finder.parts(sort, parameters);
        let found: Vec<String> = parts.iter().map(|part| format!("SELECT 1 FROM {} WHERE {}", part.source, part.condition)).collect();
        found.join(" UNION ALL ")
    };
    db::sizes(db, finders, FEW, rows).await
}
