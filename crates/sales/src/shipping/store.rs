//! Rows of the shipping methods and of the steps of their tariffs.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{Country, Currency, Cursor, CursorError, Page, PageRequest, Position, ShippingMethodId, ShippingRateId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken, RulesStamp, StandingRules, Value, WriteTx};
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
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(FromQueryResult)]
struct ShippingRateRow {
    method_id: Uuid,
    country: Option<String>,
    from_value: i64,
    amount_minor: i64,
}

const COLUMNS: &str = "id, code, name, kind, currency, countries, tax_class, active, position, version, created_at, updated_at";

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
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// The methods that `rest` (what follows `FROM shipping_methods`) selects, with their tariffs, in its order. Two statements,
/// however many there are; the second takes no lock, because whoever changes a tariff holds the lock of its method.
async fn fetch(db: &impl ConnectionTrait, rest: &str, values: Vec<Value>) -> Result<Vec<ShippingMethod>, DatabaseError> {
    let rows: Vec<ShippingMethodRow> = db::fetch_all(db, &format!("SELECT {COLUMNS} FROM shipping_methods {rest}"), values).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut tariffs = tariffs(db, rows.iter().map(|row| row.id)).await?;
    rows.into_iter().map(|row| (tariffs.remove(&row.id).unwrap_or_default(), row)).map(|(rates, row)| to_method(row, rates)).collect()
}

async fn tariffs(
    db: &impl ConnectionTrait,
    methods: impl ExactSizeIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<ShippingRate>>, DatabaseError> {
    // Country codes are of one form, so that both databases sort them alike.
    let sql = format!(
        "SELECT method_id, country, from_value, amount_minor FROM shipping_rates WHERE method_id IN ({})
         ORDER BY method_id, COALESCE(country, ''), from_value",
        db::placeholders(1, methods.len())
    );
    let rows: Vec<ShippingRateRow> = db::fetch_all(db, &sql, methods.flat_map(|id| values![id]).collect()).await?;
    let mut tariffs: HashMap<Uuid, Vec<ShippingRate>> = HashMap::new();
    for row in rows {
        tariffs.entry(row.method_id).or_default().push(row.try_into()?);
    }
    Ok(tariffs)
}

/// The methods that are offered, with their tariffs, in the order of the shop; kept.
#[derive(Debug)]
pub struct ShippingMethods(Vec<ShippingMethod>);

impl StandingRules for ShippingMethods {
    async fn read(db: &impl ConnectionTrait) -> Result<Self, DatabaseError> {
        Ok(Self(fetch(db, "WHERE active ORDER BY position, id", vec![]).await?))
    }
}

impl ShippingMethods {
    /// As they stand under this stamp.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn standing(db: &impl ConnectionTrait, stamp: &RulesStamp) -> Result<Arc<Self>, DatabaseError> {
        db::standing_rules(db, stamp).await
    }

    /// Those that a cart in this currency may be offered.
    pub fn of(&self, currency: Currency) -> impl Iterator<Item = &ShippingMethod> {
        self.0.iter().filter(move |method| method.currency == currency)
    }

    /// Whether a method is offered to any cart.
    #[must_use]
    pub fn has(&self, id: ShippingMethodId) -> bool {
        self.0.iter().any(|method| method.id == id)
    }
}

/// A method with its tariff, active or not. Two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: ShippingMethodId) -> Result<Option<ShippingMethod>, DatabaseError> {
    Ok(fetch(db, "WHERE id = $1", values![id]).await?.pop())
}

/// The method, which nobody else changes, and no new cart or order names, until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: ShippingMethodId) -> Result<Option<ShippingMethod>, DatabaseError> {
    Ok(fetch(tx, "WHERE id = $1 FOR UPDATE", values![id]).await?.pop())
}

/// Which methods are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingMethodQuery {
    /// Only those that are offered, or only those that are not.
    pub active: Option<bool>,
    /// The last of the shop's order first (`-position`), else the first (`position`).
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the methods with their tariffs, in the order of the shop (`position`). At most three statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &ShippingMethodQuery) -> Result<Page<ShippingMethod>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let mut which = match query.active {
        Some(true) => "active",
        Some(false) => "NOT active",
        None => "TRUE",
    }
    .to_owned();
    let total = db::total_of(db, &query.page, &format!("shipping_methods WHERE {which}"), vec![]).await?;
    let (sort, after, direction) = if query.descending { ("-position", "<", "DESC") } else { ("position", ">", "ASC") };
    let mut values = values![limit, offset];
    if let Position::After(Some(cursor)) = &query.page.position {
        let position: i64 = cursor.value.as_ref().and_then(|value| value.parse().ok()).ok_or(CursorError)?;
        which.push_str(&format!(" AND (position {after} $3 OR (position = $3 AND id {after} $4))"));
        values.extend(values![position, cursor.id]);
    }
    let methods = fetch(db, &format!("WHERE {which} ORDER BY position {direction}, id {direction} LIMIT $1 OFFSET $2"), values).await?;
    let place = |last: &ShippingMethod| Cursor { sort: sort.to_owned(), value: Some(last.position.to_string()), id: last.id.uuid() };
    Ok(db::page_of(methods, &query.page, total, place))
}

