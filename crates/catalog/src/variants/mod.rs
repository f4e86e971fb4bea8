//! Variants: what is actually sold, with its prices.

mod model;
mod sellable;
mod store;

pub use model::VariantKind;
pub use sellable::{DatedPrice, PriceStep, Sellable, steps_at};
pub use store::sellable;
