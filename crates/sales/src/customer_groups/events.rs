//! What happened to groups of customers.

use kernel::{CustomerGroupId, CustomerGroupTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about a group of customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum GroupEvent {
    /// It was made.
    Created {
        /// Which one.
        customer_group_id: CustomerGroupId,
    },
    /// It is called something else, or described otherwise.
    Changed {
        /// Which one.
        customer_group_id: CustomerGroupId,
    },
    /// It is gone.
    Deleted {
        /// Which one.
        customer_group_id: CustomerGroupId,
    },
}

impl Fact for GroupEvent {
    type Subject = CustomerGroupTag;
    const AGGREGATE: &'static str = "customer_group";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("customer_group.created", "a group of customers was made"),
        ("customer_group.changed", "a group of customers is called or described otherwise"),
        ("customer_group.deleted", "a group of customers is gone"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "customer_group.created",
            Self::Changed { .. } => "customer_group.changed",
            Self::Deleted { .. } => "customer_group.deleted",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created { customer_group_id } | Self::Changed { customer_group_id } | Self::Deleted { customer_group_id } => {
                customer_group_id.uuid()
            }
        }
    }
}
