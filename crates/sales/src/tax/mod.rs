//! Tax: which rates apply where, and how much of an amount is tax.

mod amounts;
mod create;
mod delete;
mod events;
mod input;
mod model;
#[cfg(test)]
pub(crate) mod sample;
mod store;
mod table;
mod update;

pub use amounts::{Taxable, tax_each, tax_of};
pub use create::{CreateTaxRateError, create, create_in};
pub use delete::{DeleteTaxRate, DeleteTaxRateError, delete, delete_in};
pub use events::TaxRateEvent;
pub use input::{CreateTaxRate, STANDARD_CLASS, TaxClassError, TaxRateChanges, TaxRateChangesInput, TaxRateInput, parse_class};
pub use model::{TaxLine, TaxMode, TaxPlace, TaxRate, TaxedAmount};
pub use store::{TaxRateQuery, find, list};
pub use table::TaxRates;
pub use update::{UpdateTaxRate, UpdateTaxRateError, update, update_in};
