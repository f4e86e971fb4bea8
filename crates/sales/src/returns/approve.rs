//! Letting a return come, or a part of it.

use kernel::{FieldErrors, OrderLineId, Origin, Quantity, ReturnId, text};
use platform::Context;
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};

use super::error::ReturnError;
use super::lines;
use super::model::Return;
use super::move_on::{lock, move_on, refuse_illegal, tell};
use super::states::ReturnStatus;
use crate::fulfilments::web_address;

/// How a parcel comes back is told in a paragraph.
pub(super) const MOST_INSTRUCTIONS: usize = 2_000;

/// What may come.
#[derive(Debug, Clone)]
pub struct ApproveReturn {
    /// Which return.
    pub return_id: ReturnId,
    /// How many of which lines; empty: all that is asked.
    pub lines: Vec<(OrderLineId, Quantity)>,
    /// How the parcel comes back: up to 2,000 characters.
    pub instructions: Option<String>,
    /// Where its label is.
    pub label_url: Option<String>,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&Return) -> Answer,
}

/// Lets the pieces come; those that may not can be asked back again.
///
/// # Errors
/// `ReturnError`; nothing is written then.
pub async fn approve(context: &Context, origin: &Origin, request: ApproveReturn) -> Result<Keyed, ReturnError> {
    let mut errors = FieldErrors::new();
    let instructions = errors.take_optional("instructions", request.instructions.as_deref(), |raw| text(raw, MOST_INSTRUCTIONS));
    let label_url = errors.take_optional("label_url", request.label_url.as_deref(), web_address);
    let words = errors.finish(|| Some((instructions, label_url)))?;
    idempotency::once(context, origin, &request.key, async |tx| Ok((request.present)(&approve_in(tx, &request, words).await?))).await
}

async fn approve_in(
    tx: &WriteTx,
    request: &ApproveReturn,
    (instructions, label_url): (Option<String>, Option<String>),
) -> Result<Return, ReturnError> {
    let (_order, mut back) = lock(tx, request.return_id).await?;
    refuse_illegal(&back, ReturnStatus::Approved)?;
    lines::approve(&mut back.lines, &request.lines)?;
    (back.instructions, back.label_url, back.approved_at) = (instructions, label_url, Some(tx.now()));
    move_on(tx, &mut back, ReturnStatus::Approved).await?;
    tell(tx, "return.approved", &back).await?;
    Ok(back)
}
