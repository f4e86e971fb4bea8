//! Stripe's books: what it took and gave back since a day, whoever asked for it.

use kernel::{OperationId, Timestamp};
use serde::Deserialize;

use super::amounts::in_our_units;
use super::answers::{Metadata, Refund};
use super::client::Client;
use super::form::Form;
use super::lookup::created_since;
use super::refusal::Refusal;
use super::requests::operation_of;
use crate::payments::OperationKind;
use crate::providers::Unreadable;
use crate::reconciliation::Movement;

const CHARGES: &str = "/v1/charges";
const REFUNDS: &str = "/v1/refunds";

/// Money that was taken or is held: <https://docs.stripe.com/api/charges/object>.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Charge {
    pub(super) id: String,
    status: String,
    captured: bool,
    amount: i64,
    amount_captured: Option<i64>,
    currency: String,
    payment_intent: Option<Asked>,
    pub(super) metadata: Metadata,
}

/// The intent of a charge: it comes whole where that is asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Asked {
    Id(String),
    Whole { id: String, metadata: Metadata },
}

impl Client {
    /// All that was moved since then.
    pub(super) async fn movements(&self, since: Timestamp) -> Result<Vec<Movement>, Unreadable> {
        let which = created_since(since);
        let with_intents = which.clone().with_nested("expand", Form::default().with("", "data.payment_intent"));
        let charges: Vec<Charge> = self.all(CHARGES, &with_intents).await.map_err(unreadable)?;
        let refunds: Vec<Refund> = self.all(REFUNDS, &which).await.map_err(unreadable)?;
        let taken = charges.into_iter().filter(Charge::took_money).map(Charge::movement);
        let given = refunds.into_iter().filter(Refund::gave_money).map(Refund::movement);
        taken.chain(given).collect()
    }
}

/// Books that cannot be read, and why.
pub(super) fn unreadable(refusal: Refusal) -> Unreadable {
    let reason = match refusal {
        Refusal::Refused(code) => format!("it refuses: {code}"),
        Refusal::Unclear { why, .. } => why,
    };
    Unreadable { provider: "stripe", reason }
}

impl Charge {
    fn took_money(&self) -> bool {
        self.captured && self.status == "succeeded"
    }

    /// It has the name of its intent here, as our operations have. Our key stands on the intent, and on the charge if Stripe copied it there.
    fn movement(self) -> Result<Movement, Unreadable> {
        let amount = self.amount_captured.unwrap_or(self.amount);
        let on_charge = operation_of(self.metadata.as_ref());
        let (reference, operation_id) = match self.payment_intent {
            None => (self.id.clone(), on_charge),
            Some(Asked::Id(id)) => (id, on_charge),
            Some(Asked::Whole { id, metadata }) => (id, on_charge.or_else(|| operation_of(metadata.as_ref()))),
        };
        movement(OperationKind::Capture, (self.id, reference), operation_id, (amount, &self.currency))
    }
}

impl Refund {
    /// What lets go of a part that was held and never taken has no transaction: no money moved.
    fn gave_money(&self) -> bool {
        let was_taken = self.balance_transaction.is_some() || operation_of(self.metadata.as_ref()).is_some();
        was_taken && matches!(self.status.as_deref(), Some("succeeded" | "pending"))
    }

    fn movement(self) -> Result<Movement, Unreadable> {
        let operation_id = operation_of(self.metadata.as_ref());
        movement(OperationKind::Refund, (self.id.clone(), self.id), operation_id, (self.amount, &self.currency))
    }
}

fn movement(
    kind: OperationKind,
    (id, reference): (String, String),
    operation_id: Option<OperationId>,
    (amount, currency): (i64, &str),
) -> Result<Movement, Unreadable> {
    match in_our_units(amount, currency) {
        Some(amount) => Ok(Movement { kind, reference, operation_id, amount }),
        None => Err(Unreadable { provider: "stripe", reason: format!("{id} is {amount} of {currency}, which nobody here can count") }),
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money};
    use serde_json::{Value, json};

    use super::*;

    fn charge(more: &Value) -> Charge {
        let mut told = json!({"id": "ch_1", "status": "succeeded", "captured": true, "amount": 1_250, "currency": "eur", "payment_intent": "pi_1", "metadata": {}});
        told.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        serde_json::from_value(told).expect("a charge")
    }

    fn refund(more: &Value) -> Refund {
        let mut told = json!({"id": "re_1", "status": "succeeded", "amount": 250, "currency": "eur", "balance_transaction": "txn_1"});
        told.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        serde_json::from_value(told).expect("a refund")
    }

    #[test]
    fn a_charge_is_known_by_its_intent_and_our_key() {
        let ours = OperationId::generate();
        let marked = charge(&json!({"metadata": {"operation_id": ours.to_string()}, "amount_captured": 1_000}));
        let moved = marked.movement().expect("a movement");
        let expected = (OperationKind::Capture, "pi_1", Some(ours), Money::new(1_000, Currency::EUR));
        assert_eq!((moved.kind, moved.reference.as_str(), moved.operation_id, moved.amount), expected);
        let whole = json!({"id": "pi_2", "metadata": {"operation_id": ours.to_string()}});
        let moved = charge(&json!({"payment_intent": whole})).movement().expect("a movement");
        assert_eq!((moved.reference.as_str(), moved.operation_id), ("pi_2", Some(ours)));
        let foreign = charge(&json!({"payment_intent": null, "metadata": {"operation_id": "7"}})).movement().expect("a movement");
        assert_eq!((foreign.reference.as_str(), foreign.operation_id), ("ch_1", None));
        assert!(charge(&json!({"currency": "gold"})).movement().is_err_and(|error| error.reason.contains("ch_1 is 1250 of gold")));
    }

    #[test]
    fn only_what_moved_money_counts() {
        for (more, took) in [
            (json!({}), true),
            (json!({"captured": false}), false),
            (json!({"status": "failed"}), false),
            (json!({"status": "pending"}), false),
        ] {
            assert_eq!(charge(&more).took_money(), took, "{more}");
        }
        let ours = json!({"operation_id": OperationId::generate().to_string()});
        for (more, gave) in [
            (json!({}), true),
            (json!({"status": "failed"}), false),
            (json!({"status": "canceled"}), false),
            (json!({"balance_transaction": null}), false),
            (json!({"balance_transaction": null, "status": "pending", "metadata": ours}), true),
        ] {
            assert_eq!(refund(&more).gave_money(), gave, "{more}");
        }
        assert_eq!(
            refund(&json!({})).movement().map(|moved| (moved.kind, moved.reference)).ok(),
            Some((OperationKind::Refund, "re_1".to_owned()))
        );
    }
}
