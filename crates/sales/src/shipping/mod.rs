//! Shipping: the methods a shop offers and what a parcel costs by each.

mod model;
mod store;

pub use model::{Parcel, ShippingKind, ShippingMethod, ShippingQuote, ShippingRate, quote, quotes};
pub use store::{active_methods, find};
