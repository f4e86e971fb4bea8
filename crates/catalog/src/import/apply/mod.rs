//! Putting records into the shop.
#![expect(dead_code, reason = "whole files need more than single records")]

mod applied;
mod error;
mod known;
mod links;
mod merge;
mod pictures;
mod plan;
mod prices;
mod product;
mod session;
mod stock;
mod variants;

pub use applied::{Applied, Change, apply_in};
pub use error::ApplyError;
