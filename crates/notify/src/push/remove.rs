//! Forgetting a browser.

use kernel::{Origin, PushSubscriptionId, UserId};
use platform::Context;

use super::error::PushError;
use super::store;

/// Forgets a browser of one's own, and what was on its way to it: nothing is sent to it after the commit but what was leaving at that moment.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn remove(context: &Context, origin: &Origin, user: UserId, id: PushSubscriptionId) -> Result<(), PushError> {
    let tx = context.begin(origin).await?;
    if !store::remove_own(&tx, user, id).await? {
        return Err(PushError::NotFound);
    }
    Ok(tx.commit().await?)
}
