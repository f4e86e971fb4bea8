//! Orders: for staff with the permission, and for the holder of the cart that an order came of.

mod batch;
mod command_wire;
mod commands;
mod export;
mod handlers;
mod list;
mod packing_slip;
mod pay;
mod payment_link;
mod summary;
mod wire;

pub(in crate::rest) use handlers::{find, missing, refuse_other_buyer, refuse_stranger};
pub(in crate::rest) use summary::OrderSummaryView;
pub(crate) use wire::OrderView;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    handlers::routes()
        .merge(export::routes())
        .merge(packing_slip::routes())
        .merge(commands::routes())
        .merge(batch::routes())
        .merge(pay::routes())
        .merge(payment_link::routes())
}
