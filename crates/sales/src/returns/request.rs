//! Asking for a return.

use kernel::{FieldErrors, OrderId, Origin, ReturnId, text};
use platform::Context;
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};

use super::error::ReturnError;
use super::lines::{self, AskedLine};
use super::model::{Return, ReturnAsker};
use super::move_on::{move_on, tell};
use super::states::ReturnStatus;
use super::store;
use crate::orders::{self, OrderKey};
use crate::settings;

/// A note is a remark, not a document.
pub(super) const MOST_NOTE: usize = 500;

/// What somebody wants to send back.
#[derive(Debug, Clone)]
pub struct RequestReturn {
    /// Of which order.
    pub order_id: OrderId,
    /// What.
    pub lines: Vec<AskedLine>,
    /// In their words: up to 500 characters.
    pub note: Option<String>,
    /// Who asks; staff are bound to no time.
    pub asked_by: ReturnAsker,
    /// Whether all of it may come at once; only staff say so.
    pub approved: bool,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&Return) -> Answer,
}

/// Opens a return of pieces that left and that nobody has asked back or paid back: its pieces are set aside under the lock of the order, and
/// the counters of the lines have CHECKs, so that a piece comes back at most once.
///
/// # Errors
/// `ReturnError`; nothing is written then.
pub async fn request(context: &Context, origin: &Origin, mut request: RequestReturn) -> Result<Keyed, ReturnError> {
    parse_words(&mut request)?;
    let key = request.key.clone();
    idempotency::once(context, origin, &key, async |tx| {
        let present = request.present;
        Ok(present(&request_in(tx, request).await?))
    })
    .await
}

fn parse_words(request: &mut RequestReturn) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::new();
    let read = |raw: String| text(&raw, MOST_NOTE);
    request.note = errors.take_optional("note", request.note.take(), read);
    for (place, line) in request.lines.iter_mut().enumerate() {
        line.note = errors.take_optional(format!("lines.{place}.note"), line.note.take(), read);
    }
    if request.approved && request.asked_by == ReturnAsker::Customer {
        errors.add("approved", "is said by staff");
    }
    errors.finish(|| Some(()))
}

async fn request_in(tx: &WriteTx, request: RequestReturn) -> Result<Return, ReturnError> {
    let RequestReturn { order_id, lines: wanted, note, asked_by, approved, .. } = request;
    let order = orders::lock(tx, OrderKey::Id(order_id)).await?.ok_or(ReturnError::OrderNotFound)?;
    let details = orders::details(tx, order).await?;
    if details.fulfilments.is_empty() {
        return Err(ReturnError::NothingSent);
    }
    let window = match asked_by {
        ReturnAsker::Staff => None,
        ReturnAsker::Customer => Some(settings::returning(tx).await?.window_days.ok_or(ReturnError::Disabled)?),
    };
    let lines = lines::ask(&details, wanted, window.map(|days| (days, tx.now())))?;
    let mut back = Return {
        id: ReturnId::generate(),
        order_id,
        status: ReturnStatus::Requested,
        asked_by,
        note,
        staff_note: None,
        rejection: None,
        instructions: None,
        tracking_number: None,
        label_url: None,
        refund_id: None,
        lines,
        approved_at: None,
        ended_at: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        created_by: tx.actor().to_string(),
    };
    store::insert(tx, &back).await?;
    tell(tx, "return.requested", &back).await?;
    if approved {
        lines::approve(&mut back.lines, &[])?;
        back.approved_at = Some(tx.now());
        move_on(tx, &mut back, ReturnStatus::Approved).await?;
        tell(tx, "return.approved", &back).await?;
    }
    Ok(back)
}
