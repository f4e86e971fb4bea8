//! Money of the shop under test: as settlement and the recording of payments do it.

use kernel::{Money, OperationId, PaymentId};
use payments::ledger::LedgerTransaction;
use payments::payments::{Ending, MoveCause, Operation, OperationKind, OperationStatus, Outcome, Payment, PaymentStatus};
use sales::orders::money_of;
use sales::settlement::{has_open_void, surplus_of};

use super::{Seen, Shop};
use crate::command::{Method, Word};

impl Shop {
    pub(super) fn open_payment(&mut self, place: usize, provider: &str, minor: i64) -> usize {
        let id = PaymentId::from_uuid(self.next_id());
        let amount = Money::new(minor, self.setting.currency);
        let sale = &mut self.sales[place];
        sale.payments.push(Payment {
            id,
            reference_id: sale.reference,
            user_id: None,
            provider: provider.to_owned(),
            status: PaymentStatus::Created,
            amount,
            authorised_minor: 0,
            captured_minor: 0,
            refunded_minor: 0,
            provider_reference: None,
            charge_reference: None,
            next_action: None,
            error_code: None,
            transition_count: 1,
            created_at: self.now,
        });
        sale.payments.len() - 1
    }

    pub(super) fn start(&mut self, place: usize, payment: usize, kind: OperationKind, minor: i64) -> usize {
        let id = OperationId::from_uuid(self.next_id());
        let amount = Money::new(minor, self.setting.currency);
        let sale = &mut self.sales[place];
        let of = &sale.payments[payment];
        let (payment_id, provider) = (of.id, of.provider.clone());
        let (status, provider_reference, created_at) = (OperationStatus::Pending, None, self.now);
        sale.operations.push(Operation {
            id,
            payment_id,
            kind,
            status,
            amount,
            provider,
            provider_reference,
            stored_value_id: None,
            created_at,
        });
        sale.operations.len() - 1
    }

    /// As `settlement::settle`.
    pub(super) fn tell(&mut self, place: usize, operation: usize, word: Word) -> Seen {
        let sale = &mut self.sales[place];
        let asked = &mut sale.operations[operation];
        let payment = sale.payments.iter_mut().find(|payment| payment.id == asked.payment_id).expect("its payment");
        let Some(heard) = payment.hear(asked, &outcome(word)).expect("amounts in range") else { return Ok(()) };
        for step in heard.steps {
            payment.step(step, MoveCause::Provider).expect("a step of the machine");
        }
        let came = payment.id;
        if let Some(movement) = heard.movement {
            self.book(&movement);
        }
        let ships_before_payment = self.sales[place].method == Method::Invoice;
        self.settle_money(place, came, ships_before_payment);
        Ok(())
    }

    /// As `settlement::record_payment` and `payments::record_manual`.
    pub(super) fn record(&mut self, place: usize, minor: i64) -> Seen {
        let sale = &self.sales[place];
        if !sale.status.is_live() {
            return Err("order_not_payable");
        }
        if minor <= 0 {
            return Err("validation_failed");
        }
        let due = sale.settled.total_minor - sale.settled.kept_minor();
        if due <= 0 {
            return Err("order_not_payable");
        }
        if minor > due {
            return Err("payment_exceeds_due");
        }
        let waits =
            |payment: &Payment| payment.provider == "manual" && payment.status == PaymentStatus::Created && payment.amount.minor() == minor;
        let payment = match sale.payments.iter().position(waits) {
            Some(payment) => payment,
            None => self.open_payment(place, "manual", minor),
        };
        let operation = self.start(place, payment, OperationKind::Capture, minor);
        let sale = &mut self.sales[place];
        sale.operations[operation].status = OperationStatus::Succeeded;
        let recorded = &mut sale.payments[payment];
        let account = recorded.account().expect("an account");
        recorded.captured_minor = minor;
        recorded.step(PaymentStatus::Captured, MoveCause::Staff).expect("a step of the machine");
        let came = recorded.id;
        self.book(&LedgerTransaction::capture(account, Money::new(minor, self.setting.currency)).expect("balanced"));
        self.settle_money(place, came, false);
        Ok(())
    }

    /// As `settlement::settle_money`.
    fn settle_money(&mut self, place: usize, came: PaymentId, ships_before_payment: bool) {
        let sale = &mut self.sales[place];
        sale.settled = money_of(sale.settled.total_minor, &sale.payments);
        let allowed = if sale.status.is_live() { sale.settled.total_minor } else { 0 };
        let surplus = surplus_of(allowed, (&sale.payments, &sale.operations), came);
        let refunds: Vec<(usize, i64)> = surplus
            .into_iter()
            .map(|(payment, amount)| {
                assert!(amount.minor() <= payment.captured_minor - payment.refunded_minor, "more goes back than came");
                (sale.payments.iter().position(|other| other.id == payment.id).expect("a payment of this order"), amount.minor())
            })
            .collect();
        let unneeded = !sale.status.is_live() || sale.settled.nothing_left_to_pay();
        let before: Vec<Operation> = sale.operations.clone();
        for (payment, minor) in refunds {
            self.start(place, payment, OperationKind::Refund, minor);
        }
        if unneeded {
            for payment in 0..self.sales[place].payments.len() {
                let of = &self.sales[place].payments[payment];
                if of.captured_minor == 0 && !has_open_void(of, &before) {
                    self.end_payment(place, payment, MoveCause::Checkout);
                }
            }
        }
        self.advance(place, ships_before_payment);
    }

    pub(super) fn call_off(&mut self, place: usize, cause: MoveCause) {
        for payment in 0..self.sales[place].payments.len() {
            self.end_payment(place, payment, cause);
        }
    }

    fn end_payment(&mut self, place: usize, payment: usize, cause: MoveCause) {
        let of = &mut self.sales[place].payments[payment];
        match of.ending(cause) {
            Ending::Move(to) => {
                of.step(to, cause).expect("a step of the machine");
            }
            Ending::Void(amount) => {
                self.start(place, payment, OperationKind::Void, amount.minor());
            }
            Ending::Leave => {}
        }
    }

    fn book(&mut self, movement: &LedgerTransaction) {
        for entry in movement.entries() {
            *self.booked.entry(entry.account.to_string()).or_default() += entry.amount.minor();
        }
    }
}

fn outcome(word: Word) -> Outcome {
    match word {
        Word::Yes => Outcome::succeeded("theirs"),
        Word::No => Outcome::Failed { code: "declined".to_owned() },
        Word::Lost => Outcome::Unknown,
        Word::Customer => Outcome::NeedsCustomer { reference: "theirs".to_owned(), next_action: serde_json::Value::Null },
    }
}
