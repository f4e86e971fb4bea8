//! Carts: a guest fills one and holds it by its token.

mod handlers;
mod means;
mod means_wire;
mod promotions;
mod wire;

pub(super) use handlers::{access, show};
pub(crate) use promotions::CartPromotionsView;
pub(crate) use wire::{CartLineView, CartView, TotalsView, lines_of, present};

/// The routes of carts.
pub(super) fn routes() -> crate::routes::Routes {
    handlers::routes().merge(means::routes())
}
