//! Rows of the price lists.

use std::sync::Arc;

use kernel::{ChannelId, Cursor, CursorError, Page, PageRequest, Position, PriceListId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken, RulesStamp, StandingRules, WriteTx};
use platform::values;
use serde_json::json;
use uuid::Uuid;

use super::derivation::Derivation;
use super::model::{PriceList, PriceListTerms};
use crate::exchange_rates::Factor;
use crate::rounding::Rounding;

mod derivations;

pub use derivations::{Progress, finish, for_writing, lock_progress, move_on};
pub(super) use derivations::{derived_for_update, hold_all, is_base, set_factors, start};

#[derive(FromQueryResult)]
struct PriceListRow {
    id: Uuid,
    code: String,
    name: String,
    currency: String,
    tax_included: bool,
    currency_fixed_at: Option<Timestamp>,
    active: bool,
    priority: i64,
    channel_ids: serde_json::Value,
    customer_group_ids: serde_json::Value,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    derives_from_id: Option<Uuid>,
    derives_margin_ppm: Option<i64>,
    derives_round_to: Option<i64>,
    derives_ending: Option<String>,
    derives_numerator: Option<i64>,
    derives_denominator: Option<i64>,
    derives_shift: Option<i64>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl PriceListRow {
    fn derivation(&self) -> Result<Option<Derivation>, DatabaseError> {
        let Some(base_id) = self.derives_from_id else { return Ok(None) };
        let corrupt = || DatabaseError::corrupt("price_lists.derives_from_id");
        let factor = Factor {
            numerator: self.derives_numerator.ok_or_else(corrupt)?,
            denominator: self.derives_denominator.ok_or_else(corrupt)?,
            shift: self.derives_shift.and_then(|shift| i32::try_from(shift).ok()).ok_or_else(corrupt)?,
        };
        let rounding = Rounding::parse(self.derives_round_to, self.derives_ending.as_deref()).map_err(|_| corrupt())?;
        let margin_ppm = self.derives_margin_ppm.ok_or_else(corrupt)?;
        Ok(Some(Derivation { base_id: PriceListId::from_uuid(base_id), margin_ppm, rounding, factor }))
    }
}

impl TryFrom<PriceListRow> for PriceList {
    type Error = DatabaseError;

    fn try_from(row: PriceListRow) -> Result<Self, DatabaseError> {
        let derivation = row.derivation()?;
        Ok(Self {
            id: PriceListId::from_uuid(row.id),
            code: row.code,
            name: row.name,
            currency: row.currency.parse().map_err(|_| DatabaseError::corrupt("price_lists.currency"))?,
            tax_included: row.tax_included,
            currency_fixed: row.currency_fixed_at.is_some(),
            terms: PriceListTerms {
                active: row.active,
                priority: row.priority,
                channel_ids: serde_json::from_value(row.channel_ids).map_err(|_| DatabaseError::corrupt("price_lists.channel_ids"))?,
                customer_group_ids: serde_json::from_value(row.customer_group_ids)
                    .map_err(|_| DatabaseError::corrupt("price_lists.customer_group_ids"))?,
                starts_at: row.starts_at,
                ends_at: row.ends_at,
            },
            derivation,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

const SELECT: &str = "SELECT id, code, name, currency, tax_included, currency_fixed_at, active, priority, channel_ids, customer_group_ids,
    starts_at, ends_at, derives_from_id, derives_margin_ppm, derives_round_to, derives_ending, derives_numerator, derives_denominator,
    derives_shift, version, created_at, updated_at FROM price_lists";

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
const MOST: i64 = 1_000;

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

/// True where a channel sells by the list: it is for everybody, always.
pub(super) async fn is_a_channels_own(db: &impl ConnectionTrait, id: PriceListId) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM channels WHERE price_list_id = $1 LIMIT 1";
    Ok(db::fetch_scalar::<i64>(db, SELECT, values![id]).await?.is_some())
}

/// How many lists the shop has.
pub(super) async fn count(db: &impl ConnectionTrait) -> Result<i64, DatabaseError> {
    Ok(db::fetch_scalar(db, "SELECT CAST(COUNT(*) AS BIGINT) FROM price_lists", vec![]).await?.unwrap_or(0))
}

/// The lists that no channel sells by, in the order in which they go, those that are held back among them; kept.
#[derive(Debug)]
pub struct SpecialPriceLists(Vec<PriceList>);

impl StandingRules for SpecialPriceLists {
    async fn read(db: &impl ConnectionTrait) -> Result<Self, DatabaseError> {
        let sql =
            format!("{SELECT} WHERE NOT EXISTS (SELECT 1 FROM channels c WHERE c.price_list_id = price_lists.id) ORDER BY priority, code");
        let rows: Vec<PriceListRow> = db::fetch_all(db, &sql, vec![]).await?;
        rows.into_iter().map(PriceList::try_from).collect::<Result<_, _>>().map(Self)
    }
}

impl SpecialPriceLists {
    /// As they stand under this stamp.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn standing(db: &impl ConnectionTrait, stamp: &RulesStamp) -> Result<Arc<Self>, DatabaseError> {
        db::standing_rules(db, stamp).await
    }

    /// Those that hold in a channel at a moment, in order.
    pub fn holding_in(&self, channel: ChannelId, now: Timestamp) -> impl Iterator<Item = &PriceList> {
        self.0.iter().filter(move |list| list.terms.hold(channel, now))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &PriceList> {
        self.0.iter()
    }

    /// True where one of them holds then for certain groups alone.
    #[must_use]
    pub fn ask_for_groups(&self, channel: ChannelId, now: Timestamp) -> bool {
        self.holding_in(channel, now).any(|list| !list.terms.customer_group_ids.is_empty())
    }
}

/// Notes what one piece cost by a list that is about to hold no more: nothing else tells it later.
pub(super) async fn remember_prices(tx: &WriteTx, before: &PriceList) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO price_history (variant_id, price_list_id, amount_minor, from_at, until_at)
        SELECT variant_id, price_list_id, amount_minor, from_at, until_at FROM (
            SELECT variant_id, price_list_id, amount_minor,
                CASE WHEN COALESCE(starts_at, created_at) > $2 THEN COALESCE(starts_at, created_at) ELSE $2 END AS from_at,
                CASE WHEN ends_at < $3 THEN ends_at ELSE $3 END AS until_at
            FROM prices WHERE price_list_id = $1 AND min_quantity = 1) AS spans
        WHERE from_at < until_at ON CONFLICT DO NOTHING";
    let from = before.terms.starts_at.unwrap_or(before.created_at);
    let until = before.terms.ends_at.map_or(tx.now(), |end| end.min(tx.now()));
    db::execute(tx, INSERT, values![before.id, from, until]).await.map(drop)
}

/// Writes the list; the channels that sell by it follow its currency through their foreign key.
pub(super) async fn update(tx: &WriteTx, list: &PriceList) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE price_lists SET name = $1, currency = $2, tax_included = $3, active = $4, priority = $5, channel_ids = $6,
        customer_group_ids = $7, starts_at = $8, ends_at = $9, derives_from_id = $10, derives_margin_ppm = $11, derives_round_to = $12,
        derives_ending = $13, derives_numerator = $14, derives_denominator = $15, derives_shift = $16, version = $17, updated_at = $18,
        updated_by = $19
        WHERE id = $20 AND version = $17 - 1";
    db::execute(tx, UPDATE, row(tx, list)).await.map(drop)
}

const INSERT: &str =
    "INSERT INTO price_lists (name, currency, tax_included, active, priority, channel_ids, customer_group_ids, starts_at, ends_at,
    derives_from_id, derives_margin_ppm, derives_round_to, derives_ending, derives_numerator, derives_denominator, derives_shift,
    version, created_at, updated_at, created_by, updated_by, id, code)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $18, $19, $19, $20, $21)";

