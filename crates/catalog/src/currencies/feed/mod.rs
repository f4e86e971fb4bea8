//! Rates that are taken from a published table.

mod table;
mod take;

pub use table::TableError;
pub use take::{TakeRates, TakeRatesError};
