//! What happened to shipping methods.

use kernel::{ShippingMethodId, ShippingMethodTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about a shipping method.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ShippingMethodEvent {
    /// It was made, changed or deleted: carts may be offered something else since.
    Changed {
        /// Which one.
        shipping_method_id: ShippingMethodId,
    },
}

impl Fact for ShippingMethodEvent {
    type Subject = ShippingMethodTag;
    const AGGREGATE: &'static str = "shipping_method";
    const NAMES: &'static [(&'static str, &'static str)] = &[("shipping_method.changed", "a shipping method was made, changed or removed")];

    fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "shipping_method.changed",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Changed { shipping_method_id } => shipping_method_id.uuid(),
        }
    }
}
