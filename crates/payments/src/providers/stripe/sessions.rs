//! Pages of Stripe's to pay on.

use super::answers::Session;
use super::client::Client;
use super::form::Form;
use super::intents::{amount_not_supported, outcome_of};
use super::lookup::since;
use super::refusal::Refusal;
use super::requests::Terms;
use crate::payments::Outcome;
use crate::providers::Call;

const SESSIONS: &str = "/v1/checkout/sessions";

/// What the ids of sessions begin with.
const PREFIX: &str = "cs_";

/// True for the name of a session; any other one is that of an intent.
pub(super) fn is_session(reference: &str) -> bool {
    reference.starts_with(PREFIX)
}

impl Client {
    /// Asks for a page to pay on. Nothing is charged by that: the customer has to go there.
    pub(super) async fn begin_session(&self, call: &Call, terms: &Terms) -> Outcome {
        let Some(form) = terms.new_session(call) else { return amount_not_supported() };
        let made: Result<Session, Refusal> = self.post(SESSIONS, with_intent(form), call.operation_id).await;
        made.map_or_else(outcome_of, |session| session.says_of(call))
    }

    /// The session of a call whose answer was lost.
    pub(super) async fn find_session(&self, call: &Call) -> Result<Option<Session>, Refusal> {
        let found: Option<Session> = self.find(SESSIONS, &since(call), call).await?;
        match found {
            Some(session) => self.session(&session.id).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn session(&self, id: &str) -> Result<Session, Refusal> {
        self.get(&format!("{SESSIONS}/{id}"), with_intent(Form::default())).await
    }

    /// Closes a page that nobody waits for; the answer is what it came to.
    pub(super) async fn abandon_session(&self, call: &Call, id: &str) -> Outcome {
        let key = format!("{}:give_up", call.operation_id);
        let closed: Result<Session, Refusal> = self.post(&format!("{SESSIONS}/{id}/expire"), with_intent(Form::default()), key).await;
        let session = match closed {
            Ok(session) => Ok(session),
            // It is complete, or expired by itself: it says which.
            Err(Refusal::Refused(_)) => self.session(id).await,
            Err(unclear) => Err(unclear),
        };
        session.map_or(Outcome::Unknown, |session| session.says_of(call))
    }
}

/// The intent comes with its session, whole.
fn with_intent(form: Form) -> Form {
    form.with_nested("expand", Form::default().with("", "payment_intent"))
}
