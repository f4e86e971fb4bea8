//! The changes themselves.

use kernel::{JobId, Page, PageRequest, PriceChangeId, PriceChangeRowId, PriceListId, Timestamp, VariantId};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use super::super::error::PriceChangeError;
use super::super::progress::{Counts, PriceChange, PriceChangeState};

#[derive(FromQueryResult)]
struct ChangeRow {
    id: Uuid,
    price_list_id: Uuid,
    currency: String,
    selection: serde_json::Value,
    rule: serde_json::Value,
    applies_when_planned: bool,
    job_id: Uuid,
    state: String,
    job_state: Option<String>,
    planned_until: Option<Uuid>,
    written_until: Option<Uuid>,
    raised_count: i64,
    lowered_count: i64,
    compared_count: i64,
    same_count: i64,
    too_high_count: i64,
    not_lower_count: i64,
    greatest_rise_minor: i64,
    greatest_fall_minor: i64,
    applied_count: i64,
    undone_count: i64,
    changed_since_count: i64,
    asked_by: String,
    finished_at: Option<Timestamp>,
    created_at: Timestamp,
    created_by: String,
}

const COLUMNS: &str =
    "c.id, c.price_list_id, c.currency, c.selection, c.rule, c.applies_when_planned, c.job_id, c.state, j.state AS job_state,
    c.planned_until, c.written_until, c.raised_count, c.lowered_count, c.compared_count, c.same_count, c.too_high_count, c.not_lower_count,
    c.greatest_rise_minor, c.greatest_fall_minor, c.applied_count, c.undone_count, c.changed_since_count, c.asked_by, c.finished_at,
    c.created_at, c.created_by";
const SOURCE: &str = "price_changes c LEFT JOIN jobs j ON j.id = c.job_id";

impl TryFrom<ChangeRow> for PriceChange {
    type Error = DatabaseError;

