//! An exchange. Pure.

use kernel::{ExchangeId, Money, OrderId, RefundId, ReturnId, StoredValueId, Timestamp};

/// Goods of one order for those of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Its id.
    pub id: ExchangeId,
    /// The order whose goods are given.
    pub order_id: OrderId,
    /// The return by which they came; absent where they had not left.
    pub return_id: Option<ReturnId>,
    /// The order that the customer has instead.
    pub new_order_id: OrderId,
    /// The refund that carries their worth over.
    pub refund_id: RefundId,
    /// The refund of what the new order does not cost.
    pub surplus_refund_id: Option<RefundId>,
    /// The gift card that carried the worth over.
    pub stored_value_id: StoredValueId,
    /// What the goods are worth, a fee taken off.
    pub value: Money,
    /// What of it pays for the new order.
    pub credited: Money,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}
