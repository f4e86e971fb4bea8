//! Carts: a guest fills one and holds it by its token.

mod handlers;
mod wire;

pub(super) use handlers::{access, routes, show};
pub(crate) use wire::{CartView, present};
