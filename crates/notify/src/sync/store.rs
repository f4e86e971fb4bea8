//! Rows of runs and cursors, and what lines are made of.

use std::collections::BTreeMap;

use kernel::{OrderId, Page, PageRequest, StockImportId, SyncRunId, Timestamp, VariantId};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, WriteTx};
use platform::values;
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::SyncRun;

#[derive(FromQueryResult)]
struct RunRow {
    id: Uuid,
    direction: String,
    state: String,
    file: String,
    stock_import_id: Option<Uuid>,
    row_count: i64,
    changed_count: i64,
    refused_count: i64,
    problems: Value,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, direction, state, file, stock_import_id, row_count, changed_count, refused_count, problems, created_at, finished_at";

impl TryFrom<RunRow> for SyncRun {
    type Error = DatabaseError;

    fn try_from(row: RunRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: SyncRunId::from_uuid(row.id),
            direction: row.direction.parse().map_err(|_| DatabaseError::corrupt("sync_runs.direction"))?,
            state: row.state.parse().map_err(|_| DatabaseError::corrupt("sync_runs.state"))?,
            file: row.file,
            stock_import_id: row.stock_import_id.map(StockImportId::from_uuid),
            row_count: row.row_count,
            changed_count: row.changed_count,
            refused_count: row.refused_count,
            problems: serde_json::from_value(row.problems).map_err(|_| DatabaseError::corrupt("sync_runs.problems"))?,
            created_at: row.created_at,
            finished_at: row.finished_at,
        })
    }
}

/// What a server knows a content by; it is asked for what is another one.
#[derive(Debug, Default, FromQueryResult)]
pub(super) struct Validators {
    /// `ETag`.
    pub(super) etag: Option<String>,
    /// `Last-Modified`.
    pub(super) last_modified: Option<String>,
}

/// What the content that was taken last from an address is known by.
pub(super) async fn validators(db: &impl ConnectionTrait, source: &str) -> Result<Validators, DatabaseError> {
    let row = db::fetch_optional(db, "SELECT etag, last_modified FROM sync_sources WHERE source = $1", values![source]).await?;
    Ok(row.unwrap_or_default())
}

pub(super) async fn keep_validators(tx: &WriteTx, source: &str, known_by: &Validators) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE sync_sources SET etag = $1, last_modified = $2, updated_at = $3 WHERE source = $4";
    let Validators { etag, last_modified } = known_by;
    db::execute(tx, UPDATE, values![etag.as_deref(), last_modified.as_deref(), tx.now(), source]).await.map(drop)
}

/// Which content was taken last from a source.
pub(super) async fn last_content(db: &impl ConnectionTrait, source: &str) -> Result<Option<String>, DatabaseError> {
    db::fetch_scalar(db, "SELECT content_hash FROM sync_sources WHERE source = $1", values![source]).await
}

pub(super) async fn keep_content(tx: &WriteTx, source: &str, content_hash: &str) -> Result<(), DatabaseError> {
    const UPSERT: &str = "INSERT INTO sync_sources (source, content_hash, updated_at) VALUES ($1, $2, $3)
        ON CONFLICT (source) DO UPDATE SET content_hash = excluded.content_hash, updated_at = excluded.updated_at";
    db::execute(tx, UPSERT, values![source, content_hash, tx.now()]).await.map(drop)
}

/// How far a target was told; 0 where it never was.
pub(super) async fn cursor(db: &impl ConnectionTrait, target: &str) -> Result<i64, DatabaseError> {
    Ok(db::fetch_scalar(db, "SELECT seq FROM sync_cursors WHERE target = $1", values![target]).await?.unwrap_or(0))
}

pub(super) async fn move_cursor(tx: &WriteTx, target: &str, seq: i64) -> Result<(), DatabaseError> {
    const UPSERT: &str = "INSERT INTO sync_cursors (target, seq, updated_at) VALUES ($1, $2, $3)
        ON CONFLICT (target) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at";
    db::execute(tx, UPSERT, values![target, seq, tx.now()]).await.map(drop)
}

