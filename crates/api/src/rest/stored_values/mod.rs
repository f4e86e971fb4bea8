//! Gift cards, and what customers have on account.

mod gift_cards;
mod store_credits;
mod wire;

pub(super) use wire::StoreCreditView;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    gift_cards::routes().merge(store_credits::routes())
}
