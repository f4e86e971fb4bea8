//! A payment, an operation, what a provider can say, and why a payment does not move.

use kernel::{DomainError, ErrorKind, Money, OperationId, PaymentId, StoredValueId, Timestamp, UserId};
use platform::db::DatabaseError;
use uuid::Uuid;

use super::model::{OperationKind, OperationStatus, PaymentStatus};

/// Money that is asked for, and how much of it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// What is paid for.
    pub reference_id: Uuid,
    /// Who pays, where known.
    pub user_id: Option<UserId>,
    /// Through whom: `manual`, `stripe`, `test`; or of what: `gift_card`, `store_credit`.
    pub provider: String,
    /// Where it stands.
    pub status: PaymentStatus,
    /// What is asked for.
    pub amount: Money,
    /// What the provider holds for us and has not handed over.
    pub authorised_minor: i64,
    /// What came.
    pub captured_minor: i64,
    /// What of it went back.
    pub refunded_minor: i64,
    /// The provider's name for it.
    pub provider_reference: Option<String>,
    /// The provider's name for the money that moved or is held, where that is another.
    pub charge_reference: Option<String>,
    /// What the customer has to do next, as the provider says.
    pub next_action: Option<serde_json::Value>,
    /// Why the provider refused.
    pub error_code: Option<String>,
    /// How often it moved.
    pub transition_count: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// One thing asked of a provider. Its id is the provider's idempotency key.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// Of which payment.
    pub payment_id: PaymentId,
    /// What is asked.
    pub kind: OperationKind,
    /// What became of it.
    pub status: OperationStatus,
    /// How much.
    pub amount: Money,
    /// Through whom.
    pub provider: String,
    /// The provider's name for it.
    pub provider_reference: Option<String>,
    /// The gift card or credit that it moves, where no provider is asked.
    pub stored_value_id: Option<StoredValueId>,
    /// When it was written down.
    pub created_at: Timestamp,
}

/// What a provider says of an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Done, under this name of theirs.
    Succeeded {
        /// The provider's name for it.
        reference: String,
        /// Their name for the money that moved or is held, where that is another.
        charge: Option<String>,
    },
    /// Refused; nothing moved.
    Failed {
        /// Why, in a word.
        code: String,
    },
    /// The customer has to act before anything moves.
    NeedsCustomer {
        /// The provider's name for it.
        reference: String,
        /// What the customer has to do.
        next_action: serde_json::Value,
    },
    /// The provider speaks of another amount or currency than it was asked for: nothing is completed, a person has to look.
    Mismatch,
    /// No answer, or none that can be trusted: it is asked about later, never charged again.
    Unknown,
}

/// The error code of a payment whose provider speaks of other money than it was asked for.
pub(super) const AMOUNT_MISMATCH: &str = "amount_mismatch";

impl Outcome {
    /// Done, under this name of theirs.
    #[must_use]
    pub fn succeeded(reference: impl Into<String>) -> Self {
        Self::Succeeded { reference: reference.into(), charge: None }
    }

    /// What is wrong, in a word; none where nothing is.
    pub(super) fn error_code(&self) -> Option<&str> {
        match self {
            Self::Failed { code } => Some(code),
            Self::Mismatch => Some(AMOUNT_MISMATCH),
            Self::Succeeded { .. } | Self::NeedsCustomer { .. } | Self::Unknown => None,
        }
    }
}

/// Why a payment does not move.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// No such payment or operation.
    #[error("no such payment")]
    NotFound,
    /// The machine has no such move.
    #[error("a payment that is {from} cannot become {to}")]
    IllegalMove {
        /// Where it stands.
        from: PaymentStatus,
        /// Where it was to go.
        to: PaymentStatus,
    },
    /// An amount that is not positive or not in the payment's currency.
    #[error("the amount does not fit the payment")]
    Amount,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for PaymentError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "payment_not_found",
            Self::IllegalMove { .. } => "payment_state_conflict",
            Self::Amount => "payment_amount_invalid",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::IllegalMove { .. } => ErrorKind::Conflict,
            Self::Amount => ErrorKind::Rule,
            Self::Database(error) => error.kind(),
        }
    }
}
