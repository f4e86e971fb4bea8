//! Shipping: the methods a shop offers and what a parcel costs by each.

mod model;

pub use model::{Parcel, ShippingKind, ShippingMethod, ShippingQuote, ShippingRate, quote, quotes};
