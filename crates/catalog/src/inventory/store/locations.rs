//! Rows of the stock locations.

use std::collections::HashMap;

use kernel::{Cursor, Page, PageRequest, StockLocationId, Timestamp};
use platform::db::{
    self, Bind, Conditions, ConnectionTrait, DatabaseError, DbBackend, FromQueryResult, ListError, OnBroken, Value, WriteTx,
};
use platform::values;
use uuid::Uuid;

use super::list::{ListRow, page};
use crate::inventory::locations::{LocationAddress, StockLocation};

#[derive(FromQueryResult)]
pub(in crate::inventory) struct LocationRow {
    id: Uuid,
    code: String,
    name: String,
    kind: String,
    priority: i64,
    address: Option<serde_json::Value>,
    active: bool,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str = "id, code, name, kind, priority, address, active, version, created_at, updated_at";

impl ListRow for LocationRow {
    const COLUMNS: &'static str = COLUMNS;
    const FROM: &'static str = "stock_locations";
    const KEYS: [&'static str; 2] = ["priority", "id"];
    const SORT: &'static str = StockLocation::SORT;

    fn place(&self) -> (String, Uuid) {
        (self.priority.to_string(), self.id)
    }

    fn after(cursor: &Cursor) -> Option<[Value; 2]> {
        Some([cursor.value.as_ref()?.parse::<i64>().ok()?.bind(), cursor.id.bind()])
    }
}

impl TryFrom<LocationRow> for StockLocation {
    type Error = DatabaseError;

