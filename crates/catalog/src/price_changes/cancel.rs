//! Calling a change of many prices off.

use kernel::Origin;
use platform::Context;
use platform::audit::{self, Entry};
use platform::idempotency::{self, Keyed};

use super::error::PriceChangeError;
use super::progress::{PriceChange, PriceChangeState};
use super::request::{ChangePrices, lock};
use super::store;

/// Calls a change off, once however often it is asked under the key: what was written stays, and may be undone. Each piece of the work holds the
/// change, so that nothing is written once this has answered.
///
/// # Errors
/// `NotFound`, and `NotPossible` for one that is over.
pub async fn cancel(context: &Context, origin: &Origin, command: ChangePrices<'_>) -> Result<Keyed, PriceChangeError> {
    let ChangePrices { id, key, present } = command;
    idempotency::once(context, origin, &key, async |tx| {
        let change = lock(tx, id).await?;
        if !change.state.may_become(PriceChangeState::Cancelled) {
            return Err(PriceChangeError::NotPossible(change.state));
        }
        let cancelled = PriceChange { state: PriceChangeState::Cancelled, finished_at: Some(tx.now()), ..change };
        store::update(tx, &cancelled).await?;
        audit::record(tx, &Entry::of("price_change.cancelled", id).after(&cancelled.counts)).await?;
        Ok(present(&cancelled))
    })
    .await
}
