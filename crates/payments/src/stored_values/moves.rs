//! The one way in which what is on a gift card or credit changes: by a conditional UPDATE, with its move, its entry in the ledger and its event.

use kernel::{Money, OperationId, StoredValueId};
use platform::db::WriteTx;
use platform::outbox;
use uuid::Uuid;

use super::error::StoredValueError;
use super::events::StoredValueFact;
use super::model::{AdjustReason, MoveKind, StoredValue};
use super::store;
use crate::ledger::{self, Account, Booking, LedgerTransaction, TransactionKind};

/// What changes, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    /// Why.
    pub(crate) kind: MoveKind,
    /// By how much; what is spent is negative.
    pub(crate) amount: Money,
    /// Why staff do it.
    pub(crate) reason: Option<AdjustReason>,
    /// The operation that does it, where a payment does.
    pub(crate) operation_id: Option<OperationId>,
    /// What is paid for; without one it is about the gift card or credit itself.
    pub(crate) reference_id: Option<Uuid>,
}

impl MoveKind {
    /// Where the money comes from or goes to, and what the books call it.
    const fn booked(self) -> (Account, TransactionKind) {
        match self {
            Self::Issued | Self::Adjusted => (Account::Goodwill, TransactionKind::StoredValue),
            Self::Sold => (Account::Revenue, TransactionKind::GiftCardSold),
            Self::CalledOff => (Account::Revenue, TransactionKind::GiftCardReturned),
            Self::Redeemed => (Account::CustomerReceivable, TransactionKind::Capture),
            Self::Returned | Self::Refunded => (Account::CustomerReceivable, TransactionKind::Refund),
        }
    }
}

/// Changes what is on a gift card or credit. It is never overspent: the row's own condition decides, however many spend at once.
///
/// # Errors
/// `NotFound`; `CannotPay` where it is switched off, over, or has less; `TooLittle` where staff take more than there is; `CurrencyMismatch`.
pub(crate) async fn move_by(tx: &WriteTx, id: StoredValueId, change: Change) -> Result<StoredValue, StoredValueError> {
    let Some((value, seq)) = store::change_balance(tx, id, &change).await? else {
        let value = store::find(tx, id).await?.ok_or(StoredValueError::NotFound)?;
        return Err(match change.kind {
            _ if value.balance.currency() != change.amount.currency() => StoredValueError::CurrencyMismatch,
            MoveKind::Redeemed => StoredValueError::CannotPay,
            _ => StoredValueError::TooLittle(value.balance),
        });
    };
    let movement = movement(&value, &change).ok_or_else(|| platform::db::DatabaseError::corrupt("a move of nothing"))?;
    let booking = Booking { operation_id: change.operation_id, reference_id: change.reference_id.unwrap_or(id.uuid()) };
    let transaction_id = ledger::book(tx, booking, &movement).await?;
    store::insert_move(tx, (&value, seq), &change, transaction_id).await?;
    outbox::record(tx, &StoredValueFact::moved(&value, change.kind, change.amount.minor())).await?;
    Ok(value)
}

/// What is owed grows as a credit and shrinks as a debit.
fn movement(value: &StoredValue, change: &Change) -> Option<LedgerTransaction> {
    let ((other, kind), owed) = (change.kind.booked(), value.kind.account());
    let way = if change.amount.minor() > 0 { (owed, other) } else { (other, owed) };
    let amount = Money::new(change.amount.minor().checked_abs()?, change.amount.currency());
    LedgerTransaction::movement(kind, way, amount).ok()
}

/// Puts back what was on gift cards that were sold and taken back: each with what it was sold for.
///
/// # Errors
/// By what went wrong.
pub async fn restore(tx: &WriteTx, cards: &[(StoredValueId, Money)], reference_id: Uuid) -> Result<(), StoredValueError> {
    for (id, amount) in cards {
        let change = Change { kind: MoveKind::Sold, amount: *amount, reason: None, operation_id: None, reference_id: Some(reference_id) };
        move_by(tx, *id, change).await?;
    }
    Ok(())
}

/// Takes back gift cards that were sold and that the caller has locked whole.
///
/// # Errors
/// By what went wrong.
pub async fn call_off(tx: &WriteTx, cards: &[StoredValue], reference_id: Uuid) -> Result<(), StoredValueError> {
    for card in cards {
        let amount = Money::new(-card.balance.minor(), card.balance.currency());
        let change = Change { kind: MoveKind::CalledOff, amount, reason: None, operation_id: None, reference_id: Some(reference_id) };
        move_by(tx, card.id, change).await?;
    }
    Ok(())
}
