//! Counting anew what was sold of each product, from the orders themselves.

use kernel::Origin;
use platform::db::{self, DatabaseError};
use platform::{Context, events};

use super::follow::CountProducts;
use super::store;

/// Forgets all figures and is told every event once more, with the days of the time zone that the shop has now. It returns when the last
/// event was taken; how many were. While it goes on, the figures grow to what they are.
///
/// # Errors
/// `DatabaseError`; doing it again begins anew.
pub async fn rebuild(context: &Context) -> Result<usize, DatabaseError> {
    let tx = context.begin(&Origin::system()).await?;
    db::lock_name(&tx, CountProducts::NAME).await?;
    store::forget(&tx).await?;
    events::rewind(&tx, CountProducts::NAME).await?;
    tx.commit().await?;
    let mut taken = 0;
    loop {
        match events::deliver_once(context, &CountProducts).await? {
            0 => return Ok(taken),
            some => taken += some,
        }
    }
}
