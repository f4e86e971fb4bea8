//! What happened to tax rates.

use kernel::{TaxRateId, TaxRateTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about a tax rate.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum TaxRateEvent {
    /// It was made, changed or deleted: carts may have another tax since.
    Changed {
        /// Which one.
        tax_rate_id: TaxRateId,
    },
}

impl Fact for TaxRateEvent {
    type Subject = TaxRateTag;
    const AGGREGATE: &'static str = "tax_rate";
    const NAMES: &'static [(&'static str, &'static str)] = &[("tax_rate.changed", "a tax rate was made, changed or removed")];

    fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "tax_rate.changed",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Changed { tax_rate_id } => tax_rate_id.uuid(),
        }
    }
}
