//! Making gift cards: given away by staff, or sold.

use kernel::{Currency, FieldErrors, Money, Origin, StoredValueId, Timestamp, text};
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};
use platform::{Context, Secrets, audit};
use serde_json::json;
use uuid::Uuid;

use super::code::GiftCardCode;
use super::error::StoredValueError;
use super::model::{AdjustReason, MoveKind, StoredValue, StoredValueKind};
use super::moves::{Change, move_by};
use super::store::{self, NewValue};

/// A note is a remark, not a document.
pub(super) const MOST_NOTE: usize = 500;

/// A gift card as staff ask for it.
#[derive(Debug, Clone)]
pub struct NewGiftCardInput {
    /// What is on it.
    pub amount: Money,
    /// Its code, where it is one of another shop's. Absent: the shop thinks of one.
    pub code: Option<String>,
    /// Why it is given away.
    pub reason: String,
    /// It pays for nothing from then on.
    pub expires_at: Option<Timestamp>,
    /// What staff remark, up to 500 characters; nothing that tells of a person, for it stays.
    pub note: Option<String>,
}

/// A gift card that may be made.
#[derive(Debug, Clone)]
pub struct NewGiftCard {
    amount: Money,
    code: Option<GiftCardCode>,
    reason: AdjustReason,
    expires_at: Option<Timestamp>,
    note: Option<String>,
}

impl NewGiftCard {
    /// Reads what came from outside; `now` is the moment after which it may end.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: NewGiftCardInput, now: Timestamp) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        if !(1..=Money::MAX_MINOR).contains(&input.amount.minor()) {
            errors.add("amount", "must be above zero, and no more than any payment is");
        }
        let code = errors.take_optional("code", input.code, |raw| GiftCardCode::parse(&raw));
        let reason = errors.take("reason", input.reason.parse());
        if input.expires_at.is_some_and(|at| at <= now) {
            errors.add("expires_at", "must lie ahead");
        }
        let note = errors.take_optional("note", input.note, |raw| text(&raw, MOST_NOTE));
        errors.finish(|| Some(Self { amount: input.amount, code, reason: reason?, expires_at: input.expires_at, note }))
    }
}

/// Making a gift card under a key.
#[derive(Debug, Clone)]
pub struct IssueGiftCard {
    /// The card.
    pub card: NewGiftCard,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets; the code is not in it.
    pub present: fn(&StoredValue) -> Answer,
}

/// Makes a gift card that is given away. What is on it is owed from now on.
///
/// # Errors
/// `CodeTaken`, or by what went wrong; nothing is written then.
pub async fn issue(context: &Context, origin: &Origin, command: IssueGiftCard) -> Result<Keyed, StoredValueError> {
    let IssueGiftCard { card, key, present } = command;
    idempotency::once(context, origin, &key, async |tx| {
        let id = StoredValueId::generate();
        let code_is_ours = card.code.is_none();
        let code = card.code.clone().map_or_else(|| GiftCardCode::ours(&context.secrets, id), Ok)?;
        let blank = StoredValue { code_is_ours, expires_at: card.expires_at, note: card.note.clone(), ..blank_card((id, &code), card.amount, tx.now()) };
        store::insert(tx, &NewValue { value: &blank, code: Some(&code), sold: None }).await?;
        let change =
            Change { kind: MoveKind::Issued, amount: card.amount, reason: Some(card.reason), operation_id: None, reference_id: None };
        let value = move_by(tx, id, change).await?;
        let said = json!({ "amount_minor": card.amount.minor(), "currency": card.amount.currency(), "reason": card.reason, "expires_at": value.expires_at });
        audit::record(tx, &audit::Entry::of("gift_card.issued", id).after(&said)).await?;
        Ok(present(&value))
    })
    .await
}

/// One piece of a line that was sold as gift cards.
#[derive(Debug, Clone, Copy)]
pub struct SoldCard {
    /// The line.
    pub line: Uuid,
    /// Which piece of it: 1, 2, 3 ….
    pub piece: i64,
    /// What is on it.
    pub amount: Money,
    /// What was paid for with it: the order.
    pub reference_id: Uuid,
}

/// Makes a gift card that was sold; of one piece there is one card, whoever asks how often.
///
/// # Errors
/// By what went wrong.
pub async fn issue_sold(tx: &WriteTx, secrets: &Secrets, sold: SoldCard) -> Result<StoredValue, StoredValueError> {
    let id = StoredValueId::generate();
    let code = GiftCardCode::ours(secrets, id)?;
    let blank = blank_card((id, &code), sold.amount, tx.now());
    store::insert(tx, &NewValue { value: &blank, code: Some(&code), sold: Some((sold.line, sold.piece)) }).await?;
    let change =
        Change { kind: MoveKind::Sold, amount: sold.amount, reason: None, operation_id: None, reference_id: Some(sold.reference_id) };
    move_by(tx, id, change).await
}

/// Makes a gift card with nothing on it, for a refund to go to.
///
/// # Errors
/// By what went wrong.
pub async fn issue_blank(tx: &WriteTx, secrets: &Secrets, currency: Currency) -> Result<StoredValueId, StoredValueError> {
    let id = StoredValueId::generate();
    let code = GiftCardCode::ours(secrets, id)?;
    let blank = blank_card((id, &code), Money::zero(currency), tx.now());
    store::insert(tx, &NewValue { value: &blank, code: Some(&code), sold: None }).await?;
    Ok(id)
}

fn blank_card((id, code): (StoredValueId, &GiftCardCode), amount: Money, now: Timestamp) -> StoredValue {
    StoredValue {
        id,
        kind: StoredValueKind::GiftCard,
        user_id: None,
        code_end: Some(code.end()),
        code_is_ours: true,
        balance: Money::zero(amount.currency()),
        active: true,
        expires_at: None,
        note: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}
