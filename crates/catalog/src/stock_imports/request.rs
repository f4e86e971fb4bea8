//! Taking a list of figures in.

use kernel::{FieldErrors, JobId, Origin, StockImportId};
use platform::Context;
use platform::audit::{self, Entry};
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};
use platform::jobs::{self, JobState, NewJob};
use serde_json::json;

use super::error::StockImportError;
use super::model::{MOST_ROWS, StockImport, StockImportState};
use super::read::StockList;
use super::store;
use super::work::WorkStockImport;

/// A list under a key, and how its answer is kept for repetitions.
pub struct RequestStockImport<'a> {
    /// What is to be put into the shop.
    pub list: StockList,
    /// The client's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: &'a (dyn Fn(&StockImport) -> Answer + Send + Sync),
}

/// Takes a list in under a key, once however often it is asked, and has a job put it into the shop.
///
/// # Errors
/// `StockImportError` where there is nothing in it or too much; nothing is taken in then.
pub async fn request(context: &Context, origin: &Origin, command: RequestStockImport<'_>) -> Result<Keyed, StockImportError> {
    let RequestStockImport { list, key, present } = command;
    idempotency::once(context, origin, &key, async |tx| Ok(present(&request_in(tx, list).await?))).await
}

/// The same inside a transaction of the caller, without a key.
///
/// # Errors
/// As [`request`].
pub async fn request_in(tx: &WriteTx, list: StockList) -> Result<StockImport, StockImportError> {
    let StockList { rows, refused } = list;
    if !(1..=MOST_ROWS).contains(&(rows.len() + refused.len())) {
        return Err(FieldErrors::of("rows", format!("must have 1 to {MOST_ROWS} rows")).into());
    }
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    let import = StockImport {
        id: StockImportId::generate(),
        job_id: JobId::generate(),
        state: StockImportState::Queued,
        job_state: Some(JobState::Available),
        row_count: count(rows.len() + refused.len()),
        readable_count: count(rows.len()),
        next_row: 0,
        changed_count: 0,
        unchanged_count: 0,
        refused_count: count(refused.len()),
        finished_at: None,
        created_at: tx.now(),
        created_by: tx.actor().to_string(),
    };
    store::insert(tx, &import, &rows).await?;
    store::insert_refusals(tx, import.id, 0, &refused).await?;
    let job = NewJob::new(WorkStockImport::KIND, json!(import.id), tx.now()).known_as(import.job_id);
    jobs::enqueue(tx, job).await?;
    let recorded = json!({ "rows": import.row_count, "refused": import.refused_count });
    audit::record(tx, &Entry::of("stock_import.requested", import.id).after(&recorded)).await?;
    Ok(import)
}
