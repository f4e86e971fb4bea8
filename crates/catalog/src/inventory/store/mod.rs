//! Rows of stock and all SQL of it.

/// True for a variant `v` of which one more piece can be bought: what `allocate(1, …)` says, in SQL. Backorders count at
/// the location of first priority alone.
macro_rules! buyable {
    () => {
        "v.archived_at IS NULL AND (NOT v.tracked OR EXISTS (
            SELECT 1 FROM stock_levels l JOIN stock_locations s ON s.id = l.location_id
            WHERE l.variant_id = v.id AND s.active AND (l.on_hand > l.reserved
                OR (l.backorder_limit IS NULL OR l.on_hand + l.backorder_limit > l.reserved)
                AND NOT EXISTS (
                    SELECT 1 FROM stock_levels o JOIN stock_locations p ON p.id = o.location_id
                    WHERE o.variant_id = v.id AND p.active AND (p.priority, p.id) < (s.priority, s.id)))))"
    };
}
use buyable;

mod holds;
mod invariants;
mod levels;
mod list;
mod listings;
mod lists;
mod locations;
mod moves;

pub use invariants::INVARIANTS;
pub use levels::{on_hand_at_default, tracked_among};
pub use listings::buyable_counts;
pub use lists::{list_levels, list_moves};
pub use locations::{find_location, find_location_by_code, find_locations_by_codes, list_locations};

pub(super) use holds::{Holder, end_holds, hold_until, insert_holds, keep_holds, lock_holds_of, lock_holds_of_lines};
pub(super) use levels::{
    change_levels, copy_limits, delete_levels, ensure_levels, lock_stocks, lock_variants, read_stocks, stocks_kept_growing,
};
pub(super) use listings::{lock_listings, recount_location, shift_listings};
pub(super) use locations::{delete_location, has_reserved, insert_location, location_ids, lock_location, stop_stock, update_location};
pub(super) use moves::{Cause, MOVE_CAUSE_KEY, NewMove, insert_moves};
