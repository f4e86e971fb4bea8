//! Rows of the tax rates.

use std::sync::Arc;

use kernel::{Country, Page, PageRequest, Ppm, TaxRateId, TaxZoneId, Timestamp};
use platform::db::{
    self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken, RulesStamp, StandingRules, WriteTx,
};
use platform::values;
use uuid::Uuid;

use super::model::{TaxPlace, TaxRate};
use super::table::TaxRates;
use crate::places::Place;
use crate::tax_zones;

#[derive(FromQueryResult)]
struct TaxRateRow {
    id: Uuid,
    name: String,
    country: Option<String>,
    region: Option<String>,
    zone_id: Option<Uuid>,
    tax_class: String,
    rate_ppm: i64,
    compound: bool,
    position: i64,
    shipping_taxed: bool,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str =
    "id, name, country, region, zone_id, tax_class, rate_ppm, compound, position, shipping_taxed, version, created_at, updated_at";

impl TryFrom<TaxRateRow> for TaxRate {
    type Error = DatabaseError;

    fn try_from(row: TaxRateRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: TaxRateId::from_uuid(row.id),
            name: row.name,
            place: place((row.country, row.region), row.zone_id)?,
            tax_class: row.tax_class,
            rate: Ppm::try_from(row.rate_ppm).map_err(|_| DatabaseError::corrupt("tax_rates.rate_ppm"))?,
            compound: row.compound,
            position: row.position,
            shipping_taxed: row.shipping_taxed,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn place((country, region): (Option<String>, Option<String>), zone_id: Option<Uuid>) -> Result<TaxPlace, DatabaseError> {
    if let Some(zone_id) = zone_id.map(TaxZoneId::from_uuid) {
        return Ok(TaxPlace::Zone { zone_id });
    }
    let country = country.and_then(|code| code.parse().ok()).ok_or_else(|| DatabaseError::corrupt("tax_rates.country"))?;
    Ok(TaxPlace::In(Place { country, region }))
}

async fn all(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Vec<TaxRate>, DatabaseError> {
    let rows: Vec<TaxRateRow> = db::fetch_all(db, &format!("SELECT {COLUMNS} FROM tax_rates {rest}"), values).await?;
    rows.into_iter().map(TaxRate::try_from).collect()
}

impl StandingRules for TaxRates {
    async fn read(db: &impl ConnectionTrait) -> Result<Self, DatabaseError> {
        Ok(Self::of(all(db, "ORDER BY id", vec![]).await?, tax_zones::all(db).await?))
    }
}

impl TaxRates {
    /// As they stand under this stamp.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn standing(db: &impl ConnectionTrait, stamp: &RulesStamp) -> Result<Arc<Self>, DatabaseError> {
        db::standing_rules(db, stamp).await
    }
}

/// One rate.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: TaxRateId) -> Result<Option<TaxRate>, DatabaseError> {
    Ok(all(db, "WHERE id = $1", values![id]).await?.pop())
}

/// The rate, which nobody else changes until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: TaxRateId) -> Result<Option<TaxRate>, DatabaseError> {
    Ok(all(tx, "WHERE id = $1 FOR UPDATE", values![id]).await?.pop())
}

/// Which rates are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRateQuery {
    /// Of these countries alone; none at all where the list is empty.
    pub countries: Option<Vec<Country>>,
    /// Of this zone alone.
    pub zone_id: Option<TaxZoneId>,
    /// The newest first (`-created_at`), else the oldest (`created_at`).
    pub newest_first: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the rates in order of creation, which is the order of their ids. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &TaxRateQuery) -> Result<Page<TaxRate>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.is("zone_id", query.zone_id);
    if let Some(countries) = &query.countries {
        narrowed.is_among("country", countries.iter().map(|country| country.code()));
        if countries.is_empty() {
            narrowed.add("FALSE");
        }
    }
    let rates = ById { columns: COLUMNS, source: "tax_rates", id: "id" };
    rates.page::<TaxRateRow, TaxRate>(db, narrowed, (&query.page, query.newest_first), |rate| rate.id.uuid()).await
}

/// How many rates the country, with its regions, or the zone has.
pub(super) async fn count_at(db: &impl ConnectionTrait, place: &TaxPlace) -> Result<i64, DatabaseError> {
    let counted = match place {
        TaxPlace::In(place) => {
            db::fetch_scalar(db, "SELECT CAST(COUNT(*) AS BIGINT) FROM tax_rates WHERE country = $1", values![place.country.code()]).await?
        }
        TaxPlace::Zone { zone_id } => {
            db::fetch_scalar(db, "SELECT CAST(COUNT(*) AS BIGINT) FROM tax_rates WHERE zone_id = $1", values![*zone_id]).await?
        }
    };
    Ok(counted.unwrap_or(0))
}

const INSERT: &str =
    "INSERT INTO tax_rates (name, country, region, zone_id, tax_class, rate_ppm, compound, position, shipping_taxed, version,
    updated_at, updated_by, id, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $11, $12)";
const UPDATE: &str =
    "UPDATE tax_rates SET name = $1, country = $2, region = $3, zone_id = $4, tax_class = $5, rate_ppm = $6, compound = $7,
    position = $8, shipping_taxed = $9, version = $10, updated_at = $11, updated_by = $12 WHERE id = $13 AND version = $10 - 1";

/// A row of `tax_rates`, in the order of both statements.
fn row(tx: &WriteTx, rate: &TaxRate) -> Vec<db::Value> {
    let (country, region, zone_id) = match &rate.place {
        TaxPlace::In(place) => (Some(place.country.code()), place.region.as_deref(), None),
        TaxPlace::Zone { zone_id } => (None, None, Some(*zone_id)),
    };
    let (ppm, actor) = (rate.rate.get(), tx.actor().to_string());
    values![
        &rate.name,
        country,
        region,
        zone_id,
        &rate.tax_class,
        ppm,
        rate.compound,
        rate.position,
        rate.shipping_taxed,
        rate.version,
        rate.updated_at,
        actor,
        rate.id,
    ]
}

/// Inserts the rate; `no_zone` where there is no such zone.
pub(super) async fn insert<E: From<DatabaseError>>(tx: &WriteTx, rate: &TaxRate, no_zone: impl FnOnce() -> E) -> Result<(), E> {
    db::execute(tx, INSERT, row(tx, rate)).await.map(drop).on_foreign(no_zone)
}

/// Writes the rate, whose lock the caller holds; `no_zone` where there is no such zone.
pub(super) async fn update<E: From<DatabaseError>>(tx: &WriteTx, rate: &TaxRate, no_zone: impl FnOnce() -> E) -> Result<(), E> {
    db::execute(tx, UPDATE, row(tx, rate)).await.map(drop).on_foreign(no_zone)
}

pub(super) async fn delete(tx: &WriteTx, id: TaxRateId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM tax_rates WHERE id = $1", values![id]).await.map(drop)
}
