//! A refund, what its parts say of it, and from which payments it is taken. Pure.

use kernel::{Money, OperationId, PaymentId, RefundId, Timestamp, text_enum};
use uuid::Uuid;

use crate::payments::{Operation, OperationStatus, Payment, kept_of};

text_enum! {
    /// Why money goes back.
    pub enum RefundReason {
        /// The customer thought better of it.
        Requested = "requested",
        /// The goods came back.
        Returned = "returned",
        /// The goods are no good.
        Defective = "defective",
        /// The goods never came.
        NotDelivered = "not_delivered",
        /// It was ordered or paid twice.
        Duplicate = "duplicate",
        /// Somebody else's money.
        Fraud = "fraud",
        /// To make up for something.
        Goodwill = "goodwill",
        /// The note says it.
        Other = "other",
    }
}

text_enum! {
    /// What became of a refund.
    pub enum RefundStatus {
        /// A provider is asked and has not answered clearly.
        Pending = "pending",
        /// All of it went back.
        Succeeded = "succeeded",
        /// A part of it went back, another was refused.
        PartFailed = "part_failed",
        /// Nothing went back.
        Failed = "failed",
    }
}

/// Money that staff give back.
#[derive(Debug, Clone, PartialEq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// What was paid for.
    pub reference_id: Uuid,
    /// How much, over all parts.
    pub amount: Money,
    /// Why.
    pub reason: RefundReason,
    /// In the words of staff.
    pub note: Option<String>,
    /// What is taken from each payment.
    pub parts: Vec<RefundPart>,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// What a refund takes from one payment.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundPart {
    /// The operation that gives it back.
    pub operation_id: OperationId,
    /// The payment.
    pub payment_id: PaymentId,
    /// Through whom.
    pub provider: String,
    /// How much.
    pub amount: Money,
    /// What became of it.
    pub status: OperationStatus,
    /// Why the provider refused.
    pub error_code: Option<String>,
}

impl Refund {
    /// What became of it.
    #[must_use]
    pub fn status(&self) -> RefundStatus {
        status_of(self.parts.iter().map(|part| part.status))
    }
}

/// What the operations of a refund say of it.
#[must_use]
pub fn status_of(parts: impl IntoIterator<Item = OperationStatus>) -> RefundStatus {
    let (mut open, mut done, mut refused) = (false, false, false);
    for part in parts {
        match part {
            OperationStatus::Pending | OperationStatus::Unknown => open = true,
            OperationStatus::Succeeded => done = true,
            OperationStatus::Failed => refused = true,
        }
    }
    match (open, done, refused) {
        (true, _, _) => RefundStatus::Pending,
        (false, true, true) => RefundStatus::PartFailed,
        (false, false, true) => RefundStatus::Failed,
        (false, _, false) => RefundStatus::Succeeded,
    }
}

/// From which payments so much is taken, the newest first; or what there is, where that is less. What is under way back already counts as
/// gone.
///
/// # Errors
/// The minor units that are there.
pub fn spread<'a>(minor: i64, payments: &'a [Payment], operations: &[Operation]) -> Result<Vec<(&'a Payment, Money)>, i64> {
    let (mut rest, mut parts) = (minor, Vec::new());
    for payment in payments.iter().rev() {
        let part = kept_of(payment, operations).min(rest);
        if part > 0 {
            parts.push((payment, Money::new(part, payment.amount.currency())));
            rest -= part;
        }
    }
    if rest == 0 { Ok(parts) } else { Err(minor - rest) }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;
    use crate::payments::{OperationKind, PaymentStatus};

    fn payment(captured_minor: i64) -> Payment {
        Payment {
            id: PaymentId::generate(),
            reference_id: PaymentId::generate().uuid(),
            user_id: None,
            provider: "card".to_owned(),
            status: PaymentStatus::Captured,
            amount: Money::new(captured_minor.max(1), Currency::EUR),
            authorised_minor: 0,
            captured_minor,
            refunded_minor: 0,
            provider_reference: None,
            charge_reference: None,
            next_action: None,
            error_code: None,
            transition_count: 3,
            created_at: Timestamp::default(),
        }
    }

    fn refund(of: &Payment, minor: i64, status: OperationStatus) -> Operation {
        Operation {
            id: OperationId::generate(),
            payment_id: of.id,
            kind: OperationKind::Refund,
            status,
            amount: Money::new(minor, Currency::EUR),
            provider: of.provider.clone(),
            provider_reference: None,
            stored_value_id: None,
            created_at: Timestamp::default(),
        }
    }

    #[test]
    fn a_refund_is_what_its_parts_are() {
        use OperationStatus::{Failed, Pending, Succeeded, Unknown};
        for (parts, status) in [
            (vec![Succeeded], RefundStatus::Succeeded),
            (vec![Succeeded, Pending], RefundStatus::Pending),
            (vec![Unknown, Failed], RefundStatus::Pending),
            (vec![Failed, Succeeded], RefundStatus::PartFailed),
            (vec![Failed, Failed], RefundStatus::Failed),
        ] {
            assert_eq!(status_of(parts.clone()), status, "{parts:?}");
        }
    }

    #[test]
    fn what_came_last_goes_back_first_and_what_is_under_way_is_gone() {
        let payments = [payment(700), payment(0), payment(300)];
        let [first, _, last] = &payments;
        let operations = [
            refund(first, 200, OperationStatus::Unknown),
            refund(last, 50, OperationStatus::Succeeded),
            refund(last, 300, OperationStatus::Failed),
        ];
        let taken = |minor| {
            let parts = spread(minor, &payments, &operations)?;
            Ok::<_, i64>(parts.into_iter().map(|(payment, part)| (payment.id, part.minor())).collect::<Vec<_>>())
        };
        assert_eq!(taken(100), Ok(vec![(last.id, 100)]));
        assert_eq!(taken(750), Ok(vec![(last.id, 250), (first.id, 500)]));
        assert_eq!(taken(751), Err(750));
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole_and_no_payment_gives_more_than_it_has(
            captured in proptest::collection::vec((0_i64..1_000, 0_i64..1_000), 0..5), minor in 1_i64..5_000,
        ) {
            let payments: Vec<Payment> = captured.iter().map(|(captured, _)| payment(*captured)).collect();
            let operations: Vec<Operation> = payments
                .iter()
                .zip(&captured)
                .map(|(payment, (captured, gone))| refund(payment, *gone.min(captured), OperationStatus::Pending))
                .collect();
            let there: i64 = captured.iter().map(|(captured, gone)| captured - gone.min(captured)).sum();
            match spread(minor, &payments, &operations) {
                Ok(parts) => {
                    prop_assert_eq!(parts.iter().map(|(_, part)| part.minor()).sum::<i64>(), minor);
                    prop_assert!(parts.iter().all(|(payment, part)| (1..=kept_of(payment, &operations)).contains(&part.minor())));
                }
                Err(available) => prop_assert!(available == there && there < minor),
            }
        }
    }
}
