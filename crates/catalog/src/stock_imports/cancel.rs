//! Calling an import off.

use kernel::{Origin, StockImportId};
use platform::Context;
use platform::audit::{self, Entry};
use serde_json::json;

use super::error::StockImportError;
use super::model::{StockImport, StockImportState};
use super::store;

/// Calls an import off: what was done stays, the rest is forgotten. Each piece of the work holds the import, so that nothing is done once
/// this has answered.
///
/// # Errors
/// `NotFound`, and `Over` for one that is done or was called off.
pub async fn cancel(context: &Context, origin: &Origin, id: StockImportId) -> Result<StockImport, StockImportError> {
    let tx = context.begin(origin).await?;
    let import = store::lock(&tx, id).await?.ok_or(StockImportError::NotFound)?;
    if import.state != StockImportState::Queued {
        // On SQLite what ended it may be of the same group, and not durable yet.
        tx.commit().await?;
        return Err(StockImportError::Over);
    }
    store::end(&tx, id, StockImportState::Cancelled).await?;
    let recorded = json!({ "done": import.done_count(), "rows": import.row_count });
    audit::record(&tx, &Entry::of("stock_import.cancelled", id).after(&recorded)).await?;
    let cancelled = StockImport { state: StockImportState::Cancelled, finished_at: Some(tx.now()), ..import };
    tx.commit().await?;
    Ok(cancelled)
}
