//! Prices in many currencies: rates that staff or a feed write, and the derived prices that follow them.

mod derive;
mod feed;
mod store;
mod write_rates;

pub use derive::{DerivePrices, derive_piece};
pub use feed::{TableError, TakeRates, TakeRatesError};
pub use store::INVARIANTS;
pub use write_rates::{write_rates, write_rates_in};
