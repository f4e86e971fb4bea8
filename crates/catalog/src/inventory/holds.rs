//! Stock that is put aside, and how it ends. Pure.

use kernel::{HoldId, StockLocationId, VariantId, text_enum};
use uuid::Uuid;

use super::stock::LevelChange;

text_enum! {
    /// How a hold ends.
    pub enum HoldEnd {
        /// It was shipped.
        Consumed = "consumed",
        /// It was given back.
        Released = "released",
    }
}

/// A hold and what is left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Its id.
    pub id: HoldId,
    /// For which line.
    pub line_id: Uuid,
    /// Of what.
    pub variant_id: VariantId,
    /// Where.
    pub location_id: StockLocationId,
    /// Pieces that are still held.
    pub rest: i64,
}

/// Takes so many pieces from holds, in their order; fewer where fewer are left.
#[must_use]
pub fn take<'a>(holds: impl IntoIterator<Item = &'a Held>, pieces: i64) -> Vec<(Held, i64)> {
    let mut open = pieces.max(0);
    let mut taken = Vec::new();
    for held in holds {
        let from_here = held.rest.min(open);
        if from_here > 0 {
            open -= from_here;
            taken.push((*held, from_here));
        }
    }
    taken
}

/// What a level loses when pieces of its holds end: one change per level.
#[must_use]
pub fn changes_of(taken: &[(Held, i64)], end: HoldEnd) -> Vec<LevelChange> {
    let mut changes: Vec<LevelChange> = Vec::new();
    for (held, pieces) in taken {
        let on_hand = match end {
            HoldEnd::Consumed => -pieces,
            HoldEnd::Released => 0,
        };
        let same = |change: &&mut LevelChange| change.variant_id == held.variant_id && change.location_id == held.location_id;
        if let Some(change) = changes.iter_mut().find(same) {
            change.on_hand += on_hand;
            change.reserved -= pieces;
        } else {
            changes.push(LevelChange { variant_id: held.variant_id, location_id: held.location_id, on_hand, reserved: -pieces });
        }
    }
    changes
}

/// What is left of each hold, for the rows.
pub(super) fn pieces_of(taken: &[(Held, i64)]) -> Vec<(HoldId, i64)> {
    taken.iter().map(|(held, pieces)| (held.id, *pieces)).collect()
}

#[cfg(test)]
mod tests {
    use kernel::OrderLineId;

    use super::*;

    #[test]
    fn holds_are_taken_in_their_order_and_each_level_changes_once() {
        let (line_id, variant_id, location_id) = (OrderLineId::generate().uuid(), VariantId::generate(), StockLocationId::generate());
        let held = |rest| Held { id: HoldId::generate(), line_id, variant_id, location_id, rest };
        let holds = [held(2), held(0), held(3)];
        let taken = take(&holds, 4);
        assert_eq!(pieces_of(&taken), [(holds[0].id, 2), (holds[2].id, 2)]);
        let change = |on_hand| LevelChange { variant_id, location_id, on_hand, reserved: -4 };
        assert_eq!(changes_of(&taken, HoldEnd::Consumed), [change(-4)]);
        assert_eq!(changes_of(&taken, HoldEnd::Released), [change(0)]);
        assert_eq!(take(&holds, 9).iter().map(|(_, pieces)| pieces).sum::<i64>(), 5);
    }
}
