//! Working out anew what everybody bought, from the orders themselves.

use kernel::Origin;
use platform::db::{self, DatabaseError};
use platform::{Context, events};

use super::keep::KeepCustomers;
use super::store;

/// Forgets all sums and is told every event once more: tags, groups, notes and ids of customers stay. It returns when the last event
/// was taken; how many were. While it goes on, the sums grow to what they are.
///
/// # Errors
/// `DatabaseError`; doing it again begins anew.
pub async fn rebuild(context: &Context) -> Result<usize, DatabaseError> {
    let keeper = KeepCustomers;
    let tx = context.begin(&Origin::system()).await?;
    db::lock_name(&tx, KeepCustomers::NAME).await?;
    store::forget_sums(&tx).await?;
    events::rewind(&tx, KeepCustomers::NAME).await?;
    tx.commit().await?;
    let mut taken = 0;
    loop {
        match events::deliver_once(context, &keeper).await? {
            0 => return Ok(taken),
            some => taken += some,
        }
    }
}
