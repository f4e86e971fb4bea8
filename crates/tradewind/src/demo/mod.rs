//! The demo: a shop that sells from the first second, with products, pictures, stock, tax and ways to send things.

mod collections;
mod fill;
mod pictures;
mod services;

pub use fill::{Filled, fill};

/// Written for this shop: one product a line, in the format of our own imports.
const CATALOGUE: &str = include_str!("catalogue.jsonl");

/// The catalogue's prices are in it.
pub(crate) const CURRENCY: &str = "USD";
