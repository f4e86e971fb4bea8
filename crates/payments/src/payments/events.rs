//! What happens to payments.

use kernel::{OperationId, PaymentId, PaymentTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::entities::{Operation, Payment};
use super::model::{OperationKind, OperationStatus, PaymentStatus};

/// One state change of a payment or of one of its operations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PaymentFact {
    /// The payment came to be, or moved.
    Moved {
        /// The payment.
        payment_id: PaymentId,
        /// What is paid for.
        reference_id: Uuid,
        /// Through whom.
        provider: String,
        /// Where it stood; nothing for a new one.
        from: Option<PaymentStatus>,
        /// Where it stands.
        to: PaymentStatus,
        /// What is asked for.
        amount_minor: i64,
        /// What came so far.
        captured_minor: i64,
        /// ISO 4217.
        currency: &'static str,
    },
    /// An operation came to be, or ended.
    Operation {
        /// The operation.
        operation_id: OperationId,
        /// Of which payment.
        payment_id: PaymentId,
        /// What is asked.
        kind: OperationKind,
        /// What became of it.
        status: OperationStatus,
        /// How much.
        amount_minor: i64,
        /// ISO 4217.
        currency: &'static str,
    },
}

impl PaymentFact {
    /// The payment as it stands now, coming from another state.
    #[must_use]
    pub fn moved(payment: &Payment, from: Option<PaymentStatus>) -> Self {
        Self::Moved {
            payment_id: payment.id,
            reference_id: payment.reference_id,
            provider: payment.provider.clone(),
            from,
            to: payment.status,
            amount_minor: payment.amount.minor(),
            captured_minor: payment.captured_minor,
            currency: payment.amount.currency().code(),
        }
    }

    /// The operation as it stands now.
    #[must_use]
    pub fn operation(operation: &Operation) -> Self {
        Self::Operation {
            operation_id: operation.id,
            payment_id: operation.payment_id,
            kind: operation.kind,
            status: operation.status,
            amount_minor: operation.amount.minor(),
            currency: operation.amount.currency().code(),
        }
    }
}

impl Fact for PaymentFact {
    type Subject = PaymentTag;
    const AGGREGATE: &'static str = "payment";
    const EXPIRES: bool = false;
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("payment.created", "money was asked for"),
        ("payment.awaiting_customer", "the customer has to do something"),
        ("payment.processing", "the provider is at work"),
        ("payment.unknown", "the provider gave no clear answer; it is asked again"),
        ("payment.authorised", "the money is promised"),
        ("payment.captured", "the money came"),
        ("payment.disputed", "the customer disputes it"),
        ("payment.won", "a dispute ended for the shop"),
        ("payment.lost", "a dispute ended for the customer"),
        ("payment.expired", "the promise or the time to pay ran out"),
        ("payment.failed", "the provider refused"),
        ("payment.voided", "the promise was given back"),
        ("payment.operation_started", "a call to the provider is due"),
        ("payment.operation_succeeded", "a call to the provider succeeded"),
        ("payment.operation_failed", "a call to the provider was refused"),
        ("payment.operation_unclear", "a call to the provider has no clear answer"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Moved { to, .. } => match to {
                PaymentStatus::Created => "payment.created",
                PaymentStatus::AwaitingCustomer => "payment.awaiting_customer",
                PaymentStatus::Processing => "payment.processing",
                PaymentStatus::Unknown => "payment.unknown",
                PaymentStatus::Authorised => "payment.authorised",
                PaymentStatus::Captured => "payment.captured",
                PaymentStatus::Disputed => "payment.disputed",
                PaymentStatus::Won => "payment.won",
                PaymentStatus::Lost => "payment.lost",
                PaymentStatus::Expired => "payment.expired",
                PaymentStatus::Failed => "payment.failed",
                PaymentStatus::Voided => "payment.voided",
            },
            Self::Operation { status, .. } => match status {
                OperationStatus::Pending => "payment.operation_started",
                OperationStatus::Succeeded => "payment.operation_succeeded",
                OperationStatus::Failed => "payment.operation_failed",
                OperationStatus::Unknown => "payment.operation_unclear",
            },
        }
    }

    fn shape(name: &str) -> usize {
        usize::from(name.starts_with("payment.operation_"))
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Moved { payment_id, .. } | Self::Operation { payment_id, .. } => payment_id.uuid(),
        }
    }
}
