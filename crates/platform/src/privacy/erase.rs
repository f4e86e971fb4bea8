//! Forgetting people: each place empties what it knows, all in one transaction.

use kernel::UserId;

use super::place::Places;
use crate::audit::{self, Entry};
use crate::db::{DatabaseError, WriteTx};

/// Has every place forget this person, in one transaction of the caller, with a record of the audit log that tells only the id.
///
/// # Errors
/// `DatabaseError`, by what went wrong; nothing is forgotten then.
pub async fn erase_in(tx: &WriteTx, places: &Places, user: UserId) -> Result<(), DatabaseError> {
    for place in places.iter() {
        place.erase(tx, user).await?;
    }
    audit::record(tx, &Entry::of("user.erased", user)).await
}
