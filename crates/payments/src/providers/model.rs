//! What every provider can be asked.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

use chrono::TimeDelta;
use kernel::{Money, OperationId, PaymentId, Timestamp};
use platform::config::Config;
use uuid::Uuid;

use super::message::{Message, MessageError};
use super::{Manual, Stripe, Test};
use crate::payments::{Operation, OperationKind, Outcome, Payment, Start};
use crate::reconciliation::Movement;

/// One thing asked of a provider. `operation_id` is the idempotency key: the same call twice has one effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Our key.
    pub operation_id: OperationId,
    /// The payment it belongs to.
    pub payment_id: PaymentId,
    /// What is paid for.
    pub reference_id: Uuid,
    /// What is asked.
    pub kind: OperationKind,
    /// How much.
    pub amount: Money,
    /// The provider's name for the payment, once it has one.
    pub provider_reference: Option<String>,
    /// When it was written down.
    pub asked_at: Timestamp,
}

impl Call {
    /// The call that this operation stands for.
    #[must_use]
    pub fn of(operation: &Operation, payment: &Payment) -> Self {
        Self {
            operation_id: operation.id,
            payment_id: payment.id,
            reference_id: payment.reference_id,
            kind: operation.kind,
            amount: operation.amount,
            provider_reference: payment.provider_reference.clone(),
            asked_at: operation.created_at,
        }
    }
}

/// Somebody who moves money. Whatever goes wrong on the way is `Outcome::Unknown`, never an error: the money may have moved.
#[async_trait::async_trait]
pub trait Provider: Send + Sync + Debug {
    /// Its name in configuration, database and API.
    fn name(&self) -> &'static str;

    /// How its payments begin, as configured.
    fn start(&self, config: &Config) -> Start;

    /// True where goods leave before the money comes (cash on delivery).
    fn ships_before_payment(&self) -> bool {
        false
    }

    /// How long an unpaid order waits for it.
    fn patience(&self, config: &Config) -> TimeDelta;

    /// Asks for the operation.
    async fn execute(&self, call: &Call) -> Outcome;

    /// Asks what became of an operation whose answer was lost.
    async fn query(&self, call: &Call) -> Outcome;

    /// The same where nobody waits for the customer any more: what they have not agreed to by now they cannot agree to later.
    async fn give_up(&self, call: &Call) -> Outcome {
        self.query(call).await
    }

    /// Which payment of ours a message of the provider is about; none where it is about something else.
    ///
    /// # Errors
    /// `MessageError` unless it is signed by them, and of now.
    fn subject_of(&self, _message: &Message<'_>) -> Result<Option<PaymentId>, MessageError> {
        Err(MessageError::NotExpected)
    }

    /// All money that it moved for us since then; nothing where it keeps no books that a program can read.
    ///
    /// # Errors
    /// `Unreadable` where the books cannot be read to their end: a part of them would tell of money that is missing.
    async fn movements(&self, _since: Timestamp) -> Result<Option<Vec<Movement>>, Unreadable> {
        Ok(None)
    }

    /// Whether its books have what this operation did, although they did not tell of it among the movements. Unlike `query` it reads
    /// alone: an operation that has ended is never asked for again.
    ///
    /// # Errors
    /// `Unreadable` where that cannot be said.
    async fn knows(&self, _call: &Call) -> Result<bool, Unreadable> {
        Ok(true)
    }
}

/// A provider's books cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the books of {provider} cannot be read: {reason}")]
pub struct Unreadable {
    /// Whose.
    pub provider: &'static str,
    /// Why.
    pub reason: String,
}

/// The providers of this process, by name.
#[derive(Debug, Clone, Default)]
pub struct Providers(BTreeMap<&'static str, Arc<dyn Provider>>);

impl Providers {
    /// The names of all that this program has; the configuration says which of them customers may choose.
    pub const KNOWN: &[&str] = &["bank_transfer", "cash_on_delivery", "manual", "stripe", "test"];

    /// The providers that the configuration names; names that do not exist are left out and reported.
    #[must_use]
    pub fn from_config(config: &Config) -> Self {
        config.payments.methods.iter().fold(Self::default(), |providers, name| match name.as_str() {
            "stripe" => providers.with(Stripe::of(config)),
            "test" => providers.with(Test),
            other => match other.parse() {
                Ok(by_hand) => providers.with(Manual(by_hand)),
                Err(_) => {
                    tracing::warn!(payment.method = other, "payments.methods names a provider that does not exist");
                    providers
                }
            },
        })
    }

    /// With one more provider; it takes the place of one of the same name.
    #[must_use]
    pub fn with(mut self, provider: impl Provider + 'static) -> Self {
        self.0.insert(provider.name(), Arc::new(provider));
        self
    }

    /// The provider of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<dyn Provider>> {
        self.0.get(name).cloned()
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_is_that_of_a_provider() {
        let mut config = platform::config::load(&platform::config::Flags::default()).expect("defaults").config;
        config.payments.methods = Providers::KNOWN.iter().map(|name| (*name).to_owned()).collect();
        let providers = Providers::from_config(&config);
        assert!(providers.names().eq(Providers::KNOWN.iter().copied()));
        for name in Providers::KNOWN {
            let provider = providers.get(name).expect("a known one");
            assert_eq!((provider.name(), provider.ships_before_payment()), (*name, *name == "cash_on_delivery"));
        }
        assert!(providers.get("bitcoin").is_none());
    }
}