/// Writes a run; `content_hash` is that of a file that is read.
pub(super) async fn insert(tx: &WriteTx, run: &SyncRun, content_hash: Option<&str>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO sync_runs (id, direction, state, file, content_hash, stock_import_id, row_count, changed_count,
        refused_count, problems, created_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let SyncRun { id, direction, state, file, stock_import_id, row_count, changed_count, refused_count, problems, created_at, finished_at } =
        run;
    let (direction, state, problems) = (direction.as_str(), state.as_str(), json!(problems));
    let counts = (*row_count, *changed_count, *refused_count);
    let values = values![
        *id,
        direction,
        state,
        file,
        content_hash,
        *stock_import_id,
        counts.0,
        counts.1,
        counts.2,
        problems,
        *created_at,
        *finished_at
    ];
    db::execute(tx, INSERT, values).await.map(drop)
}

/// Writes how far a run is, and how it ended.
pub(super) async fn update(tx: &WriteTx, run: &SyncRun) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE sync_runs SET state = $1, row_count = $2, changed_count = $3, refused_count = $4, problems = $5,
        finished_at = $6 WHERE id = $7";
    let SyncRun { id, state, row_count, changed_count, refused_count, problems, finished_at, .. } = run;
    let values = values![state.as_str(), *row_count, *changed_count, *refused_count, json!(problems), *finished_at, *id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

/// The run that took a content last.
pub(super) async fn newest_of(db: &impl ConnectionTrait, content_hash: &str) -> Result<Option<SyncRun>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM sync_runs WHERE content_hash = $1 ORDER BY id DESC LIMIT 1");
    let row: Option<RunRow> = db::fetch_optional(db, &sql, values![content_hash]).await?;
    row.map(SyncRun::try_from).transpose()
}

/// A run that nobody else works on until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: SyncRunId) -> Result<Option<SyncRun>, DatabaseError> {
    let row: Option<RunRow> =
        db::fetch_optional(tx, &format!("SELECT {COLUMNS} FROM sync_runs WHERE id = $1 FOR UPDATE"), values![id]).await?;
    row.map(SyncRun::try_from).transpose()
}

/// One page of the runs of both directions.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, newest_first: bool, page: &PageRequest) -> Result<Page<SyncRun>, ListError> {
    let runs = ById { columns: COLUMNS, source: "sync_runs", id: "id" };
    runs.page::<RunRow, SyncRun>(db, Conditions::default(), (page, newest_first), |run| run.id.uuid()).await
}

/// Forgets exports of before; of imports the content is known for ever.
pub(super) async fn forget(tx: &WriteTx, before: Timestamp) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM sync_runs WHERE direction = 'export' AND created_at < $1", values![before]).await.map(drop)
}

#[derive(FromQueryResult)]
struct LevelRow {
    variant_id: Uuid,
    sku: Option<String>,
    code: String,
    on_hand: i64,
}

/// What lies where of these variants, one line each; those without a line have no stock any more.
pub(super) async fn levels(db: &impl ConnectionTrait, variants: &[Uuid]) -> Result<BTreeMap<Uuid, Value>, DatabaseError> {
    let sql = format!(
        "SELECT v.id AS variant_id, v.sku, s.code, l.on_hand FROM stock_levels l JOIN variants v ON v.id = l.variant_id
         JOIN stock_locations s ON s.id = l.location_id WHERE v.tracked AND v.id IN ({}) ORDER BY v.id, s.code",
        db::placeholders(1, variants.len())
    );
    let rows: Vec<LevelRow> = db::fetch_all(db, &sql, variants.iter().flat_map(|id| values![*id]).collect()).await?;
    let mut lines: BTreeMap<Uuid, (Option<String>, Vec<Value>)> = BTreeMap::new();
    for row in rows {
        let line = lines.entry(row.variant_id).or_insert((row.sku, Vec::new()));
        line.1.push(json!({ "location": row.code, "on_hand": row.on_hand }));
    }
    let line = |(id, (sku, levels)): (Uuid, (Option<String>, Vec<Value>))| {
        (id, json!({ "kind": "stock", "id": VariantId::from_uuid(id), "sku": sku, "levels": levels }))
    };
    Ok(lines.into_iter().map(line).collect())
}

