//! Tax: which rates apply where, and how much of an amount is tax.

mod create;
mod delete;
mod events;
mod input;
mod model;
mod store;
mod update;

pub use create::{CreateTaxRateError, create, create_in};
pub use delete::{DeleteTaxRate, DeleteTaxRateError, delete, delete_in};
pub use events::TaxRateEvent;
pub use input::{CreateTaxRate, STANDARD_CLASS, TaxClassError, TaxRateChanges, TaxRateChangesInput, TaxRateInput, parse_class};
pub use model::{Destination, TaxLine, TaxMode, TaxRate, TaxedAmount, select, tax_of};
pub use store::{TaxRateQuery, TaxRates, find, list};
pub use update::{UpdateTaxRate, UpdateTaxRateError, update, update_in};
