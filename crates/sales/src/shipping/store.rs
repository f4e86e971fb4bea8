//! Rows of the shipping methods and of the steps of their tariffs.

use std::collections::HashMap;

use kernel::{Country, Currency, ShippingMethodId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value};
use platform::values;
use uuid::Uuid;

use super::model::{ShippingMethod, ShippingRate};

#[derive(FromQueryResult)]
struct ShippingMethodRow {
    id: Uuid,
    code: String,
    name: String,
    kind: String,
    currency: String,
    countries: serde_json::Value,
    tax_class: String,
    active: bool,
    position: i64,
}

#[derive(FromQueryResult)]
struct ShippingRateRow {
    method_id: Uuid,
    country: Option<String>,
    from_value: i64,
    amount_minor: i64,
}

const COLUMNS: &str = "id, code, name, kind, currency, countries, tax_class, active, position";

impl TryFrom<ShippingRateRow> for ShippingRate {
    type Error = DatabaseError;

    fn try_from(row: ShippingRateRow) -> Result<Self, DatabaseError> {
        let country = row.country.map(|code| code.parse::<Country>()).transpose();
        Ok(Self {
            country: country.map_err(|_| DatabaseError::corrupt("shipping_rates.country"))?,
            from: row.from_value,
            amount_minor: row.amount_minor,
        })
    }
}

fn to_method(row: ShippingMethodRow, rates: Vec<ShippingRate>) -> Result<ShippingMethod, DatabaseError> {
    Ok(ShippingMethod {
        id: ShippingMethodId::from_uuid(row.id),
        code: row.code,
        name: row.name,
        kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("shipping_methods.kind"))?,
        countries: serde_json::from_value(row.countries).map_err(|_| DatabaseError::corrupt("shipping_methods.countries"))?,
        tax_class: row.tax_class,
        active: row.active,
        position: row.position,
        currency: row.currency.parse().map_err(|_| DatabaseError::corrupt("shipping_methods.currency"))?,
        rates,
    })
}

/// The methods that `which` selects, with their tariffs, in the order of the shop. Two statements, however many there are.
async fn fetch(db: &impl ConnectionTrait, which: &str, values: Vec<Value>) -> Result<Vec<ShippingMethod>, DatabaseError> {
    let methods = format!("SELECT {COLUMNS} FROM shipping_methods WHERE {which} ORDER BY position, code");
    let rows: Vec<ShippingMethodRow> = db::fetch_all(db, &methods, values.clone()).await?;
    let rates = format!(
        "SELECT method_id, country, from_value, amount_minor FROM shipping_rates
         WHERE method_id IN (SELECT id FROM shipping_methods WHERE {which})
         ORDER BY method_id, COALESCE(country, ''), from_value"
    );
    let mut tariffs: HashMap<Uuid, Vec<ShippingRate>> = HashMap::new();
    for row in db::fetch_all::<ShippingRateRow>(db, &rates, values).await? {
        tariffs.entry(row.method_id).or_default().push(row.try_into()?);
    }
    rows.into_iter().map(|row| (tariffs.remove(&row.id).unwrap_or_default(), row)).map(|(rates, row)| to_method(row, rates)).collect()
}

/// The methods that a cart in this currency may be offered, with their tariffs, in the order of the shop. Two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn active_methods(db: &impl ConnectionTrait, currency: Currency) -> Result<Vec<ShippingMethod>, DatabaseError> {
    fetch(db, "currency = $1 AND active", values![currency]).await
}

/// A method with its tariff, active or not. Two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: ShippingMethodId) -> Result<Option<ShippingMethod>, DatabaseError> {
    Ok(fetch(db, "id = $1", values![id]).await?.pop())
}
