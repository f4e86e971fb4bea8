//! What happens to exchanges. The subject is the order whose goods are given.

use kernel::{ExchangeId, OrderId, OrderTag, RefundId, ReturnId};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::Exchange;

/// Goods of an order were exchanged.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExchangeFact {
    /// The order whose goods are given.
    order_id: OrderId,
    /// The exchange.
    exchange_id: ExchangeId,
    /// The return by which they came; absent where they had not left.
    return_id: Option<ReturnId>,
    /// The order that the customer has instead.
    new_order_id: OrderId,
    /// The refund that carries their worth over.
    refund_id: RefundId,
    /// The refund of what the new order does not cost.
    surplus_refund_id: Option<RefundId>,
    currency: &'static str,
    /// What the goods are worth, a fee taken off.
    value_minor: i64,
    /// What of it pays for the new order.
    credited_minor: i64,
}

impl ExchangeFact {
    pub(super) fn made(exchange: &Exchange) -> Self {
        Self {
            order_id: exchange.order_id,
            exchange_id: exchange.id,
            return_id: exchange.return_id,
            new_order_id: exchange.new_order_id,
            refund_id: exchange.refund_id,
            surplus_refund_id: exchange.surplus_refund_id,
            currency: exchange.value.currency().code(),
            value_minor: exchange.value.minor(),
            credited_minor: exchange.credited.minor(),
        }
    }
}

impl Fact for ExchangeFact {
    type Subject = OrderTag;
    const AGGREGATE: &'static str = "exchange";
    const EXPIRES: bool = false;
    const NAMES: &'static [(&'static str, &'static str)] = &[("exchange.made", "goods of an order were exchanged for a new order")];

    fn name(&self) -> &'static str {
        "exchange.made"
    }

    fn aggregate_id(&self) -> Uuid {
        self.order_id.uuid()
    }
}
