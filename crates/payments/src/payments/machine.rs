//! What a word does to a payment: its figures, the states it passes through, and the money that moved. Pure.

use kernel::Money;
use platform::db::DatabaseError;

use super::entities::{AMOUNT_MISMATCH, Operation, Outcome, Payment, PaymentError};
use super::model::{ByHand, MoveCause, OperationKind, OperationStatus, PaymentStatus};
use crate::ledger::{Account, LedgerTransaction};
use crate::stored_values::StoredValueKind;

/// What follows from a provider's word, beside the figures of payment and operation, which are changed already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The states that the payment passes through, in order; none where it stays.
    pub steps: Vec<PaymentStatus>,
    /// What the ledger has to say.
    pub movement: Option<LedgerTransaction>,
}

/// How a payment that nobody waits for ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nobody was asked for money: it ends here.
    Move(PaymentStatus),
    /// A provider holds this much, and has to be asked to let go of it.
    Void(Money),
    /// Its provider's answer decides, or there is nothing to end.
    Leave,
}

impl Payment {
    /// Moves to a state, or refuses a move that the machine does not have; where it stood before.
    ///
    /// # Errors
    /// `IllegalMove`; nothing changes then.
    pub fn step(&mut self, to: PaymentStatus, cause: MoveCause) -> Result<PaymentStatus, PaymentError> {
        let from = self.status;
        if !from.may_become(to, cause) {
            return Err(PaymentError::IllegalMove { from, to });
        }
        self.status = to;
        self.transition_count += 1;
        Ok(from)
    }

    /// Hears what a provider says of one of its operations: figures change here, the steps are for the caller to take. A
    /// word about an operation that has ended is `None` and changes nothing; a word that comes out of order never moves a
    /// payment backward. An operation whose answer was lost stays unknown where the word is that the customer has to act, or
    /// one of other money: the payment learns of it, once.
    ///
    /// # Errors
    /// `Amount` where the sums leave all bounds.
    pub fn hear(&mut self, operation: &mut Operation, outcome: &Outcome) -> Result<Option<Heard>, PaymentError> {
        let next = next_status(outcome);
        let is_news = operation.status.may_become(next, MoveCause::Provider)
            || (operation.status == next && self.learns_from(outcome, operation.kind));
        if !is_news {
            return Ok(None);
        }
        operation.status = next;
        let (steps, movement) = match outcome {
            Outcome::Succeeded { reference, charge } => {
                operation.provider_reference = Some(reference.clone());
                self.charge_reference = charge.clone().or_else(|| self.charge_reference.take());
                self.succeed(operation)?
            }
            Outcome::Failed { code } => {
                self.error_code = Some(code.clone());
                match operation.kind {
                    OperationKind::Authorise | OperationKind::Capture => {
                        self.next_action = None;
                        (self.steps_to(PaymentStatus::Failed), None)
                    }
                    OperationKind::Void | OperationKind::Refund => (Vec::new(), None),
                }
            }
            Outcome::NeedsCustomer { reference, next_action } => {
                self.provider_reference = Some(reference.clone());
                self.next_action = Some(next_action.clone());
                (self.steps_to(PaymentStatus::AwaitingCustomer), None)
            }
            Outcome::Mismatch => {
                self.error_code = Some(AMOUNT_MISMATCH.to_owned());
                (self.steps_to(PaymentStatus::Unknown), None)
            }
            Outcome::Unknown => (self.steps_to(PaymentStatus::Unknown), None),
        };
        Ok(Some(Heard { steps, movement }))
    }

    /// True where a word about an operation that stays unknown says something new of the payment.
    fn learns_from(&self, outcome: &Outcome, of: OperationKind) -> bool {
        match outcome {
            Outcome::NeedsCustomer { .. } => {
                self.status == PaymentStatus::Unknown && matches!(of, OperationKind::Authorise | OperationKind::Capture)
            }
            Outcome::Mismatch => self.error_code.as_deref() != Some(AMOUNT_MISMATCH),
            Outcome::Succeeded { .. } | Outcome::Failed { .. } | Outcome::Unknown => false,
        }
    }

