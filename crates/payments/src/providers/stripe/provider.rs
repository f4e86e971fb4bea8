//! Stripe, as payments see it.

use chrono::TimeDelta;
use kernel::{PaymentId, Timestamp};
use platform::config::{Config, StripeCapture, StripeCheckout};
use secrecy::{ExposeSecret, SecretString};

use super::books::unreadable;
use super::client::Client;
use super::event::payment_of;
use super::refusal::Refusal;
use super::requests::Terms;
use super::sessions::is_session;
use super::signature::is_signed;
use crate::payments::{OperationKind, Outcome, Start};
use crate::providers::{Call, Message, MessageError, Provider, Unreadable};
use crate::reconciliation::Movement;

/// Takes money by Stripe: the customer agrees to an intent, on a page of Stripe's or on the shop's own.
///
/// Whatever moves money is asked for under the operation's id, and carries it: a lost answer is looked for first, and where nothing
/// is found asked for once more under the same key, which Stripe answers as it did the first time.
#[derive(Debug)]
pub struct Stripe {
    client: Client,
    terms: Terms,
    webhook_secret: SecretString,
}

impl Stripe {
    /// The account that the configuration names; nobody is asked anything yet.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let settings = &config.payments.stripe;
        if settings.webhook_secret.expose_secret().is_empty() {
            tracing::warn!(
                "payments.stripe.webhook_secret is not set: what Stripe sends is refused, and payments are found out by asking alone"
            );
        }
        let client = Client::new(&settings.api_url, &settings.secret_key);
        Self { client, terms: Terms::of(config), webhook_secret: settings.webhook_secret.clone() }
    }

    /// Asks for the money: the customer has to agree before anything moves.
    async fn begin(&self, call: &Call) -> Outcome {
        match self.terms.settings.checkout {
            StripeCheckout::Hosted => self.client.begin_session(call, &self.terms).await,
            StripeCheckout::Embedded => self.client.begin_intent(call).await,
        }
    }

    /// A call that began and whose answer was lost: what it came to, or the same once more.
    async fn begun(&self, call: &Call) -> Outcome {
        let found = match self.terms.settings.checkout {
            StripeCheckout::Hosted => self.client.find_session(call).await.map(|found| found.map(|session| session.says_of(call))),
            StripeCheckout::Embedded => self.client.find_intent(call).await.map(|found| found.map(|intent| intent.says_of(call))),
        };
        match found {
            Ok(Some(said)) => said,
            Ok(None) => self.begin(call).await,
            Err(_) => Outcome::Unknown,
        }
    }

    /// What became of an intent or a session. What is held and was to be taken or let go of was not: it is asked for once more.
    async fn became(&self, call: &Call, reference: &str) -> Outcome {
        if is_session(reference) {
            return self.client.session(reference).await.map_or(Outcome::Unknown, |session| session.says_of(call));
        }
        match self.client.intent(reference).await {
            Ok(intent) if intent.is_held() && call.kind == OperationKind::Capture => self.client.capture(call, reference).await,
            Ok(intent) if intent.is_held() && call.kind == OperationKind::Void => self.client.cancel(call, reference).await,
            Ok(intent) => intent.says_of(call),
            Err(_) => Outcome::Unknown,
        }
    }

    async fn refunded(&self, call: &Call, reference: &str) -> Outcome {
        match self.client.find_refund(call, reference).await {
            Ok(Some(refund)) => refund.says_of(call),
            Ok(None) => self.client.refund(call, reference).await,
            Err(_) => Outcome::Unknown,
        }
    }
}

