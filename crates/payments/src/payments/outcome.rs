//! What a provider said, written down: operation, payment, history, ledger and events together.

use kernel::OperationId;
use platform::db::WriteTx;
use platform::outbox;

use super::entities::{Operation, Outcome, Payment, PaymentError};
use super::events::PaymentFact;
use super::model::MoveCause;
use super::open::move_to;
use super::store;
use crate::ledger::{self, Booking};

/// What applying an outcome did.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The operation as it stands.
    pub operation: Operation,
    /// The payment as it stands.
    pub payment: Payment,
    /// False where the operation had ended before: nothing was written.
    pub changed: bool,
}

/// Applies what a provider says of an operation. Telling it twice changes nothing the second time: an operation that has
/// ended stays as it is. The caller holds the lock of what is paid for; the payment is locked here.
///
/// # Errors
/// `NotFound` for an operation that is not ours.
pub async fn apply_outcome(tx: &WriteTx, id: OperationId, outcome: &Outcome) -> Result<Applied, PaymentError> {
    let (unlocked, _) = store::find_operation(tx, id).await?.ok_or(PaymentError::NotFound)?;
    let mut payment = store::lock_payment(tx, unlocked.payment_id).await?.ok_or(PaymentError::NotFound)?;
    // Read again under the payment's lock, which every writer of its operations holds.
    let (mut operation, _) = store::find_operation(tx, id).await?.ok_or(PaymentError::NotFound)?;
    let before = operation.status;
    let Some(heard) = payment.hear(&mut operation, outcome)? else {
        return Ok(Applied { operation, payment, changed: false });
    };
    if *outcome == Outcome::Mismatch {
        tracing::warn!(payment.id = %payment.id, operation.id = %operation.id, payment.provider = %payment.provider,
            "the provider speaks of another amount or currency than it was asked for: nothing is completed, somebody has to look");
    }
    store::update_operation(tx, &operation, outcome.error_code()).await?;
    if operation.status != before {
        outbox::record(tx, &PaymentFact::operation(&operation)).await?;
    }
    if let Some(movement) = &heard.movement {
        ledger::book(tx, booking(&payment, &operation), movement).await?;
    }
    if heard.steps.is_empty() {
        // Only its figures changed.
        store::update(tx, &payment, payment.status, MoveCause::Provider).await?;
    }
    for step in heard.steps {
        move_to(tx, &mut payment, step, MoveCause::Provider).await?;
    }
    Ok(Applied { operation, payment, changed: true })
}

pub(super) const fn booking(payment: &Payment, operation: &Operation) -> Booking {
    Booking { operation_id: Some(operation.id), reference_id: payment.reference_id }
}
