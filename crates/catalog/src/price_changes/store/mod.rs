//! Rows of changes of many prices.

mod changes;
mod invariants;
mod rows;
mod select;

pub use changes::{PriceChangeQuery, find, list};
pub(super) use changes::{forget, insert, lock, update};
pub use invariants::INVARIANTS;
pub use rows::rows;
pub(super) use rows::{NewRow, insert_rows, next_rows, settle_rows};
pub(super) use select::{Selected, select};
