//! Settling: a provider's word becomes money on an order.

use std::time::Duration;

use ::payments::payments::{self, Operation, OperationKind, OperationStatus, Outcome, Payment, PaymentError};
use ::payments::providers::Call;
use kernel::{DomainError, ErrorKind, OperationId, OrderId, Origin};
use platform::db::DatabaseError;
use platform::idempotency::{self, Answer};

use super::held::capture_held;
use super::money::settle_money;
use crate::Sales;
use crate::orders::{self, FulfilmentStatus, OrderKey};

/// Longer than a provider takes to answer; after it the answer counts as lost and is asked for.
const PROVIDER_PATIENCE: Duration = Duration::from_secs(20);

/// Why a provider's word is not written down.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// No such operation, or an order that is not there.
    #[error("no such payment operation")]
    NotFound,
    /// The payment.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for SettleError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "operation_not_found",
            Self::Payment(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Payment(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }
}

/// Writes a provider's word down: locks the order, then its payments, and writes outcome, ledger, history, states, events
/// and the answer of a checkout that waits for it, in one transaction. Telling the same again changes nothing.
///
/// The answer is that of the checkout, whoever calls.
///
/// # Errors
/// `SettleError`; nothing is written then, and the same word can be told again.
pub async fn settle(sales: &Sales, origin: &Origin, operation_id: OperationId, outcome: &Outcome) -> Result<Answer, SettleError> {
    let tx = sales.context.begin(origin).await?;
    let (_, payment) = payments::find_operation(&tx, operation_id).await?.ok_or(SettleError::NotFound)?;
    let key = OrderKey::Id(OrderId::from_uuid(payment.reference_id));
    let mut order = orders::lock(&tx, key).await?.ok_or(SettleError::NotFound)?;
    let applied = payments::apply_outcome(&tx, operation_id, outcome).await?;
    if applied.changed {
        let provider = sales.providers.get(&order.payment_method);
        let ships_before_payment = provider.is_some_and(|provider| provider.ships_before_payment());
        match (applied.operation.kind, applied.operation.status) {
            (OperationKind::Refund, OperationStatus::Failed) => {
                orders::count_refunded(&tx, order.id).await?;
                orders::restore_gift_cards(&tx, &order).await?;
            }
            (OperationKind::Refund, OperationStatus::Succeeded) => orders::book_allowance(&tx, &order, &applied.operation).await?,
            _ => {}
        }
        settle_money(&tx, &mut order, payment.id, ships_before_payment).await?;
        // Goods left before the money was held: nothing that leaves later would have it taken.
        if applied.operation.kind == OperationKind::Authorise && order.status.is_live() && order.fulfilment_status != FulfilmentStatus::None
        {
            capture_held(&tx, &order).await?;
        }
    }
    let details = orders::details(&tx, order).await?;
    let answer = Answer { status: 201, body: sales.present.order(&details) };
    idempotency::finish_subject(&tx, payment.id.uuid(), &answer).await?;
    tx.commit().await?;
    Ok(answer)
}

/// Asks the provider for an operation, with no transaction open. Whatever is not a clear answer in time is `Unknown`.
pub async fn ask(sales: &Sales, operation: &Operation, payment: &Payment) -> Outcome {
    let call = Call::of(operation, payment);
    let Some(provider) = sales.providers.get(&operation.provider) else {
        tracing::error!(payment.provider = %operation.provider, "a payment waits for a provider that is not configured");
        return Outcome::Unknown;
    };
    let asked = if operation.status == OperationStatus::Pending { provider.execute(&call) } else { provider.query(&call) };
    in_time(asked).await
}

/// A provider's answer, or `Unknown` where none came in time.
pub(super) async fn in_time(asked: impl Future<Output = Outcome>) -> Outcome {
    platform::failpoint("provider.before");
    let outcome = tokio::time::timeout(PROVIDER_PATIENCE, asked).await.unwrap_or(Outcome::Unknown);
    platform::failpoint("provider.after");
    outcome
}
