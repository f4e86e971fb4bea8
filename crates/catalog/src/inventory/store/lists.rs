//! The lists of levels and moves for staff.

use kernel::{Cursor, Page, PageRequest, Position, ProductId, StockLocationId, StockMoveId, Timestamp, VariantId};
use platform::cache::Tag;
use platform::db::{
    self, Bind, Conditions, ConnectionTrait, DatabaseError, DbBackend, FromQueryResult, ListError, Parameters, Value, hidden, shielded,
};
use uuid::Uuid;

use super::list::{Lead, ListRow, page};
use crate::inventory::model::{Level, LevelFilter, StockLevel};
use crate::inventory::moves::{MoveFilter, StockMove};
use crate::products::ProductEvent;

#[derive(FromQueryResult)]
struct LevelRow {
    variant_id: Uuid,
    product_id: Uuid,
    product_title: String,
    sku: Option<String>,
    options: serde_json::Value,
    location_id: Uuid,
    location_code: String,
    on_hand: i64,
    reserved: i64,
    backorder_limit: Option<i64>,
    low_stock_threshold: Option<i64>,
    version: i64,
    updated_at: Timestamp,
}

impl ListRow for LevelRow {
    const COLUMNS: &'static str = "l.variant_id, v.product_id, p.title AS product_title, v.sku, v.options, l.location_id,
        s.code AS location_code, l.on_hand, l.reserved, l.backorder_limit, v.low_stock_threshold, l.version, l.updated_at";
    const FROM: &'static str = "stock_levels l JOIN variants v ON v.id = l.variant_id JOIN products p ON p.id = v.product_id
        JOIN stock_locations s ON s.id = l.location_id";
    const COUNTED_FROM: &'static str = "stock_levels l JOIN variants v ON v.id = l.variant_id";
    const SAME_KEY: Option<&'static str> = Some("v.id");
    const KEYS: [&'static str; 2] = ["l.variant_id", "l.location_id"];
    const SORT: &'static str = StockLevel::SORT;

    fn place(&self) -> (String, Uuid) {
        (self.variant_id.to_string(), self.location_id)
    }

    fn after(cursor: &Cursor) -> Option<[Value; 2]> {
        Some([cursor.value.as_ref()?.parse::<Uuid>().ok()?.bind(), cursor.id.bind()])
    }
}

impl From<LevelRow> for StockLevel {
    fn from(row: LevelRow) -> Self {
        Self {
            variant_id: VariantId::from_uuid(row.variant_id),
            product_id: ProductId::from_uuid(row.product_id),
            product_title: row.product_title,
            sku: row.sku,
            options: row.options,
            location_id: StockLocationId::from_uuid(row.location_id),
            location_code: row.location_code,
            level: Level { on_hand: row.on_hand, reserved: row.reserved, backorder_limit: row.backorder_limit },
            low_stock_threshold: row.low_stock_threshold,
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

/// How many variants have an SKU that begins so, where as many are put in the order of the list as fast as they are found one by one among
/// all of them: no planner knows. It is known until a product changes.
async fn few_of(db: &impl ConnectionTrait, begins: &str) -> Result<Option<u64>, DatabaseError> {
    let mut counted = Parameters::default();
    let source = format!("variants x WHERE {}", counted.begins("x.sku_begins", begins));
    let total = db::total_until(db, &PageRequest::first(1), (source, counted.0), vec![Tag::every::<ProductEvent>()]).await?;
    Ok(total.filter(|total| !total.is_estimate).map(|total| total.rows))
}

/// The levels of these variants in the order of the list, no further than the page reaches. SQLite goes through the members of `IN` in
/// order, PostgreSQL through a source that is sorted; each would sort all that the other's text comes to.
fn lead_of(db: &impl ConnectionTrait, variants: &str, descending: bool, most: Option<i64>) -> Lead {
    const REST: &str = "JOIN products p ON p.id = v.product_id JOIN stock_locations s ON s.id = l.location_id";
    let members = format!("SELECT x.id FROM variants x WHERE {variants}");
    let counted = format!("l.variant_id IN ({members})");
    let direction = if descending { "DESC" } else { "ASC" };
    let sorted = match most {
        // Of their order no index is to be read: PostgreSQL would go through all variants and hope for these to come soon.
        Some(most) => format!("{members} ORDER BY {} {direction} LIMIT {most}", hidden("x.id")),
        None => format!("{members} ORDER BY x.id {direction}"),
    };
    let (from, tie) = match db.get_database_backend() {
        DbBackend::Sqlite => {
            let listed = if most.is_some() { sorted } else { members };
            (format!("stock_levels l CROSS JOIN variants v {REST}"), format!("v.id = l.variant_id AND l.variant_id IN ({listed})"))
        }
        DbBackend::Postgres => {
            (format!("({sorted}) AS x JOIN stock_levels l ON l.variant_id = x.id JOIN variants v ON v.id = x.id {REST}"), "TRUE".to_owned())
        }
    };
    Lead { from, tie, counted }
}

/// The first variants from where a page begins, which most often have all its levels; nothing where all of them are as soon read.
fn first_of(begins: &str, variants: u64, descending: bool, request: &PageRequest, narrowed: &mut Conditions) -> Option<(String, i64)> {
    let most = 4 * i64::from(request.size);
    let Ok(0) = request.offset() else { return None };
    if variants <= most.unsigned_abs() {
        return None;
    }
    let mut found = narrowed.parameters.begins("x.sku_begins", begins);
    if let Position::After(Some(cursor)) = &request.position {
        let [first, _] = LevelRow::after(cursor)?;
        let sign = if descending { "<=" } else { ">=" };
        found.push_str(&format!(" AND x.id {sign} {}", narrowed.parameters.bind(first)));
    }
    Some((found, most))
}

/// One page of the levels of tracked variants, by variant and location or the other way round. At most two statements, and two more where an
/// SKU is looked for.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list_levels(
    db: &impl ConnectionTrait,
    filter: &LevelFilter,
    descending: bool,
    request: &PageRequest,
) -> Result<Page<StockLevel>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.add("v.tracked");
    narrowed.is("l.variant_id", filter.variant_id);
    narrowed.is("v.product_id", filter.product_id);
    narrowed.is("l.location_id", filter.location_id);
    if let Some(low) = filter.low {
        let sign = if low { "<=" } else { ">" };
        narrowed.add(format!("l.on_hand - l.reserved {sign} COALESCE(v.low_stock_threshold, 0)"));
    }
    let page = match &filter.sku {
        Some(sku) => by_sku(db, narrowed, &sku.to_ascii_lowercase(), descending, request).await?,
        None => page::<LevelRow>(db, narrowed, None, descending, request).await?,
    };
    Ok(page.map(StockLevel::from))
}

/// A page of variants whose SKU begins so.
async fn by_sku(
    db: &impl ConnectionTrait,
    mut narrowed: Conditions,
    begins: &str,
    descending: bool,
    request: &PageRequest,
) -> Result<Page<LevelRow>, ListError> {
    let Some(variants) = few_of(db, begins).await? else {
        let begins = narrowed.parameters.begins(&shielded("v.sku_begins"), begins);
        narrowed.add(begins);
        return page(db, narrowed, None, descending, request).await;
    };
    let mut first = narrowed.clone();
    if let Some((found, most)) = first_of(begins, variants, descending, request, &mut first) {
        let page = page(db, first, Some(lead_of(db, &found, descending, Some(most))), descending, request).await?;
        if page.has_next {
            return Ok(page);
        }
    }
    let all = narrowed.parameters.begins("x.sku_begins", begins);
    page(db, narrowed, Some(lead_of(db, &all, descending, None)), descending, request).await
}

#[derive(FromQueryResult)]
struct MoveRow {
    id: Uuid,
    variant_id: Uuid,
    sku: Option<String>,
    location_id: Uuid,
    location_code: String,
    delta: i64,
    on_hand_after: i64,
    reason: String,
    cause_type: String,
    cause_id: Uuid,
    note: Option<String>,
    created_at: Timestamp,
    created_by: String,
}

impl ListRow for MoveRow {
    const COLUMNS: &'static str = "m.id, m.variant_id, v.sku, m.location_id, s.code AS location_code, m.delta, m.on_hand_after, m.reason,
        m.cause_type, m.cause_id, m.note, m.created_at, m.created_by";
    const FROM: &'static str = "stock_moves m JOIN variants v ON v.id = m.variant_id JOIN stock_locations s ON s.id = m.location_id";
    const COUNTED_FROM: &'static str = "stock_moves m";
    const KEYS: [&'static str; 2] = ["m.created_at", "m.id"];
    const SORT: &'static str = StockMove::SORT;

    fn place(&self) -> (String, Uuid) {
        (self.created_at.to_rfc3339(), self.id)
    }

    fn after(cursor: &Cursor) -> Option<[Value; 2]> {
        Some([cursor.value.as_ref()?.parse::<Timestamp>().ok()?.bind(), cursor.id.bind()])
    }
}

impl TryFrom<MoveRow> for StockMove {
    type Error = DatabaseError;

