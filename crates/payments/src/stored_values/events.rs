//! What happens to gift cards and credit.

use kernel::{StoredValueId, StoredValueTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::{MoveKind, StoredValue, StoredValueKind};

/// A fact about a gift card or credit. Its code is nowhere in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum StoredValueFact {
    /// What is on it changed.
    Moved {
        /// Which one.
        stored_value_id: StoredValueId,
        /// Who may spend it.
        kind: StoredValueKind,
        /// Why.
        cause: MoveKind,
        /// By how much: what is spent is negative.
        amount_minor: i64,
        /// What is on it now.
        balance_minor: i64,
        /// ISO 4217.
        currency: &'static str,
    },
    /// It was switched, or its time was changed.
    Changed {
        /// Which one.
        stored_value_id: StoredValueId,
        /// False while it pays for nothing.
        active: bool,
    },
}

impl StoredValueFact {
    /// A move that left it as it is now.
    pub(super) fn moved(value: &StoredValue, cause: MoveKind, amount_minor: i64) -> Self {
        Self::Moved {
            stored_value_id: value.id,
            kind: value.kind,
            cause,
            amount_minor,
            balance_minor: value.balance.minor(),
            currency: value.balance.currency().code(),
        }
    }
}

impl Fact for StoredValueFact {
    type Subject = StoredValueTag;
    const AGGREGATE: &'static str = "stored_value";
    const EXPIRES: bool = false;
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("stored_value.issued", "staff gave a gift card or credit away"),
        ("stored_value.sold", "a gift card was sold"),
        ("stored_value.redeemed", "a gift card or credit paid for something"),
        ("stored_value.returned", "what a gift card or credit had paid came back to it"),
        ("stored_value.refunded", "a refund went to credit"),
        ("stored_value.adjusted", "staff put right what is on a gift card or credit"),
        ("stored_value.called_off", "a gift card that was sold was taken back"),
        ("stored_value.changed", "a gift card was switched on or off, or its time was changed"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Moved { cause, .. } => match cause {
                MoveKind::Issued => "stored_value.issued",
                MoveKind::Sold => "stored_value.sold",
                MoveKind::Redeemed => "stored_value.redeemed",
                MoveKind::Returned => "stored_value.returned",
                MoveKind::Refunded => "stored_value.refunded",
                MoveKind::Adjusted => "stored_value.adjusted",
                MoveKind::CalledOff => "stored_value.called_off",
            },
            Self::Changed { .. } => "stored_value.changed",
        }
    }

    fn shape(name: &str) -> usize {
        usize::from(name == "stored_value.changed")
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Moved { stored_value_id, .. } | Self::Changed { stored_value_id, .. } => stored_value_id.uuid(),
        }
    }
}
