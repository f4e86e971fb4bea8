//! Calling a return off.

use kernel::{Origin, ReturnId};
use platform::Context;
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};

use super::error::ReturnError;
use super::model::{Return, ReturnAsker};
use super::move_on::{lock, move_on, refuse_illegal, tell};
use super::states::ReturnStatus;

/// Which return is called off.
#[derive(Debug, Clone)]
pub struct CancelReturn {
    /// Which.
    pub return_id: ReturnId,
    /// Who calls it off: customers only before staff have said anything.
    pub by: ReturnAsker,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&Return) -> Answer,
}

/// Ends a return of which nothing came; its pieces can be asked back again.
///
/// # Errors
/// `ReturnError`; nothing is written then.
pub async fn cancel(context: &Context, origin: &Origin, request: CancelReturn) -> Result<Keyed, ReturnError> {
    idempotency::once(context, origin, &request.key, async |tx| Ok((request.present)(&cancel_in(tx, &request).await?))).await
}

async fn cancel_in(tx: &WriteTx, request: &CancelReturn) -> Result<Return, ReturnError> {
    let (_order, mut back) = lock(tx, request.return_id).await?;
    refuse_illegal(&back, ReturnStatus::Cancelled)?;
    if request.by == ReturnAsker::Customer && back.status != ReturnStatus::Requested {
        return Err(ReturnError::Illegal { from: back.status, to: ReturnStatus::Cancelled });
    }
    move_on(tx, &mut back, ReturnStatus::Cancelled).await?;
    tell(tx, "return.cancelled", &back).await?;
    Ok(back)
}
