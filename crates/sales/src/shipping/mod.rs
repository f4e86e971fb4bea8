//! Shipping: the methods a shop offers and what a parcel costs by each.

mod create;
mod delete;
mod events;
mod input;
mod model;
mod store;
mod tariff;
mod update;

pub use create::{CreateShippingMethodError, create, create_in};
pub use delete::{DeleteShippingMethod, DeleteShippingMethodError, delete, delete_in};
pub use events::ShippingMethodEvent;
pub use input::{CreateShippingMethod, ShippingMethodChanges, ShippingMethodChangesInput, ShippingMethodInput};
pub use model::{Parcel, ShippingKind, ShippingMethod, ShippingQuote, ShippingRate, quote, quotes};
pub(crate) use store::ensure_one;
pub use store::{ShippingMethodQuery, ShippingMethods, find, list};
pub use tariff::ShippingRateInput;
pub use update::{UpdateShippingMethod, UpdateShippingMethodError, update, update_in};
