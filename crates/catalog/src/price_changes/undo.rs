//! Taking a change of many prices back.

use kernel::Origin;
use platform::Context;
use platform::audit::{self, Entry};
use platform::idempotency::{self, Keyed};

use super::error::PriceChangeError;
use super::progress::PriceChangeState;
use super::request::{ChangePrices, lock};
use super::work;

/// Has a job write the prices back that were written, once however often it is asked under the key: of a change that is applied, and of one that
/// was cancelled on the way. A price that somebody else has changed since is left to them.
///
/// # Errors
/// `NotFound`, `NotPossible`, `NothingToUndo`, and `Busy` while another one writes prices of the same list.
pub async fn undo(context: &Context, origin: &Origin, command: ChangePrices<'_>) -> Result<Keyed, PriceChangeError> {
    let ChangePrices { id, key, present } = command;
    idempotency::once(context, origin, &key, async |tx| {
        let change = lock(tx, id).await?;
        let has_nothing = change.counts.applied == 0 && change.state.may_become(PriceChangeState::Undoing);
        if has_nothing {
            return Err(PriceChangeError::NothingToUndo);
        }
        let change = work::start(tx, change, PriceChangeState::Undoing).await?;
        audit::record(tx, &Entry::of("price_change.undo_requested", id).after(&change.counts)).await?;
        Ok(present(&change))
    })
    .await
}
