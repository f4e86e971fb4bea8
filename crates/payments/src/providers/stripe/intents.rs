//! Intents to pay: made, found again, taken from, let go of.

use super::answers::Intent;
use super::client::Client;
use super::lookup::since;
use super::refusal::Refusal;
use super::requests::{capture, new_intent};
use crate::payments::Outcome;
use crate::providers::Call;

const INTENTS: &str = "/v1/payment_intents";

/// What a refusal means for what was asked.
pub(super) fn outcome_of(refusal: Refusal) -> Outcome {
    match refusal {
        Refusal::Refused(code) => Outcome::Failed { code },
        Refusal::Unclear { .. } => Outcome::Unknown,
    }
}

/// An amount that Stripe cannot be told.
pub(super) fn amount_not_supported() -> Outcome {
    Outcome::Failed { code: "amount_not_supported".to_owned() }
}

impl Client {
    /// Asks for an intent. Nothing is charged by that: the customer has to agree to it.
    pub(super) async fn begin_intent(&self, call: &Call) -> Outcome {
        let Some(form) = new_intent(call) else { return amount_not_supported() };
        let made: Result<Intent, Refusal> = self.post(INTENTS, form, call.operation_id).await;
        made.map_or_else(outcome_of, |intent| intent.says_of(call))
    }

    /// The intent of a call whose answer was lost.
    pub(super) async fn find_intent(&self, call: &Call) -> Result<Option<Intent>, Refusal> {
        self.find(INTENTS, &since(call), call).await
    }

    pub(super) async fn intent(&self, id: &str) -> Result<Intent, Refusal> {
        self.get(&format!("{INTENTS}/{id}"), Default::default()).await
    }

    /// Takes what is held. An intent is taken from once: a second time changes nothing, whatever the key.
    pub(super) async fn capture(&self, call: &Call, id: &str) -> Outcome {
        let Some(form) = capture(call) else { return amount_not_supported() };
        let taken: Result<Intent, Refusal> = self.post(&format!("{INTENTS}/{id}/capture"), form, call.operation_id).await;
        self.after(taken, call, id).await
    }

    /// Lets go of what is held.
    pub(super) async fn cancel(&self, call: &Call, id: &str) -> Outcome {
        let gone: Result<Intent, Refusal> = self.post(&format!("{INTENTS}/{id}/cancel"), Default::default(), call.operation_id).await;
        self.after(gone, call, id).await
    }

    /// Takes back an intent that nobody waits for; the answer is what it came to.
    pub(super) async fn abandon_intent(&self, call: &Call, id: &str) -> Outcome {
        let key = format!("{}:give_up", call.operation_id);
        let gone: Result<Intent, Refusal> = self.post(&format!("{INTENTS}/{id}/cancel"), Default::default(), key).await;
        self.after(gone, call, id).await
    }

    /// What was refused may have come to pass before: then the intent says so.
    async fn after(&self, answer: Result<Intent, Refusal>, call: &Call, id: &str) -> Outcome {
        let code = match answer {
            Ok(intent) => return intent.says_of(call),
            Err(Refusal::Refused(code)) => code,
            Err(Refusal::Unclear { .. }) => return Outcome::Unknown,
        };
        match self.intent(id).await {
            Ok(intent) if intent.is_held() => Outcome::Failed { code },
            Ok(intent) => intent.says_of(call),
            Err(_) => Outcome::Unknown,
        }
    }
}