#[async_trait::async_trait]
impl Provider for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn start(&self, config: &Config) -> Start {
        match config.payments.stripe.capture {
            StripeCapture::AtOnce => Start::Capture,
            StripeCapture::AtFulfilment => Start::Authorise,
        }
    }

    fn patience(&self, config: &Config) -> TimeDelta {
        TimeDelta::minutes(config.orders.expire_stripe_minutes)
    }

    async fn execute(&self, call: &Call) -> Outcome {
        match (call.kind, call.provider_reference.as_deref()) {
            (OperationKind::Authorise | OperationKind::Capture, None) => self.begin(call).await,
            (OperationKind::Authorise, Some(reference)) => self.became(call, reference).await,
            (OperationKind::Capture, Some(reference)) => self.client.capture(call, reference).await,
            (OperationKind::Void, Some(reference)) => self.client.cancel(call, reference).await,
            (OperationKind::Refund, Some(reference)) => self.client.refund(call, reference).await,
            (OperationKind::Void | OperationKind::Refund, None) => nothing_there(),
        }
    }

    async fn query(&self, call: &Call) -> Outcome {
        match (call.kind, call.provider_reference.as_deref()) {
            (OperationKind::Authorise | OperationKind::Capture, None) => self.begun(call).await,
            (OperationKind::Authorise | OperationKind::Capture | OperationKind::Void, Some(reference)) => {
                self.became(call, reference).await
            }
            (OperationKind::Refund, Some(reference)) => self.refunded(call, reference).await,
            (OperationKind::Void | OperationKind::Refund, None) => nothing_there(),
        }
    }

    /// A page or an intent that nobody waits for is closed; where the customer was faster, the money came.
    async fn give_up(&self, call: &Call) -> Outcome {
        match self.query(call).await {
            Outcome::NeedsCustomer { reference, .. } if is_session(&reference) => self.client.abandon_session(call, &reference).await,
            Outcome::NeedsCustomer { reference, .. } => self.client.abandon_intent(call, &reference).await,
            said @ (Outcome::Succeeded { .. } | Outcome::Failed { .. } | Outcome::Mismatch | Outcome::Unknown) => said,
        }
    }

    async fn movements(&self, since: Timestamp) -> Result<Option<Vec<Movement>>, Unreadable> {
        self.client.movements(since).await.map(Some)
    }

    async fn knows(&self, call: &Call) -> Result<bool, Unreadable> {
        let Some(reference) = call.provider_reference.as_deref() else { return Ok(false) };
        let said = match call.kind {
            OperationKind::Refund => {
                self.client.find_refund(call, reference).await.map(|found| found.is_some_and(|refund| is_done(&refund.says_of(call))))
            }
            _ if is_session(reference) => self.client.session(reference).await.map(|session| is_done(&session.says_of(call))),
            _ => self.client.intent(reference).await.map(|intent| is_done(&intent.says_of(call))),
        };
        said.or_else(|refusal| match refusal {
            Refusal::Refused(_) => Ok(false),
            Refusal::Unclear { .. } => Err(unreadable(refusal)),
        })
    }

    /// Told is that something happened; what happened is asked for. So the order of messages, and what else is in them, does not
    /// count, and a message that is repeated finds nothing that is open any more.
    fn subject_of(&self, message: &Message<'_>) -> Result<Option<PaymentId>, MessageError> {
        let secret = self.webhook_secret.expose_secret();
        if secret.is_empty() {
            return Err(MessageError::SecretMissing);
        }
        let signature = message.header("stripe-signature").ok_or(MessageError::SignatureInvalid)?;
        if !is_signed(signature, message.body, secret, message.now) {
            return Err(MessageError::SignatureInvalid);
        }
        payment_of(message.body).map_err(|_| MessageError::Unreadable)
    }
}

const fn is_done(said: &Outcome) -> bool {
    matches!(said, Outcome::Succeeded { .. })
}

/// Money goes back from what came, and is let go of where it is held: without either there is nothing that could move.
fn nothing_there() -> Outcome {
    Outcome::Failed { code: "nothing_captured".to_owned() }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use platform::config::{Flags, load};

    use super::*;

    #[test]
    fn without_a_secret_nobody_is_believed() {
        let stripe = Stripe::of(&load(&Flags::default()).expect("defaults").config);
        let message = Message { headers: &HeaderMap::new(), body: b"{}", now: Timestamp::default() };
        assert_eq!(stripe.subject_of(&message), Err(MessageError::SecretMissing));
    }

    #[test]
    fn secrets_are_never_shown() {
        let mut config = load(&Flags::default()).expect("defaults").config;
        config.payments.stripe.secret_key = "sk_live_otter".into();
        config.payments.stripe.webhook_secret = "whsec_otter".into();
        let shown = format!("{:?} {:?}", Stripe::of(&config), config.payments);
        assert!(!shown.contains("otter"), "{shown}");
    }

    #[test]
    fn money_is_taken_or_held_as_configured() {
        let mut config = load(&Flags::default()).expect("defaults").config;
        let stripe = Stripe::of(&config);
        assert_eq!(stripe.start(&config), Start::Capture);
        config.payments.stripe.capture = StripeCapture::AtFulfilment;
        assert_eq!(stripe.start(&config), Start::Authorise);
    }
}
