//! Asking a provider about a payment: when the customer is back, and when the provider says that something happened.

use ::payments::payments::{self, Outcome, PaymentDetails, PaymentError};
use ::payments::providers::{Call, Message, MessageError, Provider};
use kernel::{DomainError, ErrorKind, Origin, PaymentId};
use platform::db::DatabaseError;

use super::settle::{SettleError, in_time, settle};
use crate::Sales;

/// Why a provider's message has no effect.
#[derive(Debug, thiserror::Error)]
pub enum HearError {
    /// It is not believed.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// What it is about cannot be settled.
    #[error(transparent)]
    Settle(#[from] SettleError),
}

impl DomainError for HearError {
    fn code(&self) -> &'static str {
        match self {
            Self::Message(error) => error.code(),
            Self::Settle(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Message(error) => error.kind(),
            Self::Settle(error) => error.kind(),
        }
    }
}

impl From<DatabaseError> for HearError {
    fn from(error: DatabaseError) -> Self {
        Self::Settle(error.into())
    }
}

/// The customer is back from the provider: asks it about every open operation of the payment, and settles what it says. The payment
/// as it stands then. Doing it again changes nothing; a provider that gives no clear answer is asked by the reconciler.
///
/// # Errors
/// `payment_not_found`; what was settled before an error stays.
pub async fn return_of_customer(sales: &Sales, origin: &Origin, id: PaymentId) -> Result<PaymentDetails, SettleError> {
    let missing = || SettleError::Payment(PaymentError::NotFound);
    let reader = sales.context.db.reader();
    let details = payments::find(reader, id).await?.ok_or_else(missing)?;
    if let Some(provider) = sales.providers.get(&details.payment.provider) {
        ask_about(sales, origin, (provider.as_ref(), &details)).await?;
    }
    payments::find(reader, id).await?.ok_or_else(missing)
}

/// A provider says that something happened to a payment. It is asked what, and its answer is settled: what stands in the message
/// itself moves nothing. So a message has its effect once, however often and in whatever order it comes: only open operations are
/// asked about, and a word about one that has ended changes nothing. What is about nothing of ours is noted.
///
/// # Errors
/// `HearError`; a message that is not believed leaves no trace.
pub async fn hear_provider(sales: &Sales, origin: &Origin, name: &str, message: &Message<'_>) -> Result<(), HearError> {
    let provider = sales.providers.get(name).ok_or(MessageError::NotExpected)?;
    let Some(id) = provider.subject_of(message)? else {
        tracing::info!(payment.provider = name, "a message of the provider is about nothing of ours");
        return Ok(());
    };
    let found = payments::find(sales.context.db.reader(), id).await?;
    let Some(details) = found.filter(|details| details.payment.provider == name) else {
        tracing::warn!(payment.provider = name, payment.id = %id, "a message of the provider is about a payment that is not known");
        return Ok(());
    };
    Ok(ask_about(sales, origin, (provider.as_ref(), &details)).await?)
}

async fn ask_about(sales: &Sales, origin: &Origin, (provider, details): (&dyn Provider, &PaymentDetails)) -> Result<(), SettleError> {
    for operation in details.operations.iter().filter(|operation| operation.status.is_open()) {
        let outcome = in_time(provider.query(&Call::of(operation, &details.payment))).await;
        if outcome != Outcome::Unknown {
            settle(sales, origin, operation.id, &outcome).await?;
        }
    }
    Ok(())
}