#[derive(FromQueryResult)]
struct VariantRow {
    variant_id: Uuid,
}

/// The variants that these orders are of.
pub(super) async fn variants_of(db: &impl ConnectionTrait, orders: &[Uuid]) -> Result<Vec<Uuid>, DatabaseError> {
    let sql = format!(
        "SELECT DISTINCT variant_id FROM order_lines WHERE order_id IN ({}) ORDER BY variant_id",
        db::placeholders(1, orders.len())
    );
    let rows: Vec<VariantRow> = db::fetch_all(db, &sql, orders.iter().flat_map(|id| values![*id]).collect()).await?;
    Ok(rows.into_iter().map(|row| row.variant_id).collect())
}

#[derive(FromQueryResult)]
struct OrderRow {
    id: Uuid,
    number: i64,
    status: String,
    payment_status: String,
    fulfilment_status: String,
    currency: String,
    total_minor: i64,
    tax_minor: i64,
    shipping_minor: i64,
    captured_minor: i64,
    refunded_minor: i64,
    placed_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(FromQueryResult)]
struct LineRow {
    order_id: Uuid,
    variant_id: Uuid,
    sku: Option<String>,
    quantity: i64,
    quantity_cancelled: i64,
    quantity_fulfilled: i64,
    net_minor: i64,
    tax_minor: i64,
    gross_minor: i64,
}

/// These orders as they are, without who placed them.
pub(super) async fn orders(db: &impl ConnectionTrait, orders: &[Uuid]) -> Result<BTreeMap<Uuid, Value>, DatabaseError> {
    let ids = || orders.iter().flat_map(|id| values![*id]).collect();
    let wanted = db::placeholders(1, orders.len());
    let sql = format!(
        "SELECT id, number, status, payment_status, fulfilment_status, currency, total_minor, tax_minor, shipping_minor, captured_minor,
             refunded_minor, placed_at, updated_at FROM orders WHERE id IN ({wanted}) ORDER BY id"
    );
    let rows: Vec<OrderRow> = db::fetch_all(db, &sql, ids()).await?;
    let sql = format!(
        "SELECT order_id, variant_id, sku, quantity, quantity_cancelled, quantity_fulfilled, net_minor, tax_minor, gross_minor
         FROM order_lines WHERE order_id IN ({wanted}) ORDER BY order_id, position, id"
    );
    let mut lines: BTreeMap<Uuid, Vec<Value>> = BTreeMap::new();
    for line in db::fetch_all::<LineRow>(db, &sql, ids()).await? {
        lines.entry(line.order_id).or_default().push(json!({
            "variant_id": VariantId::from_uuid(line.variant_id), "sku": line.sku, "quantity": line.quantity,
            "cancelled": line.quantity_cancelled, "fulfilled": line.quantity_fulfilled, "net_minor": line.net_minor,
            "tax_minor": line.tax_minor, "gross_minor": line.gross_minor,
        }));
    }
    let told = |row: OrderRow| {
        let lines = lines.remove(&row.id).unwrap_or_default();
        let line = json!({
            "kind": "order", "id": OrderId::from_uuid(row.id), "number": row.number, "status": row.status,
            "payment_status": row.payment_status, "fulfilment_status": row.fulfilment_status, "currency": row.currency,
            "total_minor": row.total_minor, "tax_minor": row.tax_minor, "shipping_minor": row.shipping_minor,
            "captured_minor": row.captured_minor, "refunded_minor": row.refunded_minor, "placed_at": row.placed_at,
            "updated_at": row.updated_at, "lines": lines,
        });
        (row.id, line)
    };
    Ok(rows.into_iter().map(told).collect())
}
