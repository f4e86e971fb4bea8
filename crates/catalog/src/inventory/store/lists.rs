//! The lists of levels and moves for staff.

use kernel::{Cursor, Page, PageRequest, Position, ProductId, StockLocationId, StockMoveId, Timestamp, VariantId};
use platform::cache::Tag;
use platform::db::{
    self, Bind, Conditions, ConnectionTrait, DatabaseError, DbBackend, Finding, FromQueryResult, ListError, Parameters, Value, shielded,
};
use uuid::Uuid;

use super::list::{ListRow, page, rows, total};
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
    // What only names a level is looked up for the rows of the page alone, however many are gone through for it.
    const COLUMNS: &'static str = "l.variant_id, v.product_id, (SELECT p.title FROM products p WHERE p.id = v.product_id) AS product_title,
        v.sku, v.options, l.location_id, (SELECT s.code FROM stock_locations s WHERE s.id = l.location_id) AS location_code,
        l.on_hand, l.reserved, l.backorder_limit, l.low_stock_threshold, l.version, l.updated_at";
    const FROM: &'static str = "stock_levels l JOIN variants v ON v.id = l.variant_id";
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

/// A variant is most often at one or two places, so that so many times a page of them fill it.
const VARIANTS_OF_A_PAGE: usize = 4;

#[derive(FromQueryResult)]
struct VariantRow {
    id: Uuid,
}

/// The variants whose SKU begins so, by id, where there are as few as are put in order as fast as found one by one among all: no planner
/// knows. They are known until a product changes.
async fn variants_of(db: &impl ConnectionTrait, begins: &str) -> Result<Option<Vec<Uuid>>, DatabaseError> {
    let mut parameters = Parameters::default();
    let begins = parameters.begins("x.sku_begins", begins);
    let most = PageRequest::DEEPEST_ROW;
    let sql = format!("SELECT x.id FROM variants x WHERE {begins} LIMIT {}", most + 1);
    let asked = async {
        let rows: Vec<VariantRow> = db::fetch_all(db, &sql, parameters.0.clone()).await?;
        let mut ids: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
        ids.sort_unstable();
        let is_few = ids.len() <= usize::try_from(most).unwrap_or(usize::MAX);
        Ok(if is_few { (Finding::Few(ids), vec![Tag::every::<ProductEvent>()]) } else { (Finding::Many, Vec::new()) })
    };
    let found = match db.findings() {
        Some(findings) => findings.find_or(&findings.name(&sql, &parameters.0), asked).await,
        None => asked.await.map(|(finding, _)| finding),
    };
    found.map(|finding| if let Finding::Few(ids) = finding { Some(ids) } else { None })
}

/// Those of the variants, by id, whose levels fill a page most often, and whether none follow them; nothing of a page in the middle.
fn near<'a>(variants: &'a [Uuid], descending: bool, request: &PageRequest) -> Option<(&'a [Uuid], bool)> {
    let most = VARIANTS_OF_A_PAGE * usize::try_from(request.size).ok()?;
    let reached = match &request.position {
        Position::After(Some(cursor)) => Some(cursor.value.as_ref()?.parse::<Uuid>().ok()?),
        Position::After(None) => None,
        Position::Number(_) => (request.offset() == Ok(0)).then_some(None)?,
    };
    let rest = match (reached, descending) {
        (None, _) => variants,
        (Some(reached), false) => variants.get(variants.partition_point(|id| *id < reached)..)?,
        (Some(reached), true) => variants.get(..variants.partition_point(|id| *id <= reached))?,
    };
    let near = if descending { rest.get(rest.len().saturating_sub(most)..)? } else { rest.get(..rest.len().min(most))? };
    Some((near, near.len() == rest.len()))
}

/// From where the levels of variants are read in the order of the list, no further than the page reaches, and what ties them to it. SQLite
/// goes through the members of `IN` in order, PostgreSQL through a source that is sorted; each would sort all that the other's text comes to.
fn in_order(db: &impl ConnectionTrait, members: &str, descending: bool) -> (String, String) {
    let direction = if descending { "DESC" } else { "ASC" };
    match db.get_database_backend() {
        DbBackend::Sqlite => {
            ("stock_levels l CROSS JOIN variants v".to_owned(), format!("v.id = l.variant_id AND l.variant_id IN ({members})"))
        }
        DbBackend::Postgres => {
            let sorted = format!("({members} ORDER BY x.id {direction}) AS x");
            (format!("{sorted} JOIN stock_levels l ON l.variant_id = x.id JOIN variants v ON v.id = x.id"), "TRUE".to_owned())
        }
    }
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
        narrowed.add(if low { "l.is_low" } else { "NOT l.is_low" });
    }
    let page = match &filter.sku {
        Some(sku) => by_sku(db, narrowed, &sku.to_ascii_lowercase(), descending, request).await?,
        None => page::<LevelRow>(db, narrowed, descending, request).await?,
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
    let Some(variants) = variants_of(db, begins).await? else {
        let begins = narrowed.parameters.begins(&shielded("v.sku_begins"), begins);
        narrowed.add(begins);
        return page(db, narrowed, descending, request).await;
    };
    let mut all = narrowed.clone();
    let members = format!("SELECT x.id FROM variants x WHERE {}", all.parameters.begins("x.sku_begins", begins));
    let mut counted = all.clone();
    counted.add(format!("l.variant_id IN ({members})"));
    let total = total::<LevelRow>(db, &counted, request).await?;
    if let Some((near, is_last)) = near(&variants, descending, request).filter(|(near, _)| !near.is_empty()) {
        let ids = narrowed.parameters.bind_padded(near);
        narrowed.add(format!("l.variant_id IN ({ids})"));
        let page = rows(db, (LevelRow::FROM, narrowed), total, descending, request).await?;
        if page.has_next || is_last {
            return Ok(page);
        }
    }
    let (from, tie) = in_order(db, &members, descending);
    all.add(tie);
    rows(db, (&from, all), total, descending, request).await
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
    const COLUMNS: &'static str = "m.id, m.variant_id, (SELECT v.sku FROM variants v WHERE v.id = m.variant_id) AS sku, m.location_id,
        (SELECT s.code FROM stock_locations s WHERE s.id = m.location_id) AS location_code, m.delta, m.on_hand_after, m.reason,
        m.cause_type, m.cause_id, m.note, m.created_at, m.created_by";
    const FROM: &'static str = "stock_moves m";
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
    let page = page::<MoveRow>(db, narrowed, descending, request).await?;
    let Page { items, has_next, next, total, total_is_estimate } = page;
    let items = items.into_iter().map(StockMove::try_from).collect::<Result<_, _>>()?;
    Ok(Page { items, has_next, next, total, total_is_estimate })
}
