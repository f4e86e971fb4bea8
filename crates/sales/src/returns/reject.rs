//! Not letting a return come.

use kernel::{FieldErrors, Origin, ReturnId, text};
use platform::Context;
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};

use super::error::ReturnError;
use super::model::Return;
use super::move_on::{lock, move_on, refuse_illegal, tell};
use super::request::MOST_NOTE;
use super::states::ReturnStatus;

/// What may not come, and why.
#[derive(Debug, Clone)]
pub struct RejectReturn {
    /// Which return.
    pub return_id: ReturnId,
    /// Why, as the customer reads it: up to 500 characters.
    pub reason: String,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&Return) -> Answer,
}

/// Ends a return before anything came; its pieces can be asked back again.
///
/// # Errors
/// `ReturnError`; nothing is written then.
pub async fn reject(context: &Context, origin: &Origin, request: RejectReturn) -> Result<Keyed, ReturnError> {
    let reason = text(&request.reason, MOST_NOTE).map_err(|error| FieldErrors::of("reason", error))?;
    idempotency::once(context, origin, &request.key, async |tx| Ok((request.present)(&reject_in(tx, &request, reason).await?))).await
}

async fn reject_in(tx: &WriteTx, request: &RejectReturn, reason: String) -> Result<Return, ReturnError> {
    let (_order, mut back) = lock(tx, request.return_id).await?;
    refuse_illegal(&back, ReturnStatus::Rejected)?;
    back.rejection = Some(reason);
    move_on(tx, &mut back, ReturnStatus::Rejected).await?;
    tell(tx, "return.rejected", &back).await?;
    Ok(back)
}