    fn try_from(row: MoveRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: StockMoveId::from_uuid(row.id),
            variant_id: VariantId::from_uuid(row.variant_id),
            sku: row.sku,
            location_id: StockLocationId::from_uuid(row.location_id),
            location_code: row.location_code,
            delta: row.delta,
            on_hand_after: row.on_hand_after,
            reason: row.reason.parse().map_err(|_| DatabaseError::corrupt("stock_moves.reason"))?,
            cause_type: row.cause_type.parse().map_err(|_| DatabaseError::corrupt("stock_moves.cause_type"))?,
            cause_id: row.cause_id,
            note: row.note,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

/// One page of moves, the newest first where `descending`, else the oldest. At most two statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list_moves(
    db: &impl ConnectionTrait,
    filter: &MoveFilter,
    descending: bool,
    request: &PageRequest,
) -> Result<Page<StockMove>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.is("m.variant_id", filter.variant_id);
    narrowed.is("m.location_id", filter.location_id);
    narrowed.is_among("m.reason", filter.reasons.iter().map(|reason| reason.as_str()));
    narrowed.is_within("m.created_at", filter.created_at);
    let page = page::<MoveRow>(db, narrowed, None, descending, request).await?;
    let Page { items, has_next, next, total, total_is_estimate } = page;
    let items = items.into_iter().map(StockMove::try_from).collect::<Result<_, _>>()?;
    Ok(Page { items, has_next, next, total, total_is_estimate })
}
