//! Stock: what lies where, what is put aside, and what can still be promised.

mod adjust;
mod adjustment;
mod availability;
mod change;
mod confirm;
mod consume;
mod create_location;
mod delete_location;
mod events;
mod holds;
mod locations;
mod model;
mod moves;
mod plan;
mod release;
mod reserve;
mod set_tracking;
mod stock;
mod store;
mod update_location;

pub use adjust::{AdjustStock, AdjustStockError, adjust, adjust_in, set_on_hand};
pub use adjustment::{
    Adjusted, AdjustedItem, Adjustment, AdjustmentItem, CountChange, Figure, MOST_PIECES, Obstacles, changes_of as changes_of_adjustment,
    plan_adjustment,
};
pub use availability::availability;
pub use confirm::{confirm, hold_until};
pub use consume::{ConsumeError, consume};
pub use create_location::{CreateLocationError, create_location, create_location_in};
pub use delete_location::{DeleteLocation, DeleteLocationError, delete_location, delete_location_in};
pub use events::{LocationFact, LocationState, StockFact, Supply};
pub use holds::{Held, HoldEnd, changes_of as changes_of_holds, take};
pub use locations::{LocationAddress, LocationAddressInput, LocationChanges, LocationInput, LocationKind, NewLocation, StockLocation};
pub use model::{Availability, Counting, Level, LevelFilter, NotEnough, StockLevel, allocate};
pub use moves::{MoveCause, MoveFilter, MoveReason, StockMove};
pub use plan::{Demand, Plan, Portion, Shortage, plan};
pub use release::{release, release_line};
pub use reserve::{ReserveError, reserve};
pub use set_tracking::{SetTrackingError, forget, set_tracking, track_new};
pub use stock::{LevelChange, PlacedLevel, Stock};
pub use store::{
    INVARIANTS, buyable_counts, find_location, find_location_by_code, find_locations_by_codes, list_levels, list_locations, list_moves,
    on_hand_at_default, tracked_among,
};
pub use update_location::{UpdateLocation, UpdateLocationError, update_location, update_location_in};
