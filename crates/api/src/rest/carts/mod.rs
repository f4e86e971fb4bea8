//! Carts: a guest fills one and holds it by its token.

mod handlers;
mod promotions;
mod wire;

pub(super) use handlers::{access, routes, show};
pub(crate) use promotions::CartPromotionsView;
pub(crate) use wire::{CartLineView, CartView, TotalsView, lines_of, present};
