//! Money that goes back.

use super::answers::Refund;
use super::client::Client;
use super::form::Form;
use super::intents::{amount_not_supported, outcome_of};
use super::refusal::Refusal;
use super::requests::refund;
use crate::payments::Outcome;
use crate::providers::Call;

const REFUNDS: &str = "/v1/refunds";

impl Client {
    /// Gives back a part of what an intent took, or all of it.
    pub(super) async fn refund(&self, call: &Call, intent: &str) -> Outcome {
        let Some(form) = refund(call, intent) else { return amount_not_supported() };
        let given: Result<Refund, Refusal> = self.post(REFUNDS, form, call.operation_id).await;
        given.map_or_else(outcome_of, |refund| refund.says_of(call))
    }

    /// The refund of a call whose answer was lost.
    pub(super) async fn find_refund(&self, call: &Call, intent: &str) -> Result<Option<Refund>, Refusal> {
        self.find(REFUNDS, &Form::default().with("payment_intent", intent), call).await
    }
}
