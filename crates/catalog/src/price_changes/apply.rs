//! Applying a change of many prices.

use kernel::Origin;
use platform::Context;
use platform::audit::{self, Entry};
use platform::idempotency::{self, Keyed};

use super::error::PriceChangeError;
use super::progress::PriceChangeState;
use super::request::{ChangePrices, lock};
use super::work;

/// Has a job write the prices that are planned, once however often it is asked under the key. A price that somebody else has changed since is
/// left to them.
///
/// # Errors
/// `NotFound`, `NotPossible` where it is not planned, and `Busy` while another one writes prices of the same list.
pub async fn apply(context: &Context, origin: &Origin, command: ChangePrices<'_>) -> Result<Keyed, PriceChangeError> {
    let ChangePrices { id, key, present } = command;
    idempotency::once(context, origin, &key, async |tx| {
        let change = work::start(tx, lock(tx, id).await?, PriceChangeState::Applying).await?;
        audit::record(tx, &Entry::of("price_change.apply_requested", id).after(&change.counts)).await?;
        Ok(present(&change))
    })
    .await
}
