//! Rows of the exchange rates.

use kernel::{Currency, ExchangeRateId, Page, PageRequest, Timestamp};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, Parameters, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{ExchangeRate, Rate};

#[derive(FromQueryResult)]
struct ExchangeRateRow {
    id: Uuid,
    base: String,
    currency: String,
    rate_ppb: i64,
    source: String,
    valid_from: Timestamp,
    valid_until: Option<Timestamp>,
    created_at: Timestamp,
    created_by: String,
}

const COLUMNS: &str = "id, base, currency, rate_ppb, source, valid_from, valid_until, created_at, created_by";

impl TryFrom<ExchangeRateRow> for ExchangeRate {
    type Error = DatabaseError;

    fn try_from(row: ExchangeRateRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: ExchangeRateId::from_uuid(row.id),
            base: row.base.parse().map_err(|_| DatabaseError::corrupt("exchange_rates.base"))?,
            currency: row.currency.parse().map_err(|_| DatabaseError::corrupt("exchange_rates.currency"))?,
            rate: Rate::try_from(row.rate_ppb).map_err(|_| DatabaseError::corrupt("exchange_rates.rate_ppb"))?,
            source: row.source,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

/// Which rates are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeRateQuery {
    /// What one unit of these is worth.
    pub bases: Vec<String>,
    /// In these.
    pub currencies: Vec<String>,
    /// Those that count, and not those that did before.
    pub current_only: bool,
    /// The newest first.
    pub newest_first: bool,
    /// Which page.
    pub page: PageRequest,
}

/// One page of the rates, in the order in which they were written.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &ExchangeRateQuery) -> Result<Page<ExchangeRate>, ListError> {
    let rates = ById { columns: COLUMNS, source: "exchange_rates", id: "id" };
    let mut narrowed = Conditions::default();
    narrowed.is_among("base", query.bases.iter().map(String::as_str));
    narrowed.is_among("currency", query.currencies.iter().map(String::as_str));
    if query.current_only {
        narrowed.add("valid_until IS NULL");
    }
    rates.page::<ExchangeRateRow, ExchangeRate>(db, narrowed, (&query.page, query.newest_first), |rate| rate.id.uuid()).await
}

/// Keeps everybody else from writing rates, and from having prices follow them, until the transaction ends: it comes before any lock of a price
/// list.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock(tx: &WriteTx) -> Result<(), DatabaseError> {
    db::lock_name(tx, "exchange_rates").await
}

/// The rates that count.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn current(db: &impl ConnectionTrait) -> Result<Vec<ExchangeRate>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM exchange_rates WHERE valid_until IS NULL ORDER BY base, currency");
    let rows: Vec<ExchangeRateRow> = db::fetch_all(db, &sql, vec![]).await?;
    rows.into_iter().map(ExchangeRate::try_from).collect()
}

/// Ends the rates that count of these pairs, at the moment from which the new ones do, and writes those.
pub(super) async fn replace(tx: &WriteTx, base: Currency, new: &[ExchangeRate]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO exchange_rates (id, base, currency, rate_ppb, source, valid_from, created_at, created_by) VALUES";
    let Some(valid_from) = new.first().map(|rate| rate.valid_from) else { return Ok(()) };
    let mut parameters = Parameters::default();
    let (until, base) = (parameters.bind(valid_from), parameters.bind(base));
    let currencies = parameters.bind_all(new.iter().map(|rate| rate.currency));
    let end = format!(
        "UPDATE exchange_rates SET valid_until = {until} WHERE base = {base} AND currency IN ({currencies}) AND valid_until IS NULL"
    );
    db::execute(tx, &end, parameters.0).await?;
    let row = |rate: &ExchangeRate| {
        let ExchangeRate { id, base, currency, rate, source, valid_from, created_at, created_by, .. } = rate;
        values![*id, *base, *currency, rate.billionths(), source, *valid_from, *created_at, created_by]
    };
    db::insert_many(tx, INSERT, new.iter().map(row).collect(), "").await.map(drop)
}