    fn try_from(row: LocationRow) -> Result<Self, DatabaseError> {
        let address: Option<LocationAddress> =
            row.address.map(serde_json::from_value).transpose().map_err(|_| DatabaseError::corrupt("stock_locations.address"))?;
        Ok(Self {
            id: StockLocationId::from_uuid(row.id),
            code: row.code,
            name: row.name,
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("stock_locations.kind"))?,
            priority: row.priority,
            address,
            active: row.active,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// One location.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_location(db: &impl ConnectionTrait, id: StockLocationId) -> Result<Option<StockLocation>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM stock_locations WHERE id = $1");
    let row: Option<LocationRow> = db::fetch_optional(db, &sql, values![id]).await?;
    row.map(StockLocation::try_from).transpose()
}

/// One location by what programs call it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_location_by_code(db: &impl ConnectionTrait, code: &str) -> Result<Option<StockLocation>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM stock_locations WHERE code = $1");
    let row: Option<LocationRow> = db::fetch_optional(db, &sql, values![code]).await?;
    row.map(StockLocation::try_from).transpose()
}

#[derive(FromQueryResult)]
struct CodeRow {
    id: Uuid,
    code: String,
}

/// The locations that have these codes, in one statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_locations_by_codes(db: &impl ConnectionTrait, codes: &[&str]) -> Result<HashMap<String, StockLocationId>, DatabaseError> {
    if codes.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT id, code FROM stock_locations WHERE code IN ({}) ORDER BY code", db::placeholders(1, codes.len()));
    let rows: Vec<CodeRow> = db::fetch_all(db, &sql, codes.iter().flat_map(|code| values![*code]).collect()).await?;
    Ok(rows.into_iter().map(|row| (row.code, StockLocationId::from_uuid(row.id))).collect())
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// Every location, the default one first: the active one of first priority.
pub(in crate::inventory) async fn location_ids(db: &impl ConnectionTrait) -> Result<Vec<StockLocationId>, DatabaseError> {
    const SELECT: &str = "SELECT id FROM stock_locations ORDER BY active DESC, priority, id";
    let rows: Vec<IdRow> = db::fetch_all(db, SELECT, vec![]).await?;
    Ok(rows.into_iter().map(|row| StockLocationId::from_uuid(row.id)).collect())
}

fn address_of(location: &StockLocation) -> Result<Option<serde_json::Value>, DatabaseError> {
    let json = location.address.as_ref().map(serde_json::to_value).transpose();
    json.map_err(|_| DatabaseError::corrupt("stock_locations.address"))
}

/// Writes a new location; `taken()` where another has its code.
pub(in crate::inventory) async fn insert_location<E: From<DatabaseError>>(
    tx: &WriteTx,
    location: &StockLocation,
    taken: impl FnOnce() -> E,
) -> Result<(), E> {
    const INSERT: &str = "INSERT INTO stock_locations
        (id, code, name, kind, priority, address, active, version, created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $10)";
    let values = values![
        location.id,
        &location.code,
        &location.name,
        location.kind.as_str(),
        location.priority,
        address_of(location)?,
        location.active,
        location.version,
        tx.now(),
        tx.actor().to_string(),
    ];
    let inserted = db::execute(tx, INSERT, values).await.map(drop);
    inserted.on_unique("stock_locations_code_key", "stock_locations.code", taken)
}

/// The location, which nobody else changes until the transaction ends.
pub(in crate::inventory) async fn lock_location(tx: &WriteTx, id: StockLocationId) -> Result<Option<StockLocation>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM stock_locations WHERE id = $1 FOR UPDATE");
    let row: Option<LocationRow> = db::fetch_optional(tx, &sql, values![id]).await?;
    row.map(StockLocation::try_from).transpose()
}

/// Writes the location; false where it has moved on from the version before.
pub(in crate::inventory) async fn update_location(tx: &WriteTx, location: &StockLocation) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE stock_locations SET name = $1, priority = $2, address = $3, active = $4, version = $5, updated_at = $6,
        updated_by = $7 WHERE id = $8 AND version = $5 - 1";
    let values = values![
        &location.name,
        location.priority,
        address_of(location)?,
        location.active,
        location.version,
        location.updated_at,
        tx.actor().to_string(),
        location.id,
    ];
    Ok(db::execute(tx, UPDATE, values).await? == 1)
}

/// Waits until nobody changes stock and keeps everybody from it until the transaction ends. Which locations sell, and in
/// which order, changes for all variants at once; locking each level would take as long and miss those that come.
/// SQLite's one writer is that lock. What follows may take a minute in a shop of a million products, longer than other
/// statements are given.
pub(in crate::inventory) async fn stop_stock(tx: &WriteTx) -> Result<(), DatabaseError> {
    if tx.get_database_backend() == DbBackend::Postgres {
        db::execute(tx, "SET LOCAL statement_timeout = 0", vec![]).await?;
        db::execute(tx, "LOCK TABLE stock_levels IN EXCLUSIVE MODE", vec![]).await?;
    }
    Ok(())
}

/// True where something that lies at a location is promised to somebody.
pub(in crate::inventory) async fn has_reserved(tx: &WriteTx, id: StockLocationId) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (
        SELECT 1 FROM stock_levels WHERE location_id = $1 AND reserved > 0 LIMIT 1) AS reserved";
    Ok(db::fetch_scalar::<i64>(tx, SELECT, values![id]).await? == Some(1))
}

/// Removes the location; `in_use()` where something lies there or ever moved there.
pub(in crate::inventory) async fn delete_location<E: From<DatabaseError>>(
    tx: &WriteTx,
    id: StockLocationId,
    in_use: impl FnOnce() -> E,
) -> Result<(), E> {
    db::execute(tx, "DELETE FROM stock_locations WHERE id = $1", values![id]).await.map(drop).on_foreign(in_use)
}

/// One page of locations, by priority, the lowest first unless `descending`. At most two statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list_locations(db: &impl ConnectionTrait, descending: bool, request: &PageRequest) -> Result<Page<StockLocation>, ListError> {
    let Page { items, has_next, next, total, total_is_estimate } =
        page::<LocationRow>(db, Conditions::default(), descending, request).await?;
    let items = items.into_iter().map(StockLocation::try_from).collect::<Result<_, _>>()?;
    Ok(Page { items, has_next, next, total, total_is_estimate })
}