    fn succeed(&mut self, operation: &Operation) -> Result<(Vec<PaymentStatus>, Option<LedgerTransaction>), PaymentError> {
        let (amount, amount_minor) = (operation.amount, operation.amount.minor());
        match operation.kind {
            OperationKind::Capture => {
                self.captured_minor = self.captured_minor.checked_add(amount_minor).ok_or(PaymentError::Amount)?;
                // What is held beyond what is taken, the provider lets go.
                self.authorised_minor = 0;
                self.provider_reference.clone_from(&operation.provider_reference);
                (self.next_action, self.error_code) = (None, None);
                let movement = LedgerTransaction::capture(self.account()?, amount).map_err(|_| PaymentError::Amount)?;
                Ok((self.steps_to(PaymentStatus::Captured), Some(movement)))
            }
            OperationKind::Authorise => {
                self.authorised_minor = amount_minor;
                self.provider_reference.clone_from(&operation.provider_reference);
                (self.next_action, self.error_code) = (None, None);
                Ok((self.steps_to(PaymentStatus::Authorised), None))
            }
            OperationKind::Void => {
                self.authorised_minor = 0;
                Ok((self.steps_to(PaymentStatus::Voided), None))
            }
            OperationKind::Refund => {
                self.refunded_minor = self.refunded_minor.checked_add(amount_minor).ok_or(PaymentError::Amount)?;
                let movement = LedgerTransaction::refund(self.account()?, amount).map_err(|_| PaymentError::Amount)?;
                Ok((Vec::new(), Some(movement)))
            }
        }
    }

    /// The way to a state by the provider's word, where the machine has one. A customer who has acted makes the payment
    /// processing first.
    fn steps_to(&self, to: PaymentStatus) -> Vec<PaymentStatus> {
        let acted = self.status == PaymentStatus::AwaitingCustomer && PaymentStatus::Processing.may_become(to, MoveCause::Provider);
        let (at, first) = if acted { (PaymentStatus::Processing, Some(PaymentStatus::Processing)) } else { (self.status, None) };
        let last = at.may_become(to, MoveCause::Provider).then_some(to);
        first.into_iter().chain(last).collect()
    }

    /// How it ends where nobody waits for it any more. Money that a provider holds is let go whatever the state is: a
    /// customer may agree to a payment that was called off in the meantime.
    #[must_use]
    pub const fn ending(&self, cause: MoveCause) -> Ending {
        if self.authorised_minor > 0 {
            return Ending::Void(Money::new(self.authorised_minor, self.amount.currency()));
        }
        match (self.status, cause) {
            (PaymentStatus::Created | PaymentStatus::AwaitingCustomer, MoveCause::Timer) => Ending::Move(PaymentStatus::Expired),
            (PaymentStatus::Created | PaymentStatus::AwaitingCustomer, _) => Ending::Move(PaymentStatus::Voided),
            (
                PaymentStatus::Processing
                | PaymentStatus::Unknown
                | PaymentStatus::Authorised
                | PaymentStatus::Captured
                | PaymentStatus::Disputed
                | PaymentStatus::Won
                | PaymentStatus::Lost
                | PaymentStatus::Expired
                | PaymentStatus::Failed
                | PaymentStatus::Voided,
                _,
            ) => Ending::Leave,
        }
    }

    /// What it is paid with, where that is no provider's money.
    #[must_use]
    pub fn stored_value_kind(&self) -> Option<StoredValueKind> {
        self.provider.parse().ok()
    }

    /// Where its money lies once it came.
    ///
    /// # Errors
    /// `Database` for a provider's name that we did not write.
    pub fn account(&self) -> Result<Account, PaymentError> {
        let is_by_hand = self.provider.parse::<ByHand>().is_ok();
        let account = if is_by_hand { Account::cash(&self.provider) } else { Account::provider(&self.provider) };
        Ok(account.map_err(|_| DatabaseError::corrupt("payments.provider"))?)
    }
}

