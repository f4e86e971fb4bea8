//! Refunds: money that staff give back.

mod handlers;
mod wire;

pub(super) use handlers::routes;
pub(super) use wire::RefundView;
