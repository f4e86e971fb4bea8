//! What Stripe's objects say of a call. Pure; every state of theirs that is not known here is unclear.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::amounts::is_same;
use super::refusal::readable;
use crate::payments::{OperationKind, Outcome};
use crate::providers::Call;

/// What every object of theirs may carry.
pub(super) type Metadata = Option<Map<String, Value>>;

/// An intent to pay: <https://docs.stripe.com/api/payment_intents/object>.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: String,
    amount: i64,
    amount_received: Option<i64>,
    currency: String,
    client_secret: Option<String>,
    latest_charge: Option<Named>,
    pub(super) metadata: Metadata,
}

/// A page to pay on: <https://docs.stripe.com/api/checkout/sessions/object>.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    status: Option<String>,
    url: Option<String>,
    amount_total: Option<i64>,
    currency: Option<String>,
    /// Asked for whole; there is none before the customer acts.
    payment_intent: Option<Box<Intent>>,
    pub(super) metadata: Metadata,
}

/// Money that goes back: <https://docs.stripe.com/api/refunds/object>.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) status: Option<String>,
    pub(super) amount: i64,
    pub(super) currency: String,
    failure_reason: Option<String>,
    pub(super) balance_transaction: Option<Named>,
    pub(super) metadata: Metadata,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Listed<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// A thing by its id, or whole.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Named {
    Id(String),
    Whole { id: String },
}

impl Named {
    fn into_id(self) -> String {
        match self {
            Self::Id(id) | Self::Whole { id } => id,
        }
    }
}

fn failed(code: &str) -> Outcome {
    Outcome::Failed { code: readable(code) }
}

impl Intent {
    /// What it says of a call. A customer whose card was declined may try another: that ends nothing.
    pub(super) fn says_of(&self, call: &Call) -> Outcome {
        match (call.kind, self.status.as_str()) {
            (OperationKind::Refund, _) => Outcome::Unknown,
            (OperationKind::Void, "canceled") => Outcome::succeeded(&self.id),
            (OperationKind::Void, "succeeded") => failed("already_captured"),
            (OperationKind::Void, _) => Outcome::Unknown,
            (_, "canceled") => failed("canceled"),
            (_, "succeeded") => self.done(call, self.amount_received.unwrap_or(self.amount)),
            (OperationKind::Authorise, "requires_capture") => self.done(call, self.amount),
            (_, "requires_payment_method" | "requires_confirmation" | "requires_action") => self.waits(call),
            (OperationKind::Authorise | OperationKind::Capture, _) => Outcome::Unknown,
        }
    }

    /// True where it holds money that a capture takes.
    pub(super) fn is_held(&self) -> bool {
        self.status == "requires_capture"
    }

    fn done(&self, call: &Call, amount: i64) -> Outcome {
        if !is_same(call.amount, amount, &self.currency) {
            return Outcome::Mismatch;
        }
        Outcome::Succeeded { reference: self.id.clone(), charge: self.latest_charge.clone().map(Named::into_id) }
    }

    fn waits(&self, call: &Call) -> Outcome {
        if !is_same(call.amount, self.amount, &self.currency) {
            return Outcome::Mismatch;
        }
        let next_action = json!({ "type": "confirm_payment", "client_secret": self.client_secret });
        Outcome::NeedsCustomer { reference: self.id.clone(), next_action }
    }
}

impl Session {
    /// What it says of a call: as long as it is open the customer can pay on its page, then its intent decides.
    pub(super) fn says_of(&self, call: &Call) -> Outcome {
        let of_intent = self.payment_intent.as_ref().map(|intent| intent.says_of(call));
        let is_other = |(amount, currency): (i64, &String)| !is_same(call.amount, amount, currency);
        if self.amount_total.zip(self.currency.as_ref()).is_some_and(is_other) {
            return Outcome::Mismatch;
        }
        match (self.status.as_deref(), of_intent) {
            (_, Some(said @ (Outcome::Succeeded { .. } | Outcome::Mismatch))) => said,
            (Some("open"), _) => {
                let next_action = json!({ "type": "redirect", "url": self.url });
                Outcome::NeedsCustomer { reference: self.id.clone(), next_action }
            }
            (Some("expired"), None | Some(Outcome::NeedsCustomer { .. } | Outcome::Failed { .. })) => failed("session_expired"),
            (_, Some(Outcome::Failed { code })) => Outcome::Failed { code },
            (_, None | Some(Outcome::NeedsCustomer { .. } | Outcome::Unknown)) => Outcome::Unknown,
        }
    }
}

