//! Rows of the tax zones.

use kernel::{Page, PageRequest, TaxZoneId, Timestamp, fold};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::TaxZone;

#[derive(FromQueryResult)]
struct TaxZoneRow {
    id: Uuid,
    name: String,
    places: serde_json::Value,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str = "id, name, places, version, created_at, updated_at";

impl TryFrom<TaxZoneRow> for TaxZone {
    type Error = DatabaseError;

    fn try_from(row: TaxZoneRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: TaxZoneId::from_uuid(row.id),
            name: row.name,
            places: serde_json::from_value(row.places).map_err(|_| DatabaseError::corrupt("tax_zones.places"))?,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

async fn fetch(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Vec<TaxZone>, DatabaseError> {
    let rows: Vec<TaxZoneRow> = db::fetch_all(db, &format!("SELECT {COLUMNS} FROM tax_zones {rest}"), values).await?;
    rows.into_iter().map(TaxZone::try_from).collect()
}

/// All zones of the shop, by id.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<TaxZone>, DatabaseError> {
    fetch(db, "ORDER BY id", vec![]).await
}

/// One zone.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: TaxZoneId) -> Result<Option<TaxZone>, DatabaseError> {
    Ok(fetch(db, "WHERE id = $1", values![id]).await?.pop())
}

/// The zone, which nobody else changes until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: TaxZoneId) -> Result<Option<TaxZone>, DatabaseError> {
    Ok(fetch(tx, "WHERE id = $1 FOR UPDATE", values![id]).await?.pop())
}

/// Which zones are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxZoneQuery {
    /// The newest first (`-created_at`), else the oldest (`created_at`).
    pub newest_first: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the zones in order of creation. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &TaxZoneQuery) -> Result<Page<TaxZone>, ListError> {
    let zones = ById { columns: COLUMNS, source: "tax_zones", id: "id" };
    let order = (&query.page, query.newest_first);
    zones.page::<TaxZoneRow, TaxZone>(db, Conditions::default(), order, |zone| zone.id.uuid()).await
}

/// How many zones the shop has.
pub(super) async fn count(db: &impl ConnectionTrait) -> Result<i64, DatabaseError> {
    Ok(db::fetch_scalar(db, "SELECT CAST(COUNT(*) AS BIGINT) FROM tax_zones", vec![]).await?.unwrap_or(0))
}

const INSERT: &str = "INSERT INTO tax_zones (name, name_key, places, version, updated_at, updated_by, id, created_at, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $5, $6)";
const UPDATE: &str = "UPDATE tax_zones SET name = $1, name_key = $2, places = $3, version = $4, updated_at = $5, updated_by = $6
    WHERE id = $7 AND version = $4 - 1";

/// A row of `tax_zones`, in the order of both statements.
fn row(tx: &WriteTx, zone: &TaxZone) -> Result<Vec<db::Value>, DatabaseError> {
    let places = serde_json::to_value(&zone.places).map_err(|_| DatabaseError::corrupt("tax_zones.places"))?;
    let (key, actor) = (fold(&zone.name), tx.actor().to_string());
    Ok(values![&zone.name, key, places, zone.version, zone.updated_at, actor, zone.id])
}

/// Inserts the zone; `taken` where another one has its name.
pub(super) async fn insert<E: From<DatabaseError>>(tx: &WriteTx, zone: &TaxZone, taken: impl FnOnce() -> E) -> Result<(), E> {
    db::execute(tx, INSERT, row(tx, zone)?).await.map(drop).on_unique("tax_zones_name_key", "tax_zones.name_key", taken)
}

/// Writes the zone, whose lock the caller holds; `taken` where another one has its name.
pub(super) async fn update<E: From<DatabaseError>>(tx: &WriteTx, zone: &TaxZone, taken: impl FnOnce() -> E) -> Result<(), E> {
    db::execute(tx, UPDATE, row(tx, zone)?).await.map(drop).on_unique("tax_zones_name_key", "tax_zones.name_key", taken)
}

/// Deletes the zone; `in_use` where a tax rate belongs to it.
pub(super) async fn delete<E: From<DatabaseError>>(tx: &WriteTx, id: TaxZoneId, in_use: impl FnOnce() -> E) -> Result<(), E> {
    db::execute(tx, "DELETE FROM tax_zones WHERE id = $1", values![id]).await.map(drop).on_foreign(in_use)
}
