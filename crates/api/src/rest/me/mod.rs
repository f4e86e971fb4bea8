//! What belongs to whoever is signed in.

mod addresses;
mod cart;
mod credentials;
mod export;
mod identities;
mod invoices;
mod orders;
mod profile;
mod push_subscriptions;
mod returns;
mod sessions;
mod store_credits;
mod two_factor;

pub(super) use export::ExportView;
pub(super) use profile::MeView;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(profile::routes())
        .merge(addresses::routes())
        .merge(cart::routes())
        .merge(orders::routes())
        .merge(invoices::routes())
        .merge(returns::routes())
        .merge(sessions::routes())
        .merge(store_credits::routes())
        .merge(two_factor::routes())
        .merge(identities::routes())
        .merge(push_subscriptions::routes())
        .merge(export::routes())
        .merge(credentials::routes())
}
