//! Rows of the price lists.

use kernel::{Cursor, CursorError, Page, PageRequest, Position, PriceListId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::PriceList;

#[derive(FromQueryResult)]
struct PriceListRow {
    id: Uuid,
    code: String,
    name: String,
    currency: String,
    tax_included: bool,
    currency_fixed_at: Option<Timestamp>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<PriceListRow> for PriceList {
    type Error = DatabaseError;

    fn try_from(row: PriceListRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: PriceListId::from_uuid(row.id),
            code: row.code,
            name: row.name,
            currency: row.currency.parse().map_err(|_| DatabaseError::corrupt("price_lists.currency"))?,
            tax_included: row.tax_included,
            currency_fixed: row.currency_fixed_at.is_some(),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

const SELECT: &str = "SELECT id, code, name, currency, tax_included, currency_fixed_at, version, created_at, updated_at FROM price_lists";

async fn one(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Option<PriceList>, DatabaseError> {
    let row: Option<PriceListRow> = db::fetch_optional(db, &format!("{SELECT} {rest}"), values).await?;
    row.map(PriceList::try_from).transpose()
}

/// One price list.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: PriceListId) -> Result<Option<PriceList>, DatabaseError> {
    one(db, "WHERE id = $1", values![id]).await
}

/// One price list by what programs call it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_by_code(db: &impl ConnectionTrait, code: &str) -> Result<Option<PriceList>, DatabaseError> {
    one(db, "WHERE code = $1", values![code]).await
}

/// A shop has few; more than this are not asked for at once.
const MOST: i64 = 100;

/// All price lists, by code.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<PriceList>, DatabaseError> {
    let rows: Vec<PriceListRow> = db::fetch_all(db, &format!("{SELECT} ORDER BY code LIMIT $1"), values![MOST]).await?;
    rows.into_iter().map(PriceList::try_from).collect()
}

/// Which price lists are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceListQuery {
    /// The last code first (`-code`), else the first (`code`).
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the price lists, by code. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &PriceListQuery) -> Result<Page<PriceList>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let (sort, after, direction) = if query.descending { ("-code", "<", "DESC") } else { ("code", ">", "ASC") };
    let total = db::total_of(db, &query.page, "price_lists", vec![]).await?;
    let (mut which, mut values) = ("TRUE".to_owned(), values![limit, offset]);
    if let Position::After(Some(cursor)) = &query.page.position {
        which = format!("code {after} $3");
        values.extend(values![cursor.value.clone().ok_or(CursorError)?]);
    }
    let sql = format!("{SELECT} WHERE {which} ORDER BY code {direction} LIMIT $1 OFFSET $2");
    let rows: Vec<PriceListRow> = db::fetch_all(db, &sql, values).await?;
    let rows = rows.into_iter().map(PriceList::try_from).collect::<Result<Vec<_>, _>>()?;
    let place = |last: &PriceList| Cursor { sort: sort.to_owned(), value: Some(last.code.clone()), id: last.id.uuid() };
    Ok(db::page_of(rows, &query.page, total, place))
}

pub(super) async fn lock(tx: &WriteTx, id: PriceListId) -> Result<Option<PriceList>, DatabaseError> {
    one(tx, "WHERE id = $1 FOR UPDATE", values![id]).await
}

/// True where the list has prices: amounts that a change of currency would turn into other amounts.
pub(super) async fn has_prices(db: &impl ConnectionTrait, id: PriceListId) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM prices WHERE price_list_id = $1 LIMIT 1";
    Ok(db::fetch_scalar::<i64>(db, SELECT, values![id]).await?.is_some())
}

/// Writes the list; the channels that sell by it follow its currency through their foreign key.
pub(super) async fn update(tx: &WriteTx, list: &PriceList) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE price_lists SET name = $1, currency = $2, tax_included = $3, version = $4, updated_at = $5, updated_by = $6
        WHERE id = $7 AND version = $4 - 1";
    let values = values![&list.name, list.currency, list.tax_included, list.version, list.updated_at, tx.actor().to_string(), list.id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

/// Makes the list unless there is one of its code; the one that is there.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn ensure(tx: &WriteTx, list: &PriceList) -> Result<PriceList, DatabaseError> {
    const INSERT: &str = "INSERT INTO price_lists (id, code, name, currency, tax_included, created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $7) ON CONFLICT (code) DO NOTHING";
    let values = values![list.id, &list.code, &list.name, list.currency, list.tax_included, list.created_at, tx.actor().to_string()];
    db::execute(tx, INSERT, values).await?;
    find_by_code(tx, &list.code).await?.ok_or_else(|| DatabaseError::corrupt("price_lists.code"))
}

/// Notes that amounts of this list are about to be kept (in a cart, say): its currency stays from now on. Waits for whoever
/// changes the list at this moment, so that the currency that is read hereafter is the one that stays.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn fix_currency(tx: &WriteTx, id: PriceListId) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE price_lists SET currency_fixed_at = $1 WHERE id = $2 AND currency_fixed_at IS NULL";
    db::execute(tx, UPDATE, values![tx.now(), id]).await.map(drop)
}
