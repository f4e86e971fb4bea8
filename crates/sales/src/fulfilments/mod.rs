//! Fulfilments: what left the house for an order, in one parcel or several.

mod error;
mod fulfil;
mod update;

pub use error::FulfilError;
pub use fulfil::{FulfilOrder, fulfil, fulfil_by_itself, web_address};
pub use update::{UpdateFulfilment, update};