/// A row of `price_lists`, in the order of `UPDATE`; an insert has the code behind it, which never changes.
fn row(tx: &WriteTx, list: &PriceList) -> Vec<db::Value> {
    let (terms, derivation) = (&list.terms, list.derivation.as_ref());
    values![
        &list.name,
        list.currency,
        list.tax_included,
        terms.active,
        terms.priority,
        json!(terms.channel_ids),
        json!(terms.customer_group_ids),
        terms.starts_at,
        terms.ends_at,
        derivation.map(|derivation| derivation.base_id),
        derivation.map(|derivation| derivation.margin_ppm),
        derivation.and_then(|derivation| derivation.rounding.to()),
        derivation.and_then(|derivation| derivation.rounding.ending()),
        derivation.map(|derivation| derivation.factor.numerator),
        derivation.map(|derivation| derivation.factor.denominator),
        derivation.map(|derivation| i64::from(derivation.factor.shift)),
        list.version,
        list.updated_at,
        tx.actor().to_string(),
        list.id
    ]
}

fn new_row(tx: &WriteTx, list: &PriceList) -> Vec<db::Value> {
    row(tx, list).into_iter().chain(values![&list.code]).collect()
}

/// Inserts the list; `taken` where another one has its code.
pub(super) async fn insert<E: From<DatabaseError>>(tx: &WriteTx, list: &PriceList, taken: impl FnOnce() -> E) -> Result<(), E> {
    db::execute(tx, INSERT, new_row(tx, list)).await.map(drop).on_unique("price_lists_code_key", "price_lists.code", taken)
}

/// Deletes the list; `in_use` where a channel sells by it, a variant has a price in it, or another list derives from it.
pub(super) async fn delete<E: From<DatabaseError>>(tx: &WriteTx, id: PriceListId, in_use: impl FnOnce() -> E) -> Result<(), E> {
    db::execute(tx, "DELETE FROM price_lists WHERE id = $1", values![id]).await.map(drop).on_foreign(in_use)
}

/// Makes the list unless there is one of its code; the one that is there.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn ensure(tx: &WriteTx, list: &PriceList) -> Result<PriceList, DatabaseError> {
    db::execute(tx, &format!("{INSERT} ON CONFLICT (code) DO NOTHING"), new_row(tx, list)).await?;
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
