//! Which lists derive their prices, and how far those of one are made.

use kernel::{JobId, PriceListId, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value, WriteTx};
use platform::jobs::{self, NewJob};
use platform::values;
use serde_json::json;
use uuid::Uuid;

use super::super::derivation::DERIVE;
use super::super::model::PriceList;
use super::{MOST, PriceListRow, SELECT};
use crate::exchange_rates::Factor;

/// All lists, for whoever is about to write prices: until the transaction ends none begins to derive, ends it, or does so otherwise, so that no price
/// is computed by a rule that is gone when it is there.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn for_writing(tx: &WriteTx) -> Result<Vec<PriceList>, DatabaseError> {
    const LOCK: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (
            SELECT id FROM price_lists ORDER BY code FOR KEY SHARE
        ) AS locked";
    // Read behind the locks: who waited for one does not see a list that was made meanwhile.
    db::fetch_scalar::<i64>(tx, LOCK, vec![]).await?;
    let sql = format!("{SELECT} ORDER BY code LIMIT $1");
    let rows: Vec<PriceListRow> = db::fetch_all(tx, &sql, values![MOST]).await?;
    rows.into_iter().map(PriceList::try_from).collect()
}

/// The lists that derive their prices, locked, in the order in which [`for_writing`] holds them: nobody writes prices until the transaction ends.
pub(in super::super) async fn derived_for_update(tx: &WriteTx) -> Result<Vec<PriceList>, DatabaseError> {
    let sql = format!("{SELECT} WHERE derives_from_id IS NOT NULL ORDER BY code FOR UPDATE");
    let rows: Vec<PriceListRow> = db::fetch_all(tx, &sql, vec![]).await?;
    rows.into_iter().map(PriceList::try_from).collect()
}

/// Locks all lists in that order, for whoever is about to lock two of them.
pub(in super::super) async fn hold_all(tx: &WriteTx) -> Result<(), DatabaseError> {
    const LOCK: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (
            SELECT id FROM price_lists ORDER BY code FOR UPDATE
        ) AS locked";
    db::fetch_scalar::<i64>(tx, LOCK, vec![]).await.map(drop)
}

/// True where another list derives from this one.
pub(in super::super) async fn is_base(db: &impl ConnectionTrait, id: PriceListId) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM price_lists WHERE derives_from_id = $1 LIMIT 1";
    Ok(db::fetch_scalar::<i64>(db, SELECT, values![id]).await?.is_some())
}

/// Writes by what these lists multiply from now on.
pub(in super::super) async fn set_factors(tx: &WriteTx, changed: &[(PriceListId, Factor)]) -> Result<(), DatabaseError> {
    if changed.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..changed.len()).map(|row| format!("({})", db::placeholders(1 + row * 3, 3))).collect();
    let sql = format!(
        "WITH x(id, numerator, denominator) AS (VALUES {})
        UPDATE price_lists SET derives_numerator = x.numerator, derives_denominator = x.denominator FROM x WHERE price_lists.id = x.id",
        rows.join(", ")
    );
    let values: Vec<Value> = changed.iter().flat_map(|(id, factor)| values![*id, factor.numerator, factor.denominator]).collect();
    db::execute(tx, &sql, values).await.map(drop)
}

/// Has a new job make the derived prices of these lists anew, from the first variant on; one that is at it finds its work begun again.
pub(in super::super) async fn start(tx: &WriteTx, lists: &[PriceListId]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO price_derivations (price_list_id, job_id, derived_until, created_at) VALUES";
    const OR_UPDATE: &str = "ON CONFLICT (price_list_id) DO UPDATE SET job_id = excluded.job_id, derived_until = NULL";
    let jobs: Vec<(PriceListId, JobId)> = lists.iter().map(|list| (*list, JobId::generate())).collect();
    let rows = jobs.iter().map(|(list, job)| values![*list, *job, None::<VariantId>, tx.now()]).collect();
    db::insert_many(tx, INSERT, rows, OR_UPDATE).await?;
    jobs::enqueue_all(tx, jobs.into_iter().map(|(list, job)| NewJob::new(DERIVE, json!(list), tx.now()).known_as(job)).collect()).await
}

#[derive(FromQueryResult)]
struct ProgressRow {
    derived_until: Option<Uuid>,
}

/// How far the derived prices of a list are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The last variant that was looked at.
    pub derived_until: Option<VariantId>,
}

/// How far they are, held until the transaction ends; nothing where all is done.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock_progress(tx: &WriteTx, id: PriceListId) -> Result<Option<Progress>, DatabaseError> {
    const SELECT: &str = "SELECT derived_until FROM price_derivations WHERE price_list_id = $1 FOR UPDATE";
    let row: Option<ProgressRow> = db::fetch_optional(tx, SELECT, values![id]).await?;
    Ok(row.map(|row| Progress { derived_until: row.derived_until.map(VariantId::from_uuid) }))
}

/// Notes that all variants up to this one are done.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn move_on(tx: &WriteTx, id: PriceListId, until: VariantId) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE price_derivations SET derived_until = $2 WHERE price_list_id = $1";
    db::execute(tx, UPDATE, values![id, until]).await.map(drop)
}

/// Notes that all variants are done.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn finish(tx: &WriteTx, id: PriceListId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM price_derivations WHERE price_list_id = $1", values![id]).await.map(drop)
}
