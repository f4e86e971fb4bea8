//! Ordering a refund, in the transaction of what it is for.

use kernel::{DomainError, ErrorKind, FieldErrors, Money, PaymentId, RefundId};
use platform::db::{DatabaseError, WriteTx};
use uuid::Uuid;

use super::model::{Refund, RefundPart, RefundReason, spread};
use super::store;
use crate::payments::{GoesTo, Operation, Payment, PaymentError, return_surplus};

/// Which money goes back.
#[derive(Debug, Clone)]
pub struct OpenRefund {
    /// What was paid for.
    pub reference_id: Uuid,
    /// How much; positive.
    pub amount: Money,
    /// From this payment alone.
    pub from: Option<PaymentId>,
    /// Where it goes.
    pub to: GoesTo,
    /// Why.
    pub reason: RefundReason,
    /// In the words of staff.
    pub note: Option<String>,
}

/// Why money does not go back.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// Zero or less.
    #[error("the amount must be above zero")]
    NotPositive,
    /// Not in the currency of what was paid.
    #[error("it was paid in another currency")]
    CurrencyMismatch,
    /// No money came, or all of it is on its way back.
    #[error("there is no money to give back")]
    NothingLeft,
    /// More than is left.
    #[error("only {0} can be given back")]
    Exceeds(Money),
    /// The payment.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for RefundError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotPositive => "validation_failed",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::NothingLeft => "nothing_to_refund",
            Self::Exceeds(_) => "refund_exceeds_captured",
            Self::Payment(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NothingLeft => ErrorKind::Conflict,
            Self::NotPositive | Self::CurrencyMismatch | Self::Exceeds(_) => ErrorKind::Rule,
            Self::Payment(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> std::collections::BTreeMap<String, Vec<String>> {
        match self {
            Self::NotPositive | Self::CurrencyMismatch | Self::Exceeds(_) => FieldErrors::of("amount", self).into_map(),
            Self::NothingLeft | Self::Payment(_) | Self::Database(_) => std::collections::BTreeMap::new(),
        }
    }
}

/// Writes a refund and its operations down; the caller has those that are open carried out after the commit. The caller holds the locks of what was paid
/// for and of its payments.
///
/// # Errors
/// `RefundError`; the transaction must be rolled back then.
pub async fn open(
    tx: &WriteTx,
    request: OpenRefund,
    (payments, operations): (&[Payment], &[Operation]),
) -> Result<(Refund, Vec<Operation>), RefundError> {
    let amount = request.amount;
    if amount.minor() <= 0 {
        return Err(RefundError::NotPositive);
    }
    let payments: Vec<Payment> = payments.iter().filter(|payment| request.from.is_none_or(|from| from == payment.id)).cloned().collect();
    if payments.iter().any(|payment| payment.amount.currency() != amount.currency()) {
        return Err(RefundError::CurrencyMismatch);
    }
    let parts = spread(amount.minor(), &payments, operations).map_err(|available| match available {
        0 => RefundError::NothingLeft,
        available => RefundError::Exceeds(Money::new(available, amount.currency())),
    })?;
    let mut started = Vec::with_capacity(parts.len());
    for (payment, part) in parts {
        started.push(return_surplus(tx, payment, part, request.to).await?);
    }
    let refund = Refund {
        id: RefundId::generate(),
        reference_id: request.reference_id,
        amount,
        reason: request.reason,
        note: request.note,
        parts: started.iter().map(part_of).collect(),
        created_at: tx.now(),
        created_by: tx.actor().to_string(),
    };
    store::insert(tx, &refund).await?;
    Ok((refund, started))
}

fn part_of(operation: &Operation) -> RefundPart {
    RefundPart {
        operation_id: operation.id,
        payment_id: operation.payment_id,
        provider: operation.provider.clone(),
        amount: operation.amount,
        status: operation.status,
        error_code: None,
    }
}
