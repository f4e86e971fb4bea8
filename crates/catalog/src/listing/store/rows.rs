//! Reading the rows of a page.

use kernel::{Currency, CursorError, MediaId, Money, Position, ProductId, Slug, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError};
use uuid::Uuid;

use super::belongings::Range;
use super::conditions::{Condition, filters, statuses};
use super::sets::Sets;
use crate::channels::Channel;
use crate::inventory::Availability;
use crate::listing::model::{ListedMedia, ProductQuery, ProductSort, ProductSummary};
use crate::products::ProductStatus;

/// A product of a page, and what its place in the order depends on.
pub(in crate::listing) struct Listed {
    pub(in crate::listing) summary: ProductSummary,
    title_key: String,
    /// Where staff put it, in an order of theirs.
    position: Option<i64>,
}

impl Listed {
    /// What a cursor remembers of the row; nothing where it has no price.
    pub(in crate::listing) fn sort_value(&self, sort: ProductSort) -> Option<String> {
        match sort.column() {
            Column::CreatedAt => Some(self.summary.created_at.to_rfc3339()),
            Column::UpdatedAt => Some(self.summary.updated_at.to_rfc3339()),
            Column::Title => Some(self.title_key.clone()),
            Column::Price => self.summary.price_min.map(|price| price.minor().to_string()),
            Column::Position => self.position.map(|position| position.to_string()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    CreatedAt,
    UpdatedAt,
    Title,
    Price,
    /// Of what staff put in order.
    Position,
}

impl Column {
    const fn sql(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::Title => "title_key",
            Self::Price => "price_min_minor",
            Self::Position => "position",
        }
    }

    fn bind(self, condition: &mut Condition, text: &str) -> Result<String, CursorError> {
        match self {
            Self::CreatedAt | Self::UpdatedAt => {
                text.parse::<Timestamp>().map(|time| condition.parameters.bind(time)).map_err(|_| CursorError)
            }
            Self::Title => Ok(condition.parameters.bind(text)),
            Self::Price | Self::Position => text.parse::<i64>().map(|number| condition.parameters.bind(number)).map_err(|_| CursorError),
        }
    }
}

impl ProductSort {
    const fn column(self) -> Column {
        match self {
            Self::CreatedAt | Self::CreatedAtDescending => Column::CreatedAt,
            Self::UpdatedAt | Self::UpdatedAtDescending => Column::UpdatedAt,
            Self::Title | Self::TitleDescending => Column::Title,
            Self::Price | Self::PriceDescending => Column::Price,
            Self::Manual | Self::ManualDescending => Column::Position,
        }
    }

    /// True where categories, tags and collections have their products in this order.
    pub(in crate::listing) const fn is_that_of_sets(self) -> bool {
        !self.is_by_change()
    }

    /// True where bounds of the price are bounds of the order.
    pub(in crate::listing) const fn is_by_price(self) -> bool {
        matches!(self.column(), Column::Price)
    }

    /// The same of the time when products were made.
    pub(in crate::listing) const fn is_by_age(self) -> bool {
        matches!(self.column(), Column::CreatedAt)
    }

    /// The same of the last change.
    pub(in crate::listing) const fn is_by_change(self) -> bool {
        matches!(self.column(), Column::UpdatedAt)
    }

    const fn is_descending(self) -> bool {
        match self {
            Self::CreatedAtDescending
            | Self::UpdatedAtDescending
            | Self::TitleDescending
            | Self::PriceDescending
            | Self::ManualDescending => true,
            Self::CreatedAt | Self::UpdatedAt | Self::Title | Self::Price | Self::Manual => false,
        }
    }
}

/// A part of the list that one index has in order: one state, and with or without a price where prices are sorted by.
struct Branch {
    status: ProductStatus,
    unpriced: bool,
    /// The range that it is a part of.
    range: Option<Range>,
}

/// Where a page begins that is asked for by cursor: the parameters of the last row's value and id.
struct Start {
    value: Option<String>,
    id: String,
}

impl Start {
    /// True while the last row stands where it stood.
    fn holds(&self, sort: ProductSort) -> String {
        let (column, id) = (sort.column().sql(), &self.id);
        let is_same = self.value.as_ref().map_or_else(|| "IS NULL".to_owned(), |value| format!("= {value}"));
        format!("EXISTS (SELECT 1 FROM product_listings stood WHERE stood.product_id = {id} AND stood.{column} {is_same})")
    }
}

/// What is read of a product `p` and of its row `l` of the list; the currency is the default channel's.
pub(super) const COLUMNS: &str = "l.product_id, p.slug, p.title, p.brand, p.status, p.version, l.title_key, l.tags, l.price_min_minor,
    l.price_max_minor, l.variant_count, l.variants_available, l.media_id, l.media_file_key, l.media_source_url, l.media_alt, l.created_at,
    l.updated_at";

/// The rows of a page, in order. Each branch is read in the order of its index and no further than the page reaches.
///
/// # Errors
/// `Cursor` for a cursor of another list.
pub(in crate::listing) async fn rows(
    db: &impl ConnectionTrait,
    query: &ProductQuery,
    sets: &Sets<'_>,
    window: (i64, i64),
) -> Result<Vec<Listed>, ListError> {
    let mut condition = filters(&query.filters, sets.shields());
    sets.narrow(&mut condition);
    let start = start(&mut condition, query)?;
    if let Some(start) = start.as_ref().filter(|_| sets.follows_cursor) {
        condition.and(&start.holds(query.sort));
    }
    let branches = branches(query, start.as_ref(), &condition.ranges);
    if branches.is_empty() {
        return Ok(Vec::new());
    }
    let direction = direction(query.sort);
    let whole = db::limited(window, |offset| condition.parameters.bind(offset));
    // A single branch skips rows itself; of several each is read from its top.
    let (window, outer_window) = match (branches.len(), window) {
        (1, _) => (whole, String::new()),
        (_, (limit, 0)) => (format!("LIMIT {limit}"), whole),
        (_, (limit, offset)) => (format!("LIMIT {}", condition.parameters.bind(limit + offset)), whole),
    };
    let channel = condition.parameters.bind(Channel::DEFAULT_CODE);
    let parts: Vec<String> = branches
        .iter()
        .enumerate()
        .map(|(place, branch)| {
            let status = condition.parameters.bind(branch.status.as_str());
            let part = branch_sql(&condition, (query.sort, start.as_ref()), branch, &db::unseen(&status));
            format!("SELECT product_id, place, unpriced FROM ({part} {window}) AS branch_{place}")
        })
        .collect();
    // A product may be in several ranges.
    let distinct = if condition.ranges.len() > 1 { "DISTINCT" } else { "" };
    let position = if query.sort.is_manual() { "found.place" } else { "CAST(NULL AS BIGINT)" };
    let order = format!("found.unpriced, found.place {direction}, found.product_id {direction}");
    let sql = format!(
        "SELECT {COLUMNS}, {position} AS position, (SELECT c.currency FROM channels c WHERE c.code = {channel}) AS currency
         FROM (SELECT {distinct} product_id, place, unpriced FROM ({branches}) AS found ORDER BY {order} {outer_window}) AS found
         JOIN product_listings l ON l.product_id = found.product_id JOIN products p ON p.id = found.product_id
         ORDER BY {order}",
        branches = parts.join(" UNION ALL "),
    );
    let rows: Vec<ListedRow> = db::fetch_all(db, &sql, condition.parameters.0).await?;
    Ok(rows.into_iter().map(Listed::try_from).collect::<Result<_, _>>()?)
}

/// The order of a list among rows `l` of it; those without a price come last.
pub(super) fn order(sort: ProductSort) -> String {
    let (column, direction) = (sort.column().sql(), direction(sort));
    let last = if sort.is_by_price() { "l.price_min_minor IS NULL, " } else { "" };
    format!("{last}l.{column} {direction}, l.product_id {direction}")
}

const fn direction(sort: ProductSort) -> &'static str {
    if sort.is_descending() { "DESC" } else { "ASC" }
}

fn start(condition: &mut Condition, query: &ProductQuery) -> Result<Option<Start>, CursorError> {
    let Position::After(Some(cursor)) = &query.page.position else { return Ok(None) };
    let value = match cursor.value.as_deref() {
        Some(text) => Some(query.sort.column().bind(condition, text)?),
        None if query.sort.column() == Column::Price => None,
        None => return Err(CursorError),
    };
    // Wherever a page begins, it is read in the same way.
    Ok(Some(Start { value: value.as_deref().map(db::unseen), id: db::unseen(&condition.parameters.bind(cursor.id)) }))
}

fn branches(query: &ProductQuery, start: Option<&Start>, ranges: &[Range]) -> Vec<Branch> {
    let by_price = query.sort.column() == Column::Price;
    let bounded = query.filters.price_at_least.is_some() || query.filters.price_at_most.is_some();
    // Behind a row without a price there is none with one.
    let passed = start.is_some_and(|start| start.value.is_none());
    let ranges = if ranges.is_empty() { vec![None] } else { ranges.iter().cloned().map(Some).collect() };
    let mut branches = Vec::new();
    for (status, range) in statuses(query).into_iter().flat_map(|status| ranges.iter().map(move |range| (status, range))) {
        if !passed {
            branches.push(Branch { status, unpriced: false, range: range.clone() });
        }
        if by_price && !bounded {
            branches.push(Branch { status, unpriced: true, range: range.clone() });
        }
    }
    branches
}

/// The rows of a branch in order.
fn branch_sql(condition: &Condition, (sort, start): (ProductSort, Option<&Start>), branch: &Branch, status: &str) -> String {
    let (of, column, direction) = (condition.ordered(), sort.column().sql(), direction(sort));
    let (source, range) = match &branch.range {
        Some(Range { table, holds }) => (format!("{table} m"), format!("{holds} AND ")),
        None => (condition.source.clone(), String::new()),
    };
    let behind = branch_condition(of, sort, branch, start);
    format!(
        "SELECT {of}.product_id, {of}.{column} AS place, {unpriced} AS unpriced FROM {source}
             WHERE {range}{of}.status = {status}{behind}{rest} ORDER BY {of}.{column} {direction}, {of}.product_id {direction}",
        unpriced = i32::from(branch.unpriced),
        rest = condition.rest(),
    )
}

fn branch_condition(of: &str, sort: ProductSort, branch: &Branch, start: Option<&Start>) -> String {
    let sign = if sort.is_descending() { "<" } else { ">" };
    let column = sort.column().sql();
    let behind = match start {
        Some(Start { value: Some(value), id }) if !branch.unpriced => {
            format!(" AND ({of}.{column}, {of}.product_id) {sign} ({value}, {id})")
        }
        Some(Start { value: None, id }) => format!(" AND {of}.product_id {sign} {id}"),
        Some(_) | None => String::new(),
    };
    match (sort.column(), branch.unpriced) {
        (Column::Price, true) => format!(" AND {of}.{column} IS NULL{behind}"),
        (Column::Price, false) => format!(" AND {of}.{column} IS NOT NULL{behind}"),
        (Column::CreatedAt | Column::UpdatedAt | Column::Title | Column::Position, _) => behind,
    }
}

#[derive(FromQueryResult)]
pub(super) struct ListedRow {
    product_id: Uuid,
    slug: String,
    title: String,
    brand: Option<String>,
    status: String,
    version: i64,
    title_key: String,
    tags: serde_json::Value,
    price_min_minor: Option<i64>,
    price_max_minor: Option<i64>,
    variant_count: i64,
    variants_available: i64,
    media_id: Option<Uuid>,
    media_file_key: Option<String>,
    media_source_url: Option<String>,
    media_alt: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    position: Option<i64>,
    currency: String,
}

impl TryFrom<ListedRow> for Listed {
    type Error = DatabaseError;

    fn try_from(row: ListedRow) -> Result<Self, DatabaseError> {
        let currency: Currency = row.currency.parse().map_err(|_| DatabaseError::corrupt("channels.currency"))?;
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency));
        let media = row.media_id.map(|id| ListedMedia {
            id: MediaId::from_uuid(id),
            file_key: row.media_file_key,
            source_url: row.media_source_url,
            alt: row.media_alt.unwrap_or_default(),
        });
        let summary = ProductSummary {
            id: ProductId::from_uuid(row.product_id),
            slug: Slug::parse(&row.slug).map_err(|_| DatabaseError::corrupt("products.slug"))?,
            title: row.title,
            brand: row.brand,
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("products.status"))?,
            tags: serde_json::from_value(row.tags).map_err(|_| DatabaseError::corrupt("product_listings.tags"))?,
            price_min: money(row.price_min_minor),
            price_max: money(row.price_max_minor),
            variant_count: row.variant_count,
            availability: if row.variants_available > 0 { Availability::InStock } else { Availability::Out },
            media,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            included_variants: None,
            included_media: None,
            included_categories: None,
        };
        Ok(Self { summary, title_key: row.title_key, position: row.position })
    }
}
