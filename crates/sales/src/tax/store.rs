//! Rows of the tax rates.

use kernel::{Country, Ppm, TaxRateId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult};
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
}

const COLUMNS: &str = "id, name, country, region, tax_class, rate_ppm, shipping_taxed";

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
        })
    }
}

/// All rates of a country and its regions, of every tax class, by id. One statement; [`super::select`] picks from them.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn rates_of(db: &impl ConnectionTrait, country: Country) -> Result<Vec<TaxRate>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM tax_rates WHERE country = $1 ORDER BY id");
    let rows: Vec<TaxRateRow> = db::fetch_all(db, &sql, values![country.code()]).await?;
    rows.into_iter().map(TaxRate::try_from).collect()
}
