//! What happened to promotions.

use kernel::{PromotionId, PromotionTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about a promotion.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PromotionEvent {
    /// It was made, changed or deleted, or its codes were: carts may cost something else since.
    Changed {
        /// Which one.
        promotion_id: PromotionId,
    },
}

impl Fact for PromotionEvent {
    type Subject = PromotionTag;
    const AGGREGATE: &'static str = "promotion";
    const NAMES: &'static [(&'static str, &'static str)] =
        &[("promotion.changed", "a promotion or its codes were made, changed or removed")];

    fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "promotion.changed",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Changed { promotion_id } => promotion_id.uuid(),
        }
    }
}
