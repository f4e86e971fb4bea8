//! What happened to tax zones.

use kernel::{TaxZoneId, TaxZoneTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about a tax zone.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum TaxZoneEvent {
    /// It was made, changed or deleted: carts there may have another tax since.
    Changed {
        /// Which one.
        tax_zone_id: TaxZoneId,
    },
}

impl Fact for TaxZoneEvent {
    type Subject = TaxZoneTag;
    const AGGREGATE: &'static str = "tax_zone";
    const NAMES: &'static [(&'static str, &'static str)] = &[("tax_zone.changed", "a tax zone was made, changed or removed")];

    fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "tax_zone.changed",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Changed { tax_zone_id } => tax_zone_id.uuid(),
        }
    }
}
