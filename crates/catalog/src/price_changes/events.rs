//! What happened to many prices at once.

use kernel::{PriceChangeId, PriceChangeTag, PriceListId};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::progress::PriceChange;

/// A fact about a change of many prices; each product of theirs tells `product.updated` for itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PriceChangeEvent {
    /// Its prices are written.
    Applied {
        /// Which one.
        price_change_id: PriceChangeId,
        /// Whose prices.
        price_list_id: PriceListId,
        /// How many prices were written.
        applied: i64,
        /// How many had been changed since it was planned, and were left so.
        changed_since: i64,
    },
    /// Its prices are as they were.
    Undone {
        /// Which one.
        price_change_id: PriceChangeId,
        /// Whose prices.
        price_list_id: PriceListId,
        /// How many prices were written back.
        undone: i64,
        /// How many were left to whoever had changed them since.
        changed_since: i64,
    },
}

impl PriceChangeEvent {
    pub(super) const fn applied(change: &PriceChange) -> Self {
        let PriceChange { id, price_list_id, counts, .. } = change;
        Self::Applied { price_change_id: *id, price_list_id: *price_list_id, applied: counts.applied, changed_since: counts.changed_since }
    }

    pub(super) const fn undone(change: &PriceChange) -> Self {
        let PriceChange { id, price_list_id, counts, .. } = change;
        Self::Undone { price_change_id: *id, price_list_id: *price_list_id, undone: counts.undone, changed_since: counts.changed_since }
    }
}

impl Fact for PriceChangeEvent {
    type Subject = PriceChangeTag;
    const AGGREGATE: &'static str = "price_change";
    const NAMES: &'static [(&'static str, &'static str)] =
        &[("price_change.applied", "many prices were changed at once"), ("price_change.undone", "such a change was taken back")];

    fn name(&self) -> &'static str {
        match self {
            Self::Applied { .. } => "price_change.applied",
            Self::Undone { .. } => "price_change.undone",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Applied { price_change_id, .. } | Self::Undone { price_change_id, .. } => price_change_id.uuid(),
        }
    }
}
