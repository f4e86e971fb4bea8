//! What happens to the stock of a variant.

use kernel::{ProductId, StockAdjustmentId, StockLocationId, StockLocationTag, VariantId, VariantTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::locations::StockLocation;
use super::moves::MoveReason;
use super::stock::{Crossing, Stock};

/// How a variant stands when its stock crosses a line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Supply {
    /// The variant.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// Pieces that lie at selling locations and are promised to nobody.
    pub ready: i64,
}

/// Something that happened to the stock of one variant.
#[derive(Debug, Clone, Serialize, ToSchema)]
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
        /// The correction.
        adjustment_id: StockAdjustmentId,
    },
    /// No more than the threshold is ready, and more was.
    RanLow(Supply),
    /// Nothing can be sold any more.
    RanOut(Supply),
    /// Something can be sold again.
    BackIn(Supply),
    /// A product page says something else of it, and none of the three above tells why.
    AvailabilityChanged(Supply),
}

impl Fact for StockFact {
    type Subject = VariantTag;
    const AGGREGATE: &'static str = "stock";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("stock.adjusted", "somebody corrected what lies on the shelves"),
        ("stock.ran_low", "no more than the threshold is ready"),
        ("stock.ran_out", "nothing is ready any more"),
        ("stock.back_in", "something is ready again"),
        ("stock.availability_changed", "a product page says something else of it, and none of the three above tells why"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Adjusted { .. } => "stock.adjusted",
            Self::RanLow(_) => "stock.ran_low",
            Self::RanOut(_) => "stock.ran_out",
            Self::BackIn(_) => "stock.back_in",
            Self::AvailabilityChanged(_) => "stock.availability_changed",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Adjusted { variant_id, .. } => variant_id.uuid(),
            Self::RanLow(supply) | Self::RanOut(supply) | Self::BackIn(supply) | Self::AvailabilityChanged(supply) => {
                supply.variant_id.uuid()
            }
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
        facts.push(StockFact::BackIn(supply.clone()));
    }
    if facts.is_empty() && crossing.reads_otherwise {
        facts.push(StockFact::AvailabilityChanged(supply));
    }
    facts
}

/// Something that happened to a location.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum LocationFact {
    /// It came to be.
    Created(LocationState),
    /// Something about it is another.
    Updated(LocationState),
    /// It is gone.
    Deleted(LocationState),
}

/// A location as it is since, or was before it was deleted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LocationState {
    /// Which one.
    pub location_id: StockLocationId,
    /// Its version.
    pub location_version: i64,
    /// Whether it sells.
    pub active: bool,
    /// In which order.
    pub priority: i64,
}

impl LocationFact {
    pub(super) fn created(location: &StockLocation) -> Self {
        Self::Created(LocationState::of(location))
    }

    pub(super) fn updated(location: &StockLocation) -> Self {
        Self::Updated(LocationState::of(location))
    }

    pub(super) fn deleted(location: &StockLocation) -> Self {
        Self::Deleted(LocationState::of(location))
    }
}

impl LocationState {
    fn of(location: &StockLocation) -> Self {
        Self { location_id: location.id, location_version: location.version, active: location.active, priority: location.priority }
    }
}

impl Fact for LocationFact {
    type Subject = StockLocationTag;
    const AGGREGATE: &'static str = "stock_location";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("stock_location.created", "a place that keeps stock was made"),
        ("stock_location.updated", "a place that keeps stock was changed"),
        ("stock_location.deleted", "a place where nothing ever lay was removed"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "stock_location.created",
            Self::Updated(_) => "stock_location.updated",
            Self::Deleted(_) => "stock_location.deleted",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created(state) | Self::Updated(state) | Self::Deleted(state) => state.location_id.uuid(),
        }
    }
}
