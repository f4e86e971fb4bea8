//! Keeping what is put aside.

use kernel::Timestamp;
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

/// Keeps what is put aside for a pending order until then.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn hold_until(tx: &WriteTx, reference_id: Uuid, until: Timestamp) -> Result<(), DatabaseError> {
    store::hold_until(tx, reference_id, until).await
}
