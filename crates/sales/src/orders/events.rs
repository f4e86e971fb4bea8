//! What happens to orders. Personal data is not in it: `contact_id` says where it is.

use kernel::{CartId, ChannelId, ContactId, FulfilmentId, OrderId, OrderTag, RefundId, UserId};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::Order;
use super::states::{FulfilmentStatus, OrderStatus, PaymentStatus};

/// One change of an order, with the order's figures after it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderFact {
    /// The order.
    pub order_id: OrderId,
    /// What happened; the event's name is `order.<what>`.
    #[serde(skip)]
    what: &'static str,
    #[serde(skip)]
    channel_id: ChannelId,
    number: i64,
    cart_id: Option<CartId>,
    user_id: Option<UserId>,
    contact_id: ContactId,
    status: OrderStatus,
    payment_status: PaymentStatus,
    fulfilment_status: FulfilmentStatus,
    currency: &'static str,
    total_minor: i64,
    authorised_minor: i64,
    captured_minor: i64,
    refunded_minor: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    fulfilment_id: Option<FulfilmentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_id: Option<RefundId>,
}

impl OrderFact {
    fn of(order: &Order, what: &'static str) -> Self {
        Self {
            order_id: order.id,
            what,
            channel_id: order.channel_id,
            number: order.number,
            cart_id: order.cart_id,
            user_id: order.user_id,
            contact_id: order.contact_id,
            status: order.status,
            payment_status: order.payment_status,
            fulfilment_status: order.fulfilment_status,
            currency: order.currency.code(),
            total_minor: order.settled.total_minor,
            authorised_minor: order.settled.authorised_minor,
            captured_minor: order.settled.captured_minor,
            refunded_minor: order.settled.refunded_minor,
            fulfilment_id: None,
            refund_id: None,
        }
    }

    /// The order's status changed to what it is now.
    #[must_use]
    pub fn moved(order: &Order) -> Self {
        let what = match order.status {
            OrderStatus::Pending => "order.placed",
            OrderStatus::Confirmed => "order.confirmed",
            OrderStatus::Completed => "order.completed",
            OrderStatus::Cancelled => "order.cancelled",
            OrderStatus::Expired => "order.expired",
        };
        Self::of(order, what)
    }

    /// What its money says changed.
    #[must_use]
    pub fn payment_changed(order: &Order) -> Self {
        Self::of(order, "order.payment_changed")
    }

    /// A parcel left.
    #[must_use]
    pub fn fulfilled(order: &Order, fulfilment_id: FulfilmentId) -> Self {
        Self { fulfilment_id: Some(fulfilment_id), ..Self::of(order, "order.fulfilled") }
    }

    /// A parcel arrived.
    #[must_use]
    pub fn delivered(order: &Order, fulfilment_id: FulfilmentId) -> Self {
        Self { fulfilment_id: Some(fulfilment_id), ..Self::of(order, "order.delivered") }
    }

    /// Staff ordered money back.
    #[must_use]
    pub fn refund_ordered(order: &Order, refund_id: RefundId) -> Self {
        Self { refund_id: Some(refund_id), ..Self::of(order, "order.refund_ordered") }
    }

    /// The gift cards that it brings were made.
    #[must_use]
    pub fn gift_cards_made(order: &Order) -> Self {
        Self::of(order, "order.gift_cards_made")
    }

    /// Its customer is asked to pay it.
    #[must_use]
    pub fn payment_requested(order: &Order) -> Self {
        Self::of(order, "order.payment_requested")
    }

    /// It became a customer's who had placed it as a guest.
    #[must_use]
    pub fn claimed(order: &Order) -> Self {
        Self::of(order, "order.claimed")
    }

    /// Tags, free data or notes changed.
    #[must_use]
    pub fn updated(order: &Order) -> Self {
        Self::of(order, "order.updated")
    }
}

impl Fact for OrderFact {
    type Subject = OrderTag;
    const AGGREGATE: &'static str = "order";
    const EXPIRES: bool = false;
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("order.placed", "a cart became an order"),
        ("order.confirmed", "it is paid for, promised, or shipped before payment"),
        ("order.completed", "nothing is left to pay or to ship"),
        ("order.cancelled", "it was called off"),
        ("order.expired", "it was not paid in time"),
        ("order.payment_changed", "what its money says changed"),
        ("order.fulfilled", "a parcel left"),
        ("order.delivered", "a parcel arrived"),
        ("order.refund_ordered", "staff give money back"),
        ("order.gift_cards_made", "the gift cards that it brings were made"),
        ("order.payment_requested", "its customer is asked by letter to pay it"),
        ("order.claimed", "it was placed by a guest who has an account now"),
        ("order.updated", "tags, free data or notes changed"),
    ];

    fn name(&self) -> &'static str {
        self.what
    }

    fn aggregate_id(&self) -> Uuid {
        self.order_id.uuid()
    }

    fn channel_id(&self) -> Option<ChannelId> {
        Some(self.channel_id)
    }
}