    fn try_from(row: ChangeRow) -> Result<Self, DatabaseError> {
        let corrupt = DatabaseError::corrupt;
        let counts = Counts {
            raised: row.raised_count,
            lowered: row.lowered_count,
            compared: row.compared_count,
            same: row.same_count,
            too_high: row.too_high_count,
            not_lower: row.not_lower_count,
            greatest_rise_minor: row.greatest_rise_minor,
            greatest_fall_minor: row.greatest_fall_minor,
            applied: row.applied_count,
            undone: row.undone_count,
            changed_since: row.changed_since_count,
        };
        Ok(Self {
            id: PriceChangeId::from_uuid(row.id),
            price_list_id: PriceListId::from_uuid(row.price_list_id),
            currency: row.currency.parse().map_err(|_| corrupt("price_changes.currency"))?,
            selection: serde_json::from_value(row.selection).map_err(|_| corrupt("price_changes.selection"))?,
            rule: serde_json::from_value(row.rule).map_err(|_| corrupt("price_changes.rule"))?,
            applies_when_planned: row.applies_when_planned,
            job_id: JobId::from_uuid(row.job_id),
            state: row.state.parse().map_err(|_| corrupt("price_changes.state"))?,
            job_state: row.job_state.map(|word| word.parse()).transpose().map_err(|_| corrupt("jobs.state"))?,
            planned_until: row.planned_until.map(VariantId::from_uuid),
            written_until: row.written_until.map(PriceChangeRowId::from_uuid),
            counts,
            asked_by: row.asked_by,
            finished_at: row.finished_at,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

/// What moves of a change while it is worked on, in the order of `UPDATE` and `INSERT`.
fn moving(change: &PriceChange) -> Vec<Value> {
    let Counts { raised, lowered, compared, same, too_high, not_lower, .. } = change.counts;
    let Counts { greatest_rise_minor, greatest_fall_minor, applied, undone, changed_since, .. } = change.counts;
    values![
        change.id,
        change.job_id,
        change.state.as_str(),
        change.planned_until,
        change.written_until,
        raised,
        lowered,
        compared,
        same,
        too_high,
        not_lower,
        greatest_rise_minor,
        greatest_fall_minor,
        applied,
        undone,
        changed_since,
        &change.asked_by,
        change.finished_at,
    ]
}

/// Writes a new change, of which nothing is planned.
pub(in super::super) async fn insert(tx: &WriteTx, change: &PriceChange) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO price_changes (id, job_id, state, planned_until, written_until, raised_count, lowered_count,
        compared_count, same_count, too_high_count, not_lower_count, greatest_rise_minor, greatest_fall_minor, applied_count, undone_count,
        changed_since_count, asked_by, finished_at, price_list_id, currency, selection, rule, applies_when_planned, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)";
    let selection = serde_json::to_value(&change.selection).map_err(|_| DatabaseError::corrupt("price_changes.selection"))?;
    let rule = serde_json::to_value(change.rule).map_err(|_| DatabaseError::corrupt("price_changes.rule"))?;
    let PriceChange { price_list_id, currency, applies_when_planned, created_at, created_by, .. } = change;
    let fixed = values![*price_list_id, *currency, selection, rule, *applies_when_planned, *created_at, created_by];
    db::execute(tx, INSERT, moving(change).into_iter().chain(fixed).collect()).await.map(drop)
}

/// Writes how far a change is.
///
/// # Errors
/// `Busy` where it would write prices of a list of which another one does: a unique key sees to that.
pub(in super::super) async fn update(tx: &WriteTx, change: &PriceChange) -> Result<(), PriceChangeError> {
    const UPDATE: &str = "UPDATE price_changes SET job_id = $2, state = $3, planned_until = $4, written_until = $5, raised_count = $6,
        lowered_count = $7, compared_count = $8, same_count = $9, too_high_count = $10, not_lower_count = $11, greatest_rise_minor = $12,
        greatest_fall_minor = $13, applied_count = $14, undone_count = $15, changed_since_count = $16, asked_by = $17, finished_at = $18
        WHERE id = $1";
    let written = db::execute(tx, UPDATE, moving(change)).await.map(drop);
    written.on_unique("price_changes_busy_key", "price_changes.price_list_id", || PriceChangeError::Busy)
}

/// A change that nobody else works on or moves until the transaction ends.
pub(in super::super) async fn lock(tx: &WriteTx, id: PriceChangeId) -> Result<Option<PriceChange>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM {SOURCE} WHERE c.id = $1 FOR UPDATE OF c");
    let row: Option<ChangeRow> = db::fetch_optional(tx, &sql, values![id]).await?;
    row.map(PriceChange::try_from).transpose()
}

/// One change.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: PriceChangeId) -> Result<Option<PriceChange>, DatabaseError> {
    let row: Option<ChangeRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM {SOURCE} WHERE c.id = $1"), values![id]).await?;
    row.map(PriceChange::try_from).transpose()
}

/// Which changes are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChangeQuery {
    /// Of these states; of any where there is none.
    pub states: Vec<PriceChangeState>,
    /// Of this list.
    pub price_list_id: Option<PriceListId>,
    /// The newest first.
    pub newest_first: bool,
    /// Which page.
    pub page: PageRequest,
}

/// One page of the changes, in the order in which they were asked for.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &PriceChangeQuery) -> Result<Page<PriceChange>, ListError> {
    let changes = ById { columns: COLUMNS, source: SOURCE, id: "c.id" };
    let mut narrowed = Conditions::default();
    narrowed.is("c.price_list_id", query.price_list_id);
    narrowed.is_among("c.state", query.states.iter().map(|state| state.as_str()));
    changes.page::<ChangeRow, PriceChange>(db, narrowed, (&query.page, query.newest_first), |change| change.id.uuid()).await
}

/// Forgets some rows of the oldest change of before this moment that is not worked on; where it has none left, the change. How much.
pub(in super::super) async fn forget(tx: &WriteTx, before: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const OLDEST: &str = "SELECT id FROM price_changes WHERE COALESCE(finished_at, created_at) < $1
            AND state NOT IN ('planning', 'applying', 'undoing')
        ORDER BY created_at, id LIMIT 1 FOR UPDATE";
    const DELETE_ROWS: &str =
        "DELETE FROM price_change_rows WHERE id IN (SELECT id FROM price_change_rows WHERE change_id = $1 ORDER BY id LIMIT $2)";
    let Some(oldest) = db::fetch_scalar::<Uuid>(tx, OLDEST, values![before]).await? else { return Ok(0) };
    match db::execute(tx, DELETE_ROWS, values![oldest, most]).await? {
        0 => db::execute(tx, "DELETE FROM price_changes WHERE id = $1", values![oldest]).await,
        forgotten => Ok(forgotten),
    }
}
