//! Which money goes back, and when a provider is asked for it. Pure.

use ::payments::payments::{Operation, OperationKind, OperationStatus, Payment, kept_of};
use chrono::TimeDelta;
use kernel::{Money, PaymentId};

/// The pause before a provider that refused to give money back is asked once more; it doubles with each refusal.
const FIRST_PAUSE_MINUTES: i64 = 1;
/// No pause is longer: money that is not ours is offered every day.
const LONGEST_PAUSE_MINUTES: i64 = 24 * 60;

/// What has to go back where no more than `allowed_minor` may be kept, payment by payment. The money of the payment that
/// changed (`came`) goes back first, then what came last; refunds that are under way count as gone, so that asking twice
/// returns nothing twice.
#[must_use]
pub fn surplus_of<'a>(
    allowed_minor: i64,
    (payments, operations): (&'a [Payment], &[Operation]),
    came: PaymentId,
) -> Vec<(&'a Payment, Money)> {
    let kept: i64 = payments.iter().map(|payment| kept_of(payment, operations)).sum();
    let mut surplus = kept - allowed_minor;
    let mut returned = Vec::new();
    let (last, others): (Vec<&Payment>, Vec<&Payment>) = payments.iter().rev().partition(|payment| payment.id == came);
    for payment in last.into_iter().chain(others) {
        let part = surplus.min(kept_of(payment, operations));
        if part > 0 {
            returned.push((payment, Money::new(part, payment.amount.currency())));
            surplus -= part;
        }
    }
    returned
}

/// Asking once more for what is asked for already would have two calls for one thing.
#[must_use]
pub fn has_open_void(payment: &Payment, operations: &[Operation]) -> bool {
    let mut voids = operations.iter().filter(|operation| operation.payment_id == payment.id && operation.kind == OperationKind::Void);
    voids.any(|operation| operation.status.is_open())
}

/// None at first; after each refusal of the provider twice as long as before, so that nobody is asked in a circle.
#[must_use]
pub fn pause_before(kind: OperationKind, payment: &Payment, operations: &[Operation]) -> TimeDelta {
    let asked = operations.iter().filter(|operation| operation.payment_id == payment.id && operation.kind == kind);
    let refused = asked.filter(|operation| operation.status == OperationStatus::Failed).count();
    match u32::try_from(refused) {
        Ok(0) => TimeDelta::zero(),
        Ok(times) => TimeDelta::minutes(FIRST_PAUSE_MINUTES.saturating_mul(2_i64.saturating_pow(times - 1)).min(LONGEST_PAUSE_MINUTES)),
        Err(_) => TimeDelta::minutes(LONGEST_PAUSE_MINUTES),
    }
}
