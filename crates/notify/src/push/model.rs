//! What browsers can be told of, and how long a message is tried.

use accounts::permissions::Permission;
use kernel::{PushSubscriptionId, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

use super::encrypt::BrowserKeys;
use crate::mail_templates::MailLocale;
use crate::tries::Tries;

text_enum! {
    /// What somebody asks to be told of.
    pub enum PushTopic {
        /// Their own orders: confirmed, shipped, delivered, cancelled, money returned.
        Orders = "orders",
        /// Every order that is confirmed, for staff.
        NewOrders = "new_orders",
        /// Every variant of which little is left, for staff.
        LowStock = "low_stock",
    }
}

impl PushTopic {
    /// What whoever asks for it has to be allowed.
    #[must_use]
    pub const fn permission(self) -> Option<Permission> {
        match self {
            Self::Orders => None,
            Self::NewOrders => Some(Permission::OrdersRead),
            Self::LowStock => Some(Permission::StockRead),
        }
    }
}

text_enum! {
    /// What a message tells.
    pub enum PushKind {
        /// One's order is confirmed.
        OrderConfirmed = "order_confirmed",
        /// A parcel of one's order left.
        OrderShipped = "order_shipped",
        /// A parcel of one's order arrived.
        OrderDelivered = "order_delivered",
        /// One's order was called off.
        OrderCancelled = "order_cancelled",
        /// Money of one's order went back.
        OrderRefunded = "order_refunded",
        /// Somebody ordered.
        NewOrder = "new_order",
        /// Little is left of something.
        LowStock = "low_stock",
    }
}

/// A day's worth of seconds.
const DAY_S: u32 = 86_400;

impl PushKind {
    /// What an event may have to tell, to different people.
    pub(super) const fn of_event(name: &str) -> &'static [Self] {
        match name.as_bytes() {
            b"order.confirmed" => &[Self::OrderConfirmed, Self::NewOrder],
            b"order.fulfilled" => &[Self::OrderShipped],
            b"order.delivered" => &[Self::OrderDelivered],
            b"order.cancelled" => &[Self::OrderCancelled],
            b"order.payment_changed" => &[Self::OrderRefunded],
            b"stock.ran_low" => &[Self::LowStock],
            _ => &[],
        }
    }

    /// What it has to be asked for by.
    pub(super) const fn topic(self) -> PushTopic {
        match self {
            Self::OrderConfirmed | Self::OrderShipped | Self::OrderDelivered | Self::OrderCancelled | Self::OrderRefunded => {
                PushTopic::Orders
            }
            Self::NewOrder => PushTopic::NewOrders,
            Self::LowStock => PushTopic::LowStock,
        }
    }

    /// How long a push service keeps it for a browser that is away.
    pub(super) const fn ttl_s(self) -> u32 {
        match self.topic() {
            PushTopic::Orders => 7 * DAY_S,
            PushTopic::NewOrders | PushTopic::LowStock => DAY_S,
        }
    }

    /// Whether it is worth waking a sleeping device (RFC 8030, 5.3).
    pub(super) const fn urgency(self) -> &'static str {
        match self.topic() {
            PushTopic::Orders => "normal",
            PushTopic::NewOrders => "high",
            PushTopic::LowStock => "low",
        }
    }
}

text_enum! {
    /// Where a message stands.
    pub enum PushState {
        /// It is on its way, or is tried again.
        Queued = "queued",
        /// The push service has taken it over.
        Sent = "sent",
        /// It is refused for good, was tried too often, or there is nobody to tell any more.
        Failed = "failed",
    }
}

/// A browser that somebody subscribed. Where exactly it is reached opens something, and is shown to nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSubscription {
    /// Its id.
    pub id: PushSubscriptionId,
    /// Whose push service it has: `https://fcm.googleapis.com`.
    pub origin: String,
    /// What it is told of.
    pub topics: Vec<PushTopic>,
    /// In which language.
    pub locale: MailLocale,
    /// Since when.
    pub created_at: Timestamp,
    /// When the browser was last subscribed again.
    pub updated_at: Timestamp,
}

/// Where a browser is reached, and what it reads by: sealed at rest.
#[derive(Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) endpoint: String,
    pub(super) keys: BrowserKeys,
}

impl Target {
    /// What it is sealed for.
    pub(super) const SEAL: &'static str = "push_subscription";
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Target(…)")
    }
}

/// A message is tried seven times within a day, after which it is news no more.
pub(super) const TRIES: Tries = Tries::apart(&[60, 300, 1_800, 7_200, 21_600, 43_200]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_for_staff_asks_for_their_permission() {
        for kind in PushKind::ALL {
            assert_eq!(kind.topic().permission().is_none(), kind.as_str().starts_with("order_"), "{kind}");
            assert!(kind.ttl_s() >= DAY_S && ["low", "normal", "high"].contains(&kind.urgency()));
        }
        let told: Vec<PushKind> =
            ["order.confirmed", "order.fulfilled", "order.delivered", "order.cancelled", "order.payment_changed", "stock.ran_low"]
                .into_iter()
                .flat_map(PushKind::of_event)
                .copied()
                .collect();
        assert!(PushKind::ALL.iter().all(|kind| told.contains(kind)) && PushKind::of_event("order.placed").is_empty());
    }
}
