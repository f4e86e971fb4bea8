//! Exchanges: the worth of goods that come back, or that have not left, pays for a linked order; the difference is paid or goes back.

mod error;
mod events;
mod exchange;
mod model;
mod store;

pub use error::ExchangeError;
pub use events::ExchangeFact;
pub use exchange::{ExchangeGoods, Given, exchange};
pub use model::Exchange;
pub use store::{INVARIANTS, find, list};
