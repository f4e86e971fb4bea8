//! Rows of the tax rates.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{Country, Cursor, Page, PageRequest, Position, Ppm, TaxRateId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, RulesStamp, StandingRules, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::TaxRate;

#[derive(FromQueryResult)]
struct TaxRateRow {
    id: Uuid,
    name: String,
    country: String,
    region: Option<String>,
    tax_class: String,
    rate_ppm: i64,
    shipping_taxed: bool,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const SELECT: &str =
    "SELECT id, name, country, region, tax_class, rate_ppm, shipping_taxed, version, created_at, updated_at FROM tax_rates";

impl TryFrom<TaxRateRow> for TaxRate {
    type Error = DatabaseError;

    fn try_from(row: TaxRateRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: TaxRateId::from_uuid(row.id),
            name: row.name,
            country: row.country.parse().map_err(|_| DatabaseError::corrupt("tax_rates.country"))?,
            region: row.region,
            tax_class: row.tax_class,
            rate: Ppm::try_from(row.rate_ppm).map_err(|_| DatabaseError::corrupt("tax_rates.rate_ppm"))?,
            shipping_taxed: row.shipping_taxed,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

async fn all(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Vec<TaxRate>, DatabaseError> {
    let rows: Vec<TaxRateRow> = db::fetch_all(db, &format!("{SELECT} {rest}"), values).await?;
    rows.into_iter().map(TaxRate::try_from).collect()
}

/// All rates of the shop, kept: those of each country and its regions, of every tax class, by id.
#[derive(Debug)]
pub struct TaxRates(HashMap<Country, Vec<TaxRate>>);

impl StandingRules for TaxRates {
    async fn read(db: &impl ConnectionTrait) -> Result<Self, DatabaseError> {
        let mut rates: HashMap<Country, Vec<TaxRate>> = HashMap::new();
        for rate in all(db, "ORDER BY id", vec![]).await? {
            rates.entry(rate.country).or_default().push(rate);
        }
        Ok(Self(rates))
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

    /// Those of a country; [`super::select`] picks from them.
    #[must_use]
    pub fn of(&self, country: Country) -> &[TaxRate] {
        self.0.get(&country).map_or(&[], Vec::as_slice)
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
    /// The newest first (`-created_at`), else the oldest (`created_at`).
    pub newest_first: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the rates in order of creation, which is the order of their ids. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &TaxRateQuery) -> Result<Page<TaxRate>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let (sort, after, direction) = if query.newest_first { ("-created_at", "<", "DESC") } else { ("created_at", ">", "ASC") };
    let mut values: Vec<db::Value> = query.countries.iter().flatten().flat_map(|country| values![country.code()]).collect();
    let mut which = match &query.countries {
        None => "TRUE".to_owned(),
        Some(countries) => format!("country IN ({})", db::placeholders(1, countries.len())),
    };
    let total = db::total_of(db, &query.page, &format!("tax_rates WHERE {which}"), values.clone()).await?;
    let next = values.len() + 1;
    values.extend(values![limit, offset]);
    if let Position::After(Some(cursor)) = &query.page.position {
        which.push_str(&format!(" AND id {after} ${}", next + 2));
        values.extend(values![cursor.id]);
    }
    let rates = all(db, &format!("WHERE {which} ORDER BY id {direction} LIMIT ${next} OFFSET ${}", next + 1), values).await?;
    Ok(db::page_of(rates, &query.page, total, |last| Cursor { sort: sort.to_owned(), value: None, id: last.id.uuid() }))
}

/// How many rates a country has.
pub(super) async fn count_of(db: &impl ConnectionTrait, country: Country) -> Result<i64, DatabaseError> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM tax_rates WHERE country = $1";
    Ok(db::fetch_scalar(db, COUNT, values![country.code()]).await?.unwrap_or(0))
}

pub(super) async fn insert(tx: &WriteTx, rate: &TaxRate) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO tax_rates (id, name, country, region, tax_class, rate_ppm, shipping_taxed, version,
        created_at, updated_at, created_by, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $10)";
    let (country, region, ppm) = (rate.country.code(), rate.region.as_deref(), rate.rate.get());
    let actor = tx.actor().to_string();
    let values =
        values![rate.id, &rate.name, country, region, &rate.tax_class, ppm, rate.shipping_taxed, rate.version, rate.created_at, actor];
    db::execute(tx, INSERT, values).await.map(drop)
}

/// Writes the rate, whose lock the caller holds.
pub(super) async fn update(tx: &WriteTx, rate: &TaxRate) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE tax_rates SET name = $1, country = $2, region = $3, tax_class = $4, rate_ppm = $5, shipping_taxed = $6,
        version = $7, updated_at = $8, updated_by = $9 WHERE id = $10 AND version = $7 - 1";
    let (country, region, ppm) = (rate.country.code(), rate.region.as_deref(), rate.rate.get());
    let actor = tx.actor().to_string();
    let values =
        values![&rate.name, country, region, &rate.tax_class, ppm, rate.shipping_taxed, rate.version, rate.updated_at, actor, rate.id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

pub(super) async fn delete(tx: &WriteTx, id: TaxRateId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM tax_rates WHERE id = $1", values![id]).await.map(drop)
}
