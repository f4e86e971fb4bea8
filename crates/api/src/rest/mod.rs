//! One file or folder per resource; each has its wire types, its handlers and its `routes()`.

pub(crate) mod addresses;
mod api_keys;
mod audit_log;
mod auth;
pub(crate) mod carts;
mod categories;
mod channels;
pub(crate) mod checkout;
mod collections;
mod customer_groups;
mod customers;
mod documents;
mod draft_orders;
mod events;
mod exchange_rates;
mod exchanges;
mod inbound;
mod invoices;
mod ip_blocks;
mod jobs;
mod ledger;
mod logs;
mod mail_templates;
mod mail_unsubscribe;
mod mails;
mod me;
mod media;
mod metrics;
pub(crate) mod money;
mod moved;
pub(crate) mod orders;
mod payment_events;
mod payments;
mod price_changes;
mod price_lists;
mod price_rounding;
mod prices;
mod products;
mod promotions;
mod push;
mod rate_limits;
mod redirects;
mod refunds;
mod reports;
mod returns;
mod roles;
mod settings;
mod shipping_methods;
mod stock;
mod stored_values;
mod streams;
mod syncs;
mod system;
mod tax_rates;
mod tax_zones;
mod users;
mod webhooks;

use crate::routes::Routes;
use crate::versions;

pub use streams::STREAMS;
pub(crate) use streams::Shelf;

/// Every route of the API.
pub(crate) fn routes() -> Routes {
    system::routes().merge(metrics::routes()).merge(media::routes()).merge(payment_events::routes()).merge(versions::routes())
}

/// The routes of the first generation.
pub(crate) fn v1() -> Routes {
    Routes::new()
        .merge(auth::routes())
        .merge(me::routes())
        .merge(carts::routes())
        .merge(checkout::routes())
        .merge(draft_orders::routes())
        .merge(orders::routes())
        .merge(payments::routes())
        .merge(refunds::routes())
        .merge(returns::routes())
        .merge(exchanges::routes())
        .merge(ledger::routes())
        .merge(invoices::routes())
        .merge(customers::routes())
        .merge(customer_groups::routes())
        .merge(tax_rates::routes())
        .merge(tax_zones::routes())
        .merge(shipping_methods::routes())
        .merge(promotions::routes())
        .merge(stored_values::routes())
        .merge(channels::routes())
        .merge(categories::routes())
        .merge(collections::routes())
        .merge(settings::routes())
        .merge(stock::routes())
        .merge(price_lists::routes())
        .merge(exchange_rates::routes())
        .merge(prices::routes())
        .merge(price_changes::routes())
        .merge(products::routes())
        .merge(redirects::routes())
        .merge(ip_blocks::routes())
        .merge(rate_limits::routes())
        .merge(roles::routes())
        .merge(users::routes())
        .merge(api_keys::routes())
        .merge(audit_log::routes())
        .merge(logs::routes())
        .merge(reports::routes())
        .merge(events::routes())
        .merge(streams::routes())
        .merge(mail_templates::routes())
        .merge(mails::routes())
        .merge(mail_unsubscribe::routes())
        .merge(push::routes())
        .merge(webhooks::routes())
        .merge(jobs::routes())
        .merge(inbound::routes())
        .merge(syncs::routes())
}
