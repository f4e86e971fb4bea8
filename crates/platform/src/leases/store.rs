//! Rows of leases.

use chrono::TimeDelta;
use kernel::Timestamp;
use uuid::Uuid;

use crate::db::{self, ConnectionTrait, DatabaseError, WriteTx};
use crate::values;

/// Takes or prolongs a lease; false where another holder's runs. The row is locked until the commit: whoever lost the lease writes
/// nothing in this transaction, and nobody gets it before.
pub(crate) async fn hold(tx: &WriteTx, name: &str, holder: Uuid, time: TimeDelta) -> Result<bool, DatabaseError> {
    const UPSERT: &str = "INSERT INTO leases (name, holder, held_until) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
        WHERE leases.holder = excluded.holder OR leases.held_until < $4";
    Ok(db::execute(tx, UPSERT, values![name, holder, tx.now() + time, tx.now()]).await? == 1)
}

/// True where it is of no use to try; takes no lock.
pub(crate) async fn is_held_by_another(db: &impl ConnectionTrait, name: &str, holder: Uuid, now: Timestamp) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM leases WHERE name = $1 AND holder <> $2 AND held_until >= $3";
    Ok(db::fetch_scalar::<i64>(db, SELECT, values![name, holder, now]).await?.is_some())
}
