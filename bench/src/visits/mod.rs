//! What clients do: fetch a page, fill a cart, buy.

mod buy;
mod fetch;

pub(crate) use buy::{Buy, Cart, FillCart, prepare};
pub(crate) use fetch::{Fetch, Questions};
