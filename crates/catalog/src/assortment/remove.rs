//! Removing variants that a product is to have no more.

use kernel::VariantId;
use platform::db::{DatabaseError, OnBroken, WriteTx};

use crate::{inventory, variants};

/// Deletes the variants for good; answers those that stock, carts or orders name, which have to be archived instead.
pub(super) async fn delete_unused(tx: &WriteTx, ids: &[VariantId]) -> Result<Vec<VariantId>, DatabaseError> {
    if ids.is_empty() || delete_all(tx, ids).await? {
        return Ok(Vec::new());
    }
    let mut used = Vec::new();
    for id in ids {
        if ids.len() == 1 || !delete_all(tx, &[*id]).await? {
            used.push(*id);
        }
    }
    Ok(used)
}

/// Deletes all of them, or, where one is named by something, none: then the answer is false.
pub(super) async fn delete_all(tx: &WriteTx, ids: &[VariantId]) -> Result<bool, DatabaseError> {
    let part = tx.savepoint().await?;
    let deleted = inventory::forget(&part, ids).await? && is_deleted(&part, ids).await?;
    if deleted {
        part.commit().await?
    } else {
        part.rollback().await?
    }
    Ok(deleted)
}

async fn is_deleted(part: &WriteTx, ids: &[VariantId]) -> Result<bool, DatabaseError> {
    match variants::delete(part, ids).await.on_foreign(|| Refused::InUse) {
        Ok(()) => Ok(true),
        Err(Refused::InUse) => Ok(false),
        Err(Refused::Database(error)) => Err(error),
    }
}

enum Refused {
    InUse,
    Database(DatabaseError),
}

impl From<DatabaseError> for Refused {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}
