//! Price lists: a currency, and whether its prices include tax.

mod create;
mod delete;
mod derivation;
mod derive;
mod events;
mod input;
mod model;
mod store;
mod update;

pub use create::{CreatePriceListError, create};
pub use delete::{DeletePriceList, DeletePriceListError, delete};
pub use derivation::{DERIVE, Derivation, DerivationInput};
pub use derive::follow_rates_in;
pub use events::PriceListEvent;
pub use input::{CreatePriceList, NewPriceListInput, PriceListChanges, PriceListInput, PriceListTermsInput};
pub use model::{PriceList, PriceListTerms};
pub use store::{
    PriceListQuery, Progress, SpecialPriceLists, all, ensure, find, find_by_code, finish, fix_currency, for_writing, list, lock_progress,
    move_on,
};
pub use update::{UpdatePriceList, UpdatePriceListError, update, update_in};
