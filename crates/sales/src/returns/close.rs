//! Ending a return without giving money back for it: what came was mended, or replaced.

use kernel::{Origin, ReturnId};
use platform::Context;
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};

use super::error::ReturnError;
use super::model::Return;
use super::move_on::{lock, move_on, refuse_illegal, tell};
use super::states::ReturnStatus;

/// Which return is over.
#[derive(Debug, Clone)]
pub struct CloseReturn {
    /// Which.
    pub return_id: ReturnId,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&Return) -> Answer,
}

/// Ends a return of which something came. Staff may still give money back for its pieces by a refund of the order.
///
/// # Errors
/// `ReturnError`; nothing is written then.
pub async fn close(context: &Context, origin: &Origin, request: CloseReturn) -> Result<Keyed, ReturnError> {
    idempotency::once(context, origin, &request.key, async |tx| Ok((request.present)(&close_in(tx, &request).await?))).await
}

async fn close_in(tx: &WriteTx, request: &CloseReturn) -> Result<Return, ReturnError> {
    let (_order, mut back) = lock(tx, request.return_id).await?;
    refuse_illegal(&back, ReturnStatus::Closed)?;
    move_on(tx, &mut back, ReturnStatus::Closed).await?;
    tell(tx, "return.closed", &back).await?;
    Ok(back)
}
