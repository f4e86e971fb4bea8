//! Stock: what lies where, what is put aside, and what can still be promised.

mod availability;
mod change;
mod confirm;
mod consume;
mod events;
mod holds;
mod model;
mod moves;
mod plan;
mod release;
mod reserve;
mod stock;
mod store;

pub use availability::availability;
pub use confirm::confirm;
pub use consume::{ConsumeError, consume};
pub use events::{StockFact, Supply};
pub use model::{Availability, Level, NotEnough, allocate};
pub use moves::MoveReason;
pub use plan::{Demand, Shortage};
pub use release::{release, release_line};
pub use reserve::{ReserveError, reserve};
pub use store::INVARIANTS;
