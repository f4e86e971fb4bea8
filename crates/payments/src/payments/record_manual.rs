//! Money that came without a provider: staff write it down.

use kernel::Money;
use platform::db::WriteTx;
use platform::outbox;
use uuid::Uuid;

use super::entities::{Operation, Payment, PaymentError};
use super::events::PaymentFact;
use super::model::{ByHand, MoveCause, OperationKind, OperationStatus, PaymentStatus};
use super::open::{OpenPayment, Start, move_to, open, start_operation};
use super::outcome::booking;
use super::store;
use crate::ledger::{self, LedgerTransaction};

/// Records money that staff received: a payment that waits for exactly this amount is captured, for any other amount a
/// payment of its own is made. The caller holds the lock of what is paid for and has checked what is still due.
///
/// # Errors
/// `Amount` unless it is positive.
pub async fn record_manual(tx: &WriteTx, reference_id: Uuid, amount: Money, note: Option<&str>) -> Result<Payment, PaymentError> {
    let waiting = store::lock_by_reference(tx, reference_id).await?.into_iter();
    let mut waiting = waiting.filter(|payment| payment.provider.parse::<ByHand>().is_ok() && payment.status == PaymentStatus::Created);
    let mut payment = match waiting.find(|payment| payment.amount == amount) {
        Some(payment) => payment,
        None => {
            open(tx, OpenPayment { reference_id, user_id: None, provider: ByHand::Manual.to_string(), amount, start: Start::Recorded })
                .await?
                .payment
        }
    };
    let mut operation = start_operation(tx, &payment, OperationKind::Capture, amount).await?;
    succeed(tx, &mut operation, note).await?;
    let movement = LedgerTransaction::capture(payment.account()?, amount).map_err(|_| PaymentError::Amount)?;
    ledger::book(tx, booking(&payment, &operation), &movement).await?;
    payment.captured_minor = amount.minor();
    move_to(tx, &mut payment, PaymentStatus::Captured, MoveCause::Staff).await?;
    Ok(payment)
}

/// The note of staff (a bank reference) stands where a provider's name for the operation would; it need not be unique.
async fn succeed(tx: &WriteTx, operation: &mut Operation, note: Option<&str>) -> Result<(), PaymentError> {
    operation.status = OperationStatus::Succeeded;
    store::update_operation(tx, operation, None).await?;
    if let Some(note) = note {
        store::set_note(tx, operation.payment_id, note).await?;
    }
    outbox::record(tx, &PaymentFact::operation(operation)).await?;
    Ok(())
}
