//! Money that is held until goods leave.

use ::payments::payments::{self, OperationKind, PaymentStatus};
use chrono::TimeDelta;
use platform::db::{DatabaseError, WriteTx};

use super::jobs::{execute_after, reconcile_later};
use crate::orders::{Order, payment_fault};

/// Has what providers hold for an order taken, all of it: its goods leave. The operations are written here and carried out after
/// the commit. What is being taken already is not asked for twice. The caller holds the order's lock.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn capture_held(tx: &WriteTx, order: &Order) -> Result<(), DatabaseError> {
    if order.settled.authorised_minor == 0 {
        return Ok(());
    }
    let payments = payments::lock_by_reference(tx, order.id.uuid()).await?;
    let operations = payments::operations_of(tx, order.id.uuid()).await?;
    let is_under_way = |payment: &payments::Payment| {
        let mut open = operations.iter().filter(|operation| operation.payment_id == payment.id && operation.status.is_open());
        open.any(|operation| matches!(operation.kind, OperationKind::Capture | OperationKind::Void))
    };
    let is_held = |payment: &payments::Payment| payment.status == PaymentStatus::Authorised && payment.authorised_minor > 0;
    for payment in payments.iter().filter(|payment| is_held(payment) && !is_under_way(payment)) {
        let held = order.money(payment.authorised_minor);
        let operation = payments::start_capture(tx, payment, held).await.map_err(payment_fault)?;
        execute_after(tx, &operation, TimeDelta::zero()).await?;
        reconcile_later(tx, &operation).await?;
    }
    Ok(())
}
