//! Fulfilments: what left the house for an order, in one parcel or several.

mod error;
mod fulfil;
mod fulfil_many;
mod update;

pub use error::FulfilError;
pub use fulfil::{FulfilOrder, fulfil, fulfil_by_itself, web_address};
pub use fulfil_many::{Fulfilled, fulfil_many};
pub use update::{UpdateFulfilment, update};
