//! Rows of the channels.

use kernel::{ChannelId, Cursor, CursorError, Page, PageRequest, Position, PriceListId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, RulesStamp, StandingRules, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::Channel;
use crate::price_lists;

#[derive(FromQueryResult)]
struct ChannelRow {
    id: Uuid,
    code: String,
    name: String,
    currency: String,
    price_list_id: Uuid,
    countries: serde_json::Value,
    tax_display: String,
    time_zone: String,
    locale: String,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    currency_fixed_at: Option<Timestamp>,
    tax_included: bool,
}

impl TryFrom<ChannelRow> for Channel {
    type Error = DatabaseError;

    fn try_from(row: ChannelRow) -> Result<Self, DatabaseError> {
        let countries: Vec<String> = serde_json::from_value(row.countries).map_err(|_| DatabaseError::corrupt("channels.countries"))?;
        let known = countries.iter().map(|code| code.parse()).collect::<Result<_, _>>();
        Ok(Self {
            id: ChannelId::from_uuid(row.id),
            code: row.code,
            name: row.name,
            currency: row.currency.parse().map_err(|_| DatabaseError::corrupt("channels.currency"))?,
            currency_fixed: row.currency_fixed_at.is_some(),
            price_list_id: PriceListId::from_uuid(row.price_list_id),
            prices_include_tax: row.tax_included,
            countries: known.map_err(|_| DatabaseError::corrupt("channels.countries"))?,
            tax_display: row.tax_display.parse().map_err(|_| DatabaseError::corrupt("channels.tax_display"))?,
            time_zone: row.time_zone,
            locale: row.locale,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

const SELECT: &str = "SELECT c.id, c.code, c.name, c.currency, c.price_list_id, c.countries, c.tax_display, c.time_zone, c.locale, \
    c.version, c.created_at, c.updated_at, l.currency_fixed_at, l.tax_included FROM channels c JOIN price_lists l ON l.id = c.price_list_id";

async fn one(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Option<Channel>, DatabaseError> {
    let row: Option<ChannelRow> = db::fetch_optional(db, &format!("{SELECT} {rest}"), values).await?;
    row.map(Channel::try_from).transpose()
}

/// One channel.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: ChannelId) -> Result<Option<Channel>, DatabaseError> {
    one(db, "WHERE c.id = $1", values![id]).await
}

/// One channel by what programs call it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_by_code(db: &impl ConnectionTrait, code: &str) -> Result<Option<Channel>, DatabaseError> {
    // No code has a NUL in it, and PostgreSQL takes none to compare with.
    if code.contains('\0') {
        return Ok(None);
    }
    one(db, "WHERE c.code = $1", values![code]).await
}

/// The channel that every shop has since its first start.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_default(db: &impl ConnectionTrait) -> Result<Channel, DatabaseError> {
    find_by_code(db, Channel::DEFAULT_CODE).await?.ok_or_else(|| DatabaseError::corrupt("no channel `default`"))
}

/// All channels of the shop, kept.
struct Channels(Vec<Channel>);

impl StandingRules for Channels {
    async fn read(db: &impl ConnectionTrait) -> Result<Self, DatabaseError> {
        let rows: Vec<ChannelRow> = db::fetch_all(db, SELECT, vec![]).await?;
        Ok(Self(rows.into_iter().map(Channel::try_from).collect::<Result<_, _>>()?))
    }
}

/// The channel that `wanted` picks, as it stands under this stamp.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn standing(
    db: &impl ConnectionTrait,
    stamp: &RulesStamp,
    wanted: impl Fn(&Channel) -> bool + Send,
) -> Result<Option<Channel>, DatabaseError> {
    let channels = db::standing_rules::<Channels>(db, stamp).await?;
    Ok(channels.0.iter().find(|channel| wanted(channel)).cloned())
}

/// Which channels are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelQuery {
    /// The last code first (`-code`), else the first (`code`).
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the channels, by code. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &ChannelQuery) -> Result<Page<Channel>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let (sort, after, direction) = if query.descending { ("-code", "<", "DESC") } else { ("code", ">", "ASC") };
    let total = db::total_of(db, &query.page, "channels", vec![]).await?;
    let (mut which, mut values) = ("TRUE".to_owned(), values![limit, offset]);
    if let Position::After(Some(cursor)) = &query.page.position {
        which = format!("c.code {after} $3");
        values.extend(values![cursor.value.clone().ok_or(CursorError)?]);
    }
    let sql = format!("{SELECT} WHERE {which} ORDER BY c.code {direction} LIMIT $1 OFFSET $2");
    let rows: Vec<ChannelRow> = db::fetch_all(db, &sql, values).await?;
    let rows = rows.into_iter().map(Channel::try_from).collect::<Result<Vec<_>, _>>()?;
    let place = |last: &Channel| Cursor { sort: sort.to_owned(), value: Some(last.code.clone()), id: last.id.uuid() };
    Ok(db::page_of(rows, &query.page, total, place))
}

/// The channel as it stands, with a currency that stays from now on: whoever is about to keep amounts in it (a cart, say)
/// goes on with what this answers. Costs nothing once any cart was begun.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn fix_currency(tx: &WriteTx, channel: Channel) -> Result<Channel, DatabaseError> {
    if channel.currency_fixed {
        return Ok(channel);
    }
    price_lists::fix_currency(tx, channel.price_list_id).await?;
    find(tx, channel.id).await?.ok_or_else(|| DatabaseError::corrupt("channels.id"))
}

fn codes(channel: &Channel) -> serde_json::Value {
    channel.countries.iter().map(|country| country.code()).collect()
}

/// Writes the channel; false where it has moved on from the version before.
pub(super) async fn update(tx: &WriteTx, channel: &Channel) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE channels SET name = $1, currency = $2, countries = $3, tax_display = $4, time_zone = $5, locale = $6,
        version = $7, updated_at = $8, updated_by = $9 WHERE id = $10 AND version = $7 - 1";
    let values = values![
        &channel.name,
        channel.currency,
        codes(channel),
        channel.tax_display.as_str(),
        &channel.time_zone,
        &channel.locale,
        channel.version,
        channel.updated_at,
        tx.actor().to_string(),
        channel.id,
    ];
    Ok(db::execute(tx, UPDATE, values).await? == 1)
}

/// Makes the channel unless there is one of its code; the one that is there.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn ensure(tx: &WriteTx, channel: &Channel) -> Result<Channel, DatabaseError> {
    const INSERT: &str = "INSERT INTO channels (id, code, name, currency, price_list_id, countries, tax_display, time_zone, locale,
        created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $11) ON CONFLICT (code) DO NOTHING";
    let values = values![
        channel.id,
        &channel.code,
        &channel.name,
        channel.currency,
        channel.price_list_id,
        codes(channel),
        channel.tax_display.as_str(),
        &channel.time_zone,
        &channel.locale,
        channel.created_at,
        tx.actor().to_string(),
    ];
    db::execute(tx, INSERT, values).await?;
    find_by_code(tx, &channel.code).await?.ok_or_else(|| DatabaseError::corrupt("channels.code"))
}
