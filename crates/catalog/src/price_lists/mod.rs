//! Price lists: a currency, and whether its prices include tax.

mod create;
mod delete;
mod events;
mod input;
mod model;
mod store;
mod update;

pub use create::{CreatePriceListError, create};
pub use delete::{DeletePriceList, DeletePriceListError, delete};
pub use events::PriceListEvent;
pub use input::{CreatePriceList, NewPriceListInput, PriceListChanges, PriceListInput, PriceListTermsInput};
pub use model::{PriceList, PriceListTerms};
pub use store::{PriceListQuery, SpecialPriceLists, all, ensure, find, find_by_code, fix_currency, list};
pub use update::{UpdatePriceList, UpdatePriceListError, update, update_in};
