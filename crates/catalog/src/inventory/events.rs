//! What happens to the stock of a variant.

use kernel::{ProductId, StockLocationId, VariantId};
use platform::outbox::Fact;
use serde::Serialize;
use uuid::Uuid;

use super::moves::MoveReason;
use super::stock::{Crossing, Stock};

/// How a variant stands when its stock crosses a line.
#[derive(Debug, Clone, Serialize)]
pub struct Supply {
    /// The variant.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// Pieces that lie at selling locations and are promised to nobody.
    pub ready: i64,
}

/// Something that happened to the stock of one variant.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum StockFact {
    /// Staff or a file changed what is on hand.
    Adjusted {
        /// The variant.
        variant_id: VariantId,
        /// Where.
        location_id: StockLocationId,
        /// By how many pieces.
        delta: i64,
        /// What lies there now.
        on_hand: i64,
        /// Why.
        reason: MoveReason,
        /// What caused it.
        cause_id: Uuid,
    },
    /// No more than the threshold is ready, and more was.
    RanLow(Supply),
    /// Nothing can be sold any more.
    RanOut(Supply),
    /// Something can be sold again.
    BackIn(Supply),
}

impl Fact for StockFact {
    const AGGREGATE: &'static str = "stock";

    fn name(&self) -> &'static str {
        match self {
            Self::Adjusted { .. } => "stock.adjusted",
            Self::RanLow(_) => "stock.ran_low",
            Self::RanOut(_) => "stock.ran_out",
            Self::BackIn(_) => "stock.back_in",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Adjusted { variant_id, .. } => variant_id.uuid(),
            Self::RanLow(supply) | Self::RanOut(supply) | Self::BackIn(supply) => supply.variant_id.uuid(),
        }
    }
}

/// The facts of a crossing, in the order in which stock goes down.
pub(super) fn facts_of(crossing: Crossing, stock: &Stock) -> Vec<StockFact> {
    let supply = Supply { variant_id: stock.variant_id, product_id: stock.product_id, ready: stock.ready() };
    let mut facts = Vec::new();
    if crossing.ran_low {
        facts.push(StockFact::RanLow(supply.clone()));
    }
    if crossing.ran_out {
        facts.push(StockFact::RanOut(supply.clone()));
    }
    if crossing.back_in {
        facts.push(StockFact::BackIn(supply));
    }
    facts
}
