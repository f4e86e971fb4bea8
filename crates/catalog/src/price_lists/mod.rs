//! Price lists: a currency, and whether its prices include tax.

mod events;
mod model;
mod store;
mod update;

pub use events::PriceListEvent;
pub use model::{PriceList, PriceListChanges, PriceListInput};
pub use store::{PriceListQuery, all, ensure, find, find_by_code, fix_currency, list};
pub use update::{UpdatePriceList, UpdatePriceListError, update, update_in};