/// How many methods the shop has.
pub(super) async fn count(db: &impl ConnectionTrait) -> Result<i64, DatabaseError> {
    Ok(db::fetch_scalar(db, "SELECT CAST(COUNT(*) AS BIGINT) FROM shipping_methods", vec![]).await?.unwrap_or(0))
}

fn codes(method: &ShippingMethod) -> serde_json::Value {
    method.countries.iter().map(|country| country.code()).collect()
}

/// Inserts the method with its tariff; `taken` where another one has its code.
pub(super) async fn insert<E: From<DatabaseError>>(tx: &WriteTx, method: &ShippingMethod, taken: impl FnOnce() -> E) -> Result<(), E> {
    const INSERT: &str = "INSERT INTO shipping_methods (id, code, name, kind, currency, countries, tax_class, active, position, version,
        created_at, updated_at, created_by, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $12)";
    let actor = tx.actor().to_string();
    let values = values![
        method.id,
        &method.code,
        &method.name,
        method.kind.as_str(),
        method.currency,
        codes(method),
        &method.tax_class,
        method.active,
        method.position,
        method.version,
        method.created_at,
        actor,
    ];
    db::execute(tx, INSERT, values).await.on_unique("shipping_methods_code_key", "shipping_methods.code", taken)?;
    Ok(insert_rates(tx, method).await?)
}

async fn insert_rates(tx: &WriteTx, method: &ShippingMethod) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO shipping_rates (id, method_id, country, from_value, amount_minor) VALUES";
    let row =
        |rate: &ShippingRate| values![ShippingRateId::generate(), method.id, rate.country.map(Country::code), rate.from, rate.amount_minor];
    db::insert_many(tx, INSERT, method.rates.iter().map(row).collect(), "").await.map(drop)
}

/// Writes the method, whose lock the caller holds, without its tariff; `taken` where another one has its code.
pub(super) async fn update<E: From<DatabaseError>>(tx: &WriteTx, method: &ShippingMethod, taken: impl FnOnce() -> E) -> Result<(), E> {
    const UPDATE: &str = "UPDATE shipping_methods SET code = $1, name = $2, kind = $3, countries = $4, tax_class = $5, active = $6,
        position = $7, version = $8, updated_at = $9, updated_by = $10 WHERE id = $11 AND version = $8 - 1";
    let actor = tx.actor().to_string();
    let values = values![
        &method.code,
        &method.name,
        method.kind.as_str(),
        codes(method),
        &method.tax_class,
        method.active,
        method.position,
        method.version,
        method.updated_at,
        actor,
        method.id,
    ];
    db::execute(tx, UPDATE, values).await.map(drop).on_unique("shipping_methods_code_key", "shipping_methods.code", taken)
}

/// Puts the method's tariff in the place of the one it had.
pub(super) async fn replace_rates(tx: &WriteTx, method: &ShippingMethod) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM shipping_rates WHERE method_id = $1", values![method.id]).await?;
    insert_rates(tx, method).await
}

/// Deletes the method with its tariff; `in_use` where a cart or an order names it, which are all that could.
pub(super) async fn delete<E: From<DatabaseError>>(tx: &WriteTx, id: ShippingMethodId, in_use: impl FnOnce() -> E) -> Result<(), E> {
    db::execute(tx, "DELETE FROM shipping_methods WHERE id = $1", values![id]).await.map(drop).on_foreign(in_use)
}

/// Inserts the method where the shop has none at all; false where it has one.
pub(crate) async fn ensure_one(tx: &WriteTx, method: &ShippingMethod) -> Result<bool, DatabaseError> {
    db::lock_name(tx, "shipping_methods").await?;
    let absent = count(tx).await? == 0;
    if absent {
        insert(tx, method, || DatabaseError::corrupt("shipping_methods.code")).await?;
    }
    Ok(absent)
}
