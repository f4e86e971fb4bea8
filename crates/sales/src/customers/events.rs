//! What happened to customers. That somebody bought something or got an account is told of the order and of the account.

use kernel::{CustomerId, CustomerTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about a customer: which one, and nothing that tells who it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum CustomerEvent {
    /// Staff changed tags, group, note or consent.
    Changed {
        /// Which one.
        customer_id: CustomerId,
    },
    /// A guest's orders are those of an account now; the guest is gone.
    Merged {
        /// The guest.
        customer_id: CustomerId,
        /// Whoever has the account.
        into_id: CustomerId,
    },
}

impl Fact for CustomerEvent {
    type Subject = CustomerTag;
    const AGGREGATE: &'static str = "customer";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("customer.changed", "staff changed the tags, group, note or consent of a customer"),
        ("customer.merged", "a guest turned out to be somebody with an account, whose orders these are now"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "customer.changed",
            Self::Merged { .. } => "customer.merged",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Changed { customer_id } | Self::Merged { customer_id, .. } => customer_id.uuid(),
        }
    }
}
