//! The entries of the stock ledger.

use kernel::{StockLocationId, StockMoveId, Timestamp, VariantId, text_enum};
use platform::db::Span;
use uuid::Uuid;

text_enum! {
    /// Why stock moved.
    pub enum MoveReason {
        /// What was there when counting began.
        Initial = "initial",
        /// A delivery of goods came in.
        Received = "received",
        /// A customer sent it back.
        Returned = "returned",
        /// It broke.
        Damaged = "damaged",
        /// It is gone.
        Lost = "lost",
        /// A mistake is put right.
        Correction = "correction",
        /// Somebody counted.
        Counted = "counted",
        /// A file said so.
        Imported = "imported",
        /// It was shipped to a customer.
        Fulfilled = "fulfilled",
        /// It went from one location to another.
        Transferred = "transferred",
    }
}

impl MoveReason {
    /// True for what staff may give as a reason; the others are written by the acts that they name.
    #[must_use]
    pub const fn is_manual(self) -> bool {
        match self {
            Self::Received | Self::Returned | Self::Damaged | Self::Lost | Self::Correction | Self::Counted | Self::Imported => true,
            Self::Initial | Self::Fulfilled | Self::Transferred => false,
        }
    }
}

text_enum! {
    /// What kind of thing makes stock move.
    pub enum MoveCause {
        /// A correction by staff or a file.
        Adjustment = "adjustment",
        /// A parcel that left.
        Fulfilment = "fulfilment",
    }
}

/// An entry of the stock ledger; it never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockMove {
    /// Its id.
    pub id: StockMoveId,
    /// What moved.
    pub variant_id: VariantId,
    /// Its stock keeping unit.
    pub sku: Option<String>,
    /// Where.
    pub location_id: StockLocationId,
    /// What programs call the location.
    pub location_code: String,
    /// How many pieces came; negative where they went.
    pub delta: i64,
    /// What lay there afterwards.
    pub on_hand_after: i64,
    /// Why.
    pub reason: MoveReason,
    /// What kind of thing caused it.
    pub cause_type: MoveCause,
    /// Which one.
    pub cause_id: Uuid,
    /// What staff noted.
    pub note: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

impl StockMove {
    /// What the list is sorted by: what `?sort=` and cursors call it.
    pub const SORT: &'static str = "created_at";
}

/// Which moves are listed; every filter that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct MoveFilter {
    /// Of this variant.
    pub variant_id: Option<VariantId>,
    /// At this location.
    pub location_id: Option<StockLocationId>,
    /// For any of these reasons; empty for all.
    pub reasons: Vec<MoveReason>,
    /// Within this time.
    pub created_at: Span<Timestamp>,
}