/// A customer who has to act leaves the operation open: nobody knows yet what becomes of it.
const fn next_status(outcome: &Outcome) -> OperationStatus {
    match outcome {
        Outcome::Succeeded { .. } => OperationStatus::Succeeded,
        Outcome::Failed { .. } => OperationStatus::Failed,
        Outcome::NeedsCustomer { .. } | Outcome::Mismatch | Outcome::Unknown => OperationStatus::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, OperationId, PaymentId, Timestamp};

    use super::*;

    fn payment(status: PaymentStatus, authorised_minor: i64) -> Payment {
        Payment {
            id: PaymentId::generate(),
            reference_id: PaymentId::generate().uuid(),
            user_id: None,
            provider: "card".to_owned(),
            status,
            amount: Money::new(1_000, Currency::EUR),
            authorised_minor,
            captured_minor: 0,
            refunded_minor: 0,
            provider_reference: None,
            charge_reference: None,
            next_action: None,
            error_code: None,
            transition_count: 1,
            created_at: Timestamp::default(),
        }
    }

    fn operation(of: &Payment, kind: OperationKind) -> Operation {
        let (payment_id, provider) = (of.id, of.provider.clone());
        let (status, provider_reference, created_at) = (OperationStatus::Pending, None, Timestamp::default());
        Operation {
            id: OperationId::generate(),
            payment_id,
            kind,
            status,
            amount: of.amount,
            provider,
            provider_reference,
            stored_value_id: None,
            created_at,
        }
    }

    fn yes() -> Outcome {
        Outcome::Succeeded { reference: "theirs".to_owned(), charge: Some("their money".to_owned()) }
    }

    fn act() -> Outcome {
        Outcome::NeedsCustomer { reference: "theirs".to_owned(), next_action: serde_json::json!({"type": "redirect"}) }
    }

    #[test]
    fn only_the_first_clear_word_counts() {
        let mut card = payment(PaymentStatus::Processing, 0);
        let mut take = operation(&card, OperationKind::Capture);
        let lost = card.hear(&mut take, &Outcome::Unknown).expect("heard").expect("news");
        assert_eq!((lost.steps, lost.movement.is_none()), (vec![PaymentStatus::Unknown], true));
        let came = card.hear(&mut take, &yes()).expect("heard").expect("news");
        assert_eq!((came.movement.is_some(), card.captured_minor), (true, 1_000));
        assert_eq!((card.provider_reference.as_deref(), card.charge_reference.as_deref()), (Some("theirs"), Some("their money")));
        for word in [yes(), Outcome::Failed { code: "declined".to_owned() }, act(), Outcome::Mismatch, Outcome::Unknown] {
            assert_eq!(card.hear(&mut take, &word).expect("heard"), None);
        }
        assert_eq!(card.captured_minor, 1_000);
    }

    #[test]
    fn a_customer_who_acted_makes_the_payment_processing_first() {
        let mut card = payment(PaymentStatus::AwaitingCustomer, 0);
        let mut take = operation(&card, OperationKind::Capture);
        let heard = card.hear(&mut take, &yes()).expect("heard").expect("news");
        assert_eq!(heard.steps, [PaymentStatus::Processing, PaymentStatus::Captured]);
    }

    /// The answer that named the page to pay on was lost: whoever asks again learns it, and nothing is charged by that.
    #[test]
    fn a_customer_can_still_act_where_the_answer_was_lost() {
        let mut card = payment(PaymentStatus::Processing, 0);
        let mut take = operation(&card, OperationKind::Capture);
        card.hear(&mut take, &Outcome::Unknown).expect("heard").expect("news");
        card.status = PaymentStatus::Unknown;
        let heard = card.hear(&mut take, &act()).expect("heard").expect("news");
        assert_eq!((heard.steps, take.status), (vec![PaymentStatus::AwaitingCustomer], OperationStatus::Unknown));
        assert!(card.next_action.is_some() && heard.movement.is_none());
        card.status = PaymentStatus::AwaitingCustomer;
        assert_eq!(card.hear(&mut take, &act()).expect("heard"), None, "no news");
        card.hear(&mut take, &Outcome::Mismatch).expect("heard").expect("news");
        card.hear(&mut take, &yes()).expect("heard").expect("news");
        assert_eq!((card.next_action, card.error_code, card.captured_minor), (None, None, 1_000), "put right, and done");
    }

    /// A provider that speaks of other money than it was asked for completes nothing, whatever it says has become of it.
    #[test]
    fn other_money_than_was_asked_for_completes_nothing() {
        for (status, steps) in [
            (PaymentStatus::Processing, vec![PaymentStatus::Unknown]),
            (PaymentStatus::AwaitingCustomer, vec![PaymentStatus::Processing, PaymentStatus::Unknown]),
            (PaymentStatus::Unknown, vec![]),
            (PaymentStatus::Authorised, vec![]),
        ] {
            for asked in [OperationStatus::Pending, OperationStatus::Unknown] {
                let mut card = payment(status, 0);
                let mut take = Operation { status: asked, ..operation(&card, OperationKind::Capture) };
                let heard = card.hear(&mut take, &Outcome::Mismatch).expect("heard").expect("news");
                assert_eq!((&heard.steps, heard.movement.is_none()), (&steps, true), "{status} {asked}");
                assert_eq!((take.status, card.captured_minor), (OperationStatus::Unknown, 0));
                assert_eq!(card.error_code.as_deref(), Some("amount_mismatch"));
                assert_eq!(card.hear(&mut take, &Outcome::Mismatch).expect("heard"), None, "no news");
            }
        }
    }

    #[test]
    fn what_is_not_taken_of_what_is_held_is_let_go() {
        let mut held = payment(PaymentStatus::Authorised, 1_000);
        let mut take = operation(&held, OperationKind::Capture);
        take.amount = Money::new(600, Currency::EUR);
        let heard = held.hear(&mut take, &yes()).expect("heard").expect("news");
        assert_eq!((heard.steps, held.captured_minor, held.authorised_minor), (vec![PaymentStatus::Captured], 600, 0));
    }

    /// The customer agrees after the order was paid in another way: nobody would ever let go of the money.
    #[test]
    fn what_is_held_for_a_payment_that_was_called_off_is_let_go() {
        let mut called_off = payment(PaymentStatus::Voided, 0);
        let mut hold = operation(&called_off, OperationKind::Authorise);
        let heard = called_off.hear(&mut hold, &yes()).expect("heard").expect("news");
        assert_eq!((heard.steps, called_off.authorised_minor), (vec![], 1_000));
        assert_eq!(called_off.ending(MoveCause::Checkout), Ending::Void(called_off.amount));
        let mut void = operation(&called_off, OperationKind::Void);
        called_off.hear(&mut void, &yes()).expect("heard").expect("news");
        assert_eq!((called_off.authorised_minor, called_off.ending(MoveCause::Checkout)), (0, Ending::Leave));
    }

    #[test]
    fn who_waits_is_forgotten_and_who_was_asked_decides() {
        for status in PaymentStatus::ALL {
            let end = |cause| payment(*status, 0).ending(cause);
            let waits = matches!(status, PaymentStatus::Created | PaymentStatus::AwaitingCustomer);
            let (by_time, by_hand) = (Ending::Move(PaymentStatus::Expired), Ending::Move(PaymentStatus::Voided));
            assert_eq!(end(MoveCause::Timer), if waits { by_time } else { Ending::Leave }, "{status}");
            assert_eq!(end(MoveCause::Staff), if waits { by_hand } else { Ending::Leave }, "{status}");
        }
    }
}
