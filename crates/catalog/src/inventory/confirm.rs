//! Keeping what is put aside.

use platform::db::{DatabaseError, WriteTx};
use uuid::Uuid;

use super::store;

/// Takes the expiry off the holds of a confirmed order; doing it again changes nothing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn confirm(tx: &WriteTx, reference_id: Uuid) -> Result<(), DatabaseError> {
    store::keep_holds(tx, reference_id).await
}
