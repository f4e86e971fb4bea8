//! Putting right what is on a gift card or credit, and giving credit to a customer.

use accounts::users;
use kernel::{Currency, FieldErrors, Money, Origin, StoredValueId, UserId};
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, Key, Keyed};
use platform::{Context, audit};
use serde_json::json;

use super::error::StoredValueError;
use super::model::{AdjustReason, MoveKind, StoredValue, StoredValueKind};
use super::moves::{Change, move_by};
use super::store;

/// What is put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdjustTarget {
    /// A gift card.
    GiftCard(StoredValueId),
    /// What a customer has on account in the currency of the amount.
    CreditOf(UserId),
}

/// An amount put right under a key.
#[derive(Debug, Clone)]
pub struct AdjustStoredValue {
    /// Of what.
    pub target: AdjustTarget,
    /// By how much; what is taken away is negative.
    pub amount: Money,
    /// Why.
    pub reason: AdjustReason,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&StoredValue) -> Answer,
}

/// Puts right what is on a gift card, or gives credit to a customer, who has it from the first time on.
///
/// # Errors
/// `NotFound`, `NoCustomer`, `CurrencyMismatch`, `TooLittle` where more is to go than is there; nothing is written then.
pub async fn adjust(context: &Context, origin: &Origin, command: AdjustStoredValue) -> Result<Keyed, StoredValueError> {
    if command.amount.minor() == 0 || command.amount.minor().saturating_abs() > Money::MAX_MINOR {
        return Err(FieldErrors::of("amount", "must not be zero, and no more than any payment is").into());
    }
    idempotency::once(context, origin, &command.key, async |tx| {
        let id = match command.target {
            AdjustTarget::GiftCard(id) => gift_card(tx, id).await?,
            AdjustTarget::CreditOf(user) if users::find(tx, user).await?.is_none() => return Err(StoredValueError::NoCustomer),
            AdjustTarget::CreditOf(user) => ensure_credit(tx, user, command.amount.currency()).await?,
        };
        let change = Change {
            kind: MoveKind::Adjusted,
            amount: command.amount,
            reason: Some(command.reason),
            operation_id: None,
            reference_id: None,
        };
        let value = move_by(tx, id, change).await?;
        let said = json!({ "amount_minor": command.amount.minor(), "currency": command.amount.currency(), "reason": command.reason });
        audit::record(tx, &audit::Entry::of("stored_value.adjusted", id).after(&said)).await?;
        Ok((command.present)(&value))
    })
    .await
}

async fn gift_card(tx: &WriteTx, id: StoredValueId) -> Result<StoredValueId, StoredValueError> {
    let value = store::find(tx, id).await?.filter(|value| value.kind == StoredValueKind::GiftCard);
    value.map(|value| value.id).ok_or(StoredValueError::NotFound)
}

/// The credit of a customer in a currency, which is made where there is none yet; two who make it at once make one.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn ensure_credit(tx: &WriteTx, user: UserId, currency: Currency) -> Result<StoredValueId, DatabaseError> {
    if let Some(credit) = store::credit_of(tx, user, currency).await? {
        return Ok(credit.id);
    }
    let blank = StoredValue {
        id: StoredValueId::generate(),
        kind: StoredValueKind::StoreCredit,
        user_id: Some(user),
        code_end: None,
        code_is_ours: false,
        balance: Money::zero(currency),
        active: true,
        expires_at: None,
        note: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    store::insert_credit(tx, &blank).await?;
    let made = store::credit_of(tx, user, currency).await?;
    made.map(|credit| credit.id).ok_or_else(|| DatabaseError::corrupt("the credit of a customer"))
}
