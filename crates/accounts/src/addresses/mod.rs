//! Addresses: where things are sent and who is billed.

mod model;
mod postcodes;
mod regions;

pub use model::{Address, RawAddress};
pub use regions::{Region, find_region, regions_of};
