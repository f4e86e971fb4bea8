//! Packing slips: what goes into a parcel, for whoever packs it and whoever opens it; without prices.

mod contents;
mod error;
mod sheet;
mod slip;
mod words;

pub use error::PackingSlipError;
pub use slip::{PackingSlip, slip};
