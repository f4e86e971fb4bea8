//! Tax: which rates apply where, and how much of an amount is tax.

mod model;

pub use model::{Destination, TaxLine, TaxMode, TaxRate, TaxedAmount, select, tax_of};
