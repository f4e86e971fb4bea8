//! Rows of imports of stock.

use kernel::{JobId, Page, PageRequest, StockImportId, Timestamp};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{MOST_REFUSALS, Refusal, StockImport, StockImportState, StockRow};

/// Rows of a chunk: one is read for each piece of work.
const CHUNK: usize = 250;

#[derive(FromQueryResult)]
struct ImportRow {
    id: Uuid,
    job_id: Uuid,
    state: String,
    job_state: Option<String>,
    row_count: i64,
    readable_count: i64,
    next_row: i64,
    changed_count: i64,
    unchanged_count: i64,
    refused_count: i64,
    finished_at: Option<Timestamp>,
    created_at: Timestamp,
    created_by: String,
}

const COLUMNS: &str = "i.id, i.job_id, i.state, j.state AS job_state, i.row_count, i.readable_count, i.next_row, i.changed_count,
    i.unchanged_count, i.refused_count, i.finished_at, i.created_at, i.created_by";
const SOURCE: &str = "stock_imports i LEFT JOIN jobs j ON j.id = i.job_id";

impl TryFrom<ImportRow> for StockImport {
    type Error = DatabaseError;

    fn try_from(row: ImportRow) -> Result<Self, DatabaseError> {
        let job_state = row.job_state.map(|word| word.parse()).transpose();
        Ok(Self {
            id: StockImportId::from_uuid(row.id),
            job_id: JobId::from_uuid(row.job_id),
            state: row.state.parse().map_err(|_| DatabaseError::corrupt("stock_imports.state"))?,
            job_state: job_state.map_err(|_| DatabaseError::corrupt("jobs.state"))?,
            row_count: row.row_count,
            readable_count: row.readable_count,
            next_row: row.next_row,
            changed_count: row.changed_count,
            unchanged_count: row.unchanged_count,
            refused_count: row.refused_count,
            finished_at: row.finished_at,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

/// Writes a new import with its rows.
pub(super) async fn insert(tx: &WriteTx, import: &StockImport, rows: &[StockRow]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO stock_imports (id, job_id, state, row_count, readable_count, refused_count, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    const INSERT_CHUNKS: &str = "INSERT INTO stock_import_chunks (import_id, first_row, rows) VALUES";
    let StockImport { id, job_id, row_count, readable_count, refused_count, created_at, created_by, .. } = import;
    let values = values![*id, *job_id, import.state.as_str(), *row_count, *readable_count, *refused_count, *created_at, created_by];
    db::execute(tx, INSERT, values).await?;
    let mut chunks = Vec::new();
    for (number, chunk) in rows.chunks(CHUNK).enumerate() {
        let first_row = i64::try_from(number * CHUNK).unwrap_or(i64::MAX);
        let json = serde_json::to_value(chunk).map_err(|_| DatabaseError::corrupt("stock_import_chunks.rows"))?;
        chunks.push(values![*id, first_row, json]);
    }
    db::insert_many(tx, INSERT_CHUNKS, chunks, "").await.map(drop)
}

/// An import that nobody else works on or calls off until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: StockImportId) -> Result<Option<StockImport>, DatabaseError> {
    let row: Option<ImportRow> =
        db::fetch_optional(tx, &format!("SELECT {COLUMNS} FROM {SOURCE} WHERE i.id = $1 FOR UPDATE OF i"), values![id]).await?;
    row.map(StockImport::try_from).transpose()
}

#[derive(FromQueryResult)]
struct ChunkRow {
    first_row: i64,
    rows: serde_json::Value,
}

/// The rows that come next, as many as lie together.
pub(super) async fn rows(tx: &WriteTx, import: &StockImport) -> Result<Vec<StockRow>, DatabaseError> {
    const SELECT: &str = "SELECT first_row, rows FROM stock_import_chunks WHERE import_id = $1 AND first_row <= $2
        ORDER BY first_row DESC LIMIT 1";
    let Some(chunk) = db::fetch_optional::<ChunkRow>(tx, SELECT, values![import.id, import.next_row]).await? else { return Ok(Vec::new()) };
    let rows: Vec<StockRow> = serde_json::from_value(chunk.rows).map_err(|_| DatabaseError::corrupt("stock_import_chunks.rows"))?;
    let done = usize::try_from(import.next_row - chunk.first_row).unwrap_or(usize::MAX);
    Ok(rows.into_iter().skip(done).collect())
}

/// What became of some rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dealt {
    pub(super) rows: i64,
    pub(super) changed: i64,
    pub(super) unchanged: i64,
    pub(super) refused: i64,
}

/// Notes what became of the next rows; an import without more is done.
pub(super) async fn advance(tx: &WriteTx, import: StockImport, dealt: Dealt) -> Result<StockImport, DatabaseError> {
    const UPDATE: &str =
        "UPDATE stock_imports SET next_row = $1, changed_count = $2, unchanged_count = $3, refused_count = $4 WHERE id = $5";
    let import = StockImport {
        next_row: import.next_row + dealt.rows,
        changed_count: import.changed_count + dealt.changed,
        unchanged_count: import.unchanged_count + dealt.unchanged,
        refused_count: import.refused_count + dealt.refused,
        ..import
    };
    let StockImport { next_row, changed_count, unchanged_count, refused_count, id, .. } = import;
    db::execute(tx, UPDATE, values![next_row, changed_count, unchanged_count, refused_count, id]).await?;
    if next_row < import.readable_count {
        return Ok(import);
    }
    end(tx, id, StockImportState::Done).await?;
    Ok(StockImport { state: StockImportState::Done, finished_at: Some(tx.now()), ..import })
}

/// Ends an import and forgets its rows.
pub(super) async fn end(tx: &WriteTx, id: StockImportId, state: StockImportState) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE stock_imports SET state = $1, finished_at = $2 WHERE id = $3";
    db::execute(tx, UPDATE, values![state.as_str(), tx.now(), id]).await?;
    db::execute(tx, "DELETE FROM stock_import_chunks WHERE import_id = $1", values![id]).await.map(drop)
}

/// Keeps why rows were refused, numbered on from those that are known, where there are not too many of them already.
pub(super) async fn insert_refusals(tx: &WriteTx, id: StockImportId, known: i64, refusals: &[Refusal]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO stock_import_refusals (import_id, number, line, sku, location, message) VALUES";
    let row = |(number, refusal): (i64, &Refusal)| values![id, number, refusal.line, &refusal.sku, &refusal.location, &refusal.message];
    db::insert_many(tx, INSERT, (known..MOST_REFUSALS).zip(refusals).map(row).collect(), "").await.map(drop)
}

pub(super) async fn forget(tx: &WriteTx, before: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str =
        "DELETE FROM stock_imports WHERE id IN (SELECT id FROM stock_imports WHERE created_at < $1 ORDER BY created_at, id LIMIT $2)";
    db::execute(tx, DELETE, values![before, most]).await
}

/// One import.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: StockImportId) -> Result<Option<StockImport>, DatabaseError> {
    let row: Option<ImportRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM {SOURCE} WHERE i.id = $1"), values![id]).await?;
    row.map(StockImport::try_from).transpose()
}

/// One page of the imports, in the order in which they were asked for.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, newest_first: bool, page: &PageRequest) -> Result<Page<StockImport>, ListError> {
    let imports = ById { columns: COLUMNS, source: SOURCE, id: "i.id" };
    imports.page::<ImportRow, StockImport>(db, Conditions::default(), (page, newest_first), |import| import.id.uuid()).await
}

#[derive(FromQueryResult)]
struct RefusalRow {
    line: i64,
    sku: String,
    location: String,
    message: String,
}

/// The rows of an import that were refused, as many as are kept, in the order of their lines.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn refusals(db: &impl ConnectionTrait, id: StockImportId) -> Result<Vec<Refusal>, DatabaseError> {
    const SELECT: &str = "SELECT line, sku, location, message FROM stock_import_refusals WHERE import_id = $1 ORDER BY line, number";
    let rows: Vec<RefusalRow> = db::fetch_all(db, SELECT, values![id]).await?;
    let refusal = |RefusalRow { line, sku, location, message }| Refusal { line, sku, location, message };
    Ok(rows.into_iter().map(refusal).collect())
}
