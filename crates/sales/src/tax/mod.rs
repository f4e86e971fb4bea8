//! Tax: which rates apply where, and how much of an amount is tax.

mod model;
mod store;

pub use model::{Destination, TaxLine, TaxMode, TaxRate, TaxedAmount, select, tax_of};
pub use store::rates_of;