impl Refund {
    /// What it says of a call.
    pub(super) fn says_of(&self, call: &Call) -> Outcome {
        if !is_same(call.amount, self.amount, &self.currency) {
            return Outcome::Mismatch;
        }
        match self.status.as_deref() {
            Some("succeeded") => Outcome::succeeded(&self.id),
            Some("failed") => failed(self.failure_reason.as_deref().unwrap_or("refund_failed")),
            Some("canceled") => failed("refund_canceled"),
            // `pending`, `requires_action`: the bank takes its time.
            _ => Outcome::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::requests::tests::call;
    use super::*;

    fn intent(status: &str, more: &Value) -> Intent {
        let mut told = json!({"id": "pi_1", "status": status, "amount": 1_250, "currency": "eur", "client_secret": "pi_1_secret", "latest_charge": "ch_1", "metadata": {}});
        told.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        serde_json::from_value(told).expect("an intent")
    }

    fn said(kind: OperationKind, status: &str, more: &Value) -> Outcome {
        intent(status, more).says_of(&call(kind))
    }

    fn word(outcome: &Outcome) -> &str {
        match outcome {
            Outcome::Succeeded { .. } => "done",
            Outcome::Failed { .. } => "no",
            Outcome::NeedsCustomer { .. } => "customer",
            Outcome::Mismatch => "other money",
            Outcome::Unknown => "unclear",
        }
    }

    #[test]
    fn every_state_of_an_intent_says_one_thing_of_each_kind() {
        use OperationKind::{Authorise, Capture, Refund, Void};
        for (status, capture, authorise, void) in [
            ("requires_payment_method", "customer", "customer", "unclear"),
            ("requires_confirmation", "customer", "customer", "unclear"),
            ("requires_action", "customer", "customer", "unclear"),
            ("processing", "unclear", "unclear", "unclear"),
            ("requires_capture", "unclear", "done", "unclear"),
            ("canceled", "no", "no", "done"),
            ("succeeded", "done", "done", "no"),
            ("something_new", "unclear", "unclear", "unclear"),
        ] {
            for (kind, expected) in [(Capture, capture), (Authorise, authorise), (Void, void), (Refund, "unclear")] {
                assert_eq!(word(&said(kind, status, &json!({}))), expected, "{kind} {status}");
            }
        }
    }

    #[test]
    fn other_money_than_was_asked_for_is_no_success() {
        let other = [json!({"amount": 1_251}), json!({"currency": "usd"}), json!({"amount_received": 1_249})];
        for more in other {
            assert_eq!(said(OperationKind::Capture, "succeeded", &more), Outcome::Mismatch, "{more}");
        }
        assert_eq!(said(OperationKind::Authorise, "requires_capture", &json!({"amount": 1})), Outcome::Mismatch);
        assert_eq!(said(OperationKind::Capture, "requires_action", &json!({"amount": 1})), Outcome::Mismatch);
        // A part of what was held is taken: that is what was asked for.
        assert_eq!(word(&said(OperationKind::Capture, "succeeded", &json!({"amount": 5_000, "amount_received": 1_250}))), "done");
    }

    #[test]
    fn intent_and_charge_are_both_told() {
        let expected = Outcome::Succeeded { reference: "pi_1".to_owned(), charge: Some("ch_1".to_owned()) };
        assert_eq!(said(OperationKind::Capture, "succeeded", &json!({})), expected);
        assert_eq!(said(OperationKind::Capture, "succeeded", &json!({"latest_charge": {"id": "ch_1", "object": "charge"}})), expected);
        let waits = said(OperationKind::Capture, "requires_payment_method", &json!({"latest_charge": null}));
        let next_action = json!({"type": "confirm_payment", "client_secret": "pi_1_secret"});
        assert_eq!(waits, Outcome::NeedsCustomer { reference: "pi_1".to_owned(), next_action });
    }

    #[test]
    fn a_page_can_be_paid_on_while_it_is_open() {
        let session = |status: &str, intent: Value| -> Session {
            let told = json!({"id": "cs_1", "status": status, "url": "https://pay", "amount_total": 1_250, "currency": "eur", "payment_intent": intent});
            serde_json::from_value(told).expect("a session")
        };
        let of = |status: &str| json!({"id": "pi_1", "status": status, "amount": 1_250, "currency": "eur", "latest_charge": "ch_1"});
        for (status, intent, expected) in [
            ("open", Value::Null, "customer"),
            ("open", of("requires_payment_method"), "customer"),
            ("open", of("processing"), "customer"),
            ("complete", of("succeeded"), "done"),
            ("complete", of("processing"), "unclear"),
            ("complete", Value::Null, "unclear"),
            ("complete", of("canceled"), "no"),
            ("expired", Value::Null, "no"),
            ("expired", of("canceled"), "no"),
            ("expired", of("requires_payment_method"), "no"),
            ("expired", of("processing"), "unclear"),
            ("expired", of("succeeded"), "done"),
        ] {
            assert_eq!(word(&session(status, intent.clone()).says_of(&call(OperationKind::Capture))), expected, "{status} {intent}");
        }
        let open = session("open", Value::Null).says_of(&call(OperationKind::Capture));
        let next_action = json!({"type": "redirect", "url": "https://pay"});
        assert_eq!(open, Outcome::NeedsCustomer { reference: "cs_1".to_owned(), next_action });
    }

    #[test]
    fn a_refund_is_done_when_it_is() {
        let refund = |status: &str, amount: i64| -> Outcome {
            let told =
                json!({"id": "re_1", "status": status, "amount": amount, "currency": "eur", "failure_reason": "lost_or_stolen_card"});
            serde_json::from_value::<Refund>(told).expect("a refund").says_of(&call(OperationKind::Refund))
        };
        assert_eq!(refund("succeeded", 1_250), Outcome::succeeded("re_1"));
        assert_eq!(refund("failed", 1_250), Outcome::Failed { code: "lost_or_stolen_card".to_owned() });
        assert_eq!((word(&refund("canceled", 1_250)), word(&refund("pending", 1_250))), ("no", "unclear"));
        assert_eq!(refund("succeeded", 1_249), Outcome::Mismatch);
    }
}
