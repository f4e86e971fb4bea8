//! Rows of promotions, and of how often each was had.

use std::sync::Arc;

use kernel::{Cursor, CursorError, Page, PageRequest, Position, PromotionId, Timestamp};
use platform::db::{
    self, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken, RulesStamp, StandingRules, Value, WriteTx,
};
use platform::values;
use uuid::Uuid;

use super::input::{PromotionInput, Rules};
use super::model::{Promotion, Trigger};
use super::words::{ConditionsInput, EffectInput};

#[derive(FromQueryResult)]
pub(super) struct PromotionRow {
    id: Uuid,
    name: String,
    active: bool,
    needs: String,
    priority: i64,
    combinable: bool,
    currency: Option<String>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    conditions: serde_json::Value,
    effect: serde_json::Value,
    uses_limit: Option<i64>,
    uses_per_customer: Option<i64>,
    budget_minor: Option<i64>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str = "id, name, active, needs, priority, combinable, currency, starts_at, ends_at, conditions, effect,
    uses_limit, uses_per_customer, budget_minor, version, created_at, updated_at";

/// What is stored is read as what comes from outside: rules that nobody may make are not read either.
impl TryFrom<PromotionRow> for Promotion {
    type Error = DatabaseError;

    fn try_from(row: PromotionRow) -> Result<Self, DatabaseError> {
        let conditions: ConditionsInput =
            serde_json::from_value(row.conditions).map_err(|_| DatabaseError::corrupt("promotions.conditions"))?;
        let effect: EffectInput = serde_json::from_value(row.effect).map_err(|_| DatabaseError::corrupt("promotions.effect"))?;
        let rules = Rules::parse(PromotionInput {
            name: row.name,
            active: row.active,
            trigger: row.needs,
            priority: row.priority,
            combinable: row.combinable,
            currency: row.currency,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            conditions,
            effect,
            uses_limit: row.uses_limit,
            uses_per_customer: row.uses_per_customer,
            budget_minor: row.budget_minor,
        });
        let fresh = rules.map_err(|_| DatabaseError::corrupt("promotions"))?.into_promotion(row.created_at);
        Ok(Self { id: PromotionId::from_uuid(row.id), version: row.version, updated_at: row.updated_at, ..fresh })
    }
}

/// The promotions that `rest` (what follows `FROM promotions`) selects, in its order.
async fn fetch(db: &impl ConnectionTrait, rest: &str, values: Vec<Value>) -> Result<Vec<Promotion>, DatabaseError> {
    let rows: Vec<PromotionRow> = db::fetch_all(db, &format!("SELECT {COLUMNS} FROM promotions {rest}"), values).await?;
    rows.into_iter().map(Promotion::try_from).collect()
}

/// The promotions that carts have without a code; kept.
#[derive(Debug)]
pub(super) struct AutomaticPromotions(pub(super) Vec<Promotion>);

impl StandingRules for AutomaticPromotions {
    async fn read(db: &impl ConnectionTrait) -> Result<Self, DatabaseError> {
        Ok(Self(fetch(db, "WHERE active AND needs = $1 ORDER BY priority, id", values![Trigger::Automatic.as_str()]).await?))
    }
}

impl AutomaticPromotions {
    /// As they stand under this stamp.
    pub(super) async fn standing(db: &impl ConnectionTrait, stamp: &RulesStamp) -> Result<Arc<Self>, DatabaseError> {
        db::standing_rules(db, stamp).await
    }
}

/// Those of these ids.
pub(super) async fn all_of(db: &impl ConnectionTrait, ids: &[PromotionId]) -> Result<Vec<Promotion>, DatabaseError> {
    let rest = format!("WHERE id IN ({})", db::placeholders(1, ids.len()));
    fetch(db, &rest, ids.iter().flat_map(|id| values![*id]).collect()).await
}

/// A promotion.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: PromotionId) -> Result<Option<Promotion>, DatabaseError> {
    Ok(fetch(db, "WHERE id = $1", values![id]).await?.pop())
}

/// The promotion, which nobody else changes until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: PromotionId) -> Result<Option<Promotion>, DatabaseError> {
    Ok(fetch(tx, "WHERE id = $1 FOR UPDATE", values![id]).await?.pop())
}

/// Which promotions are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionQuery {
    /// Only those that hold, or only those that are held back.
    pub active: Option<bool>,
    /// Only those that come in one of these ways; in any, where there is none.
    pub triggers: Vec<Trigger>,
    /// Those that apply last first (`-priority`), else first (`priority`).
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the promotions in the order in which they apply. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &PromotionQuery) -> Result<Page<Promotion>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let mut narrowed = Conditions::default();
    narrowed.is("active", query.active);
    narrowed.is_among("needs", query.triggers.iter().map(|trigger| trigger.as_str()));
    let total = db::total_of(db, &query.page, &format!("promotions WHERE {}", narrowed.text()), narrowed.parameters.0.clone()).await?;
    let (sort, after, direction) = if query.descending { ("-priority", "<", "DESC") } else { ("priority", ">", "ASC") };
    if let Position::After(Some(cursor)) = &query.page.position {
        let priority: i64 = cursor.value.as_ref().and_then(|value| value.parse().ok()).ok_or(CursorError)?;
        let (priority, id) = (narrowed.parameters.bind(priority), narrowed.parameters.bind(cursor.id));
        narrowed.add(format!("(priority {after} {priority} OR (priority = {priority} AND id {after} {id}))"));
    }
    let rest = format!("WHERE {} ORDER BY priority {direction}, id {direction} LIMIT {limit} OFFSET {offset}", narrowed.text());
    let promotions = fetch(db, &rest, narrowed.into_values()).await?;
    let place = |last: &Promotion| Cursor { sort: sort.to_owned(), value: Some(last.priority.to_string()), id: last.id.uuid() };
    Ok(db::page_of(promotions, &query.page, total, place))
}

/// How many come without a code.
pub(super) async fn count_automatic(db: &impl ConnectionTrait) -> Result<i64, DatabaseError> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM promotions WHERE active AND needs = 'automatic'";
    Ok(db::fetch_scalar(db, COUNT, vec![]).await?.unwrap_or(0))
}

fn words_of(promotion: &Promotion) -> Result<(serde_json::Value, serde_json::Value), DatabaseError> {
    let conditions = serde_json::to_value(ConditionsInput::from(&promotion.conditions));
    let effect = serde_json::to_value(EffectInput::from(&promotion.effect));
    conditions.and_then(|conditions| Ok((conditions, effect?))).map_err(|_| DatabaseError::corrupt("promotions"))
}

/// A row of `promotions`, in the order of `INSERT` and of `UPDATE`.
fn row_of(tx: &WriteTx, promotion: &Promotion) -> Result<Vec<Value>, DatabaseError> {
    let (conditions, effect) = words_of(promotion)?;
    let limits = promotion.limits;
    Ok(values![
        &promotion.name,
        promotion.active,
        promotion.trigger.as_str(),
        promotion.priority,
        promotion.combinable,
        promotion.currency,
        promotion.starts_at,
        promotion.ends_at,
        conditions,
        effect,
        limits.uses,
        limits.uses_per_customer,
        limits.budget_minor,
        promotion.version,
        promotion.updated_at,
        tx.actor().to_string(),
        promotion.id,
    ])
}

/// Inserts the promotion, and where its uses are counted.
pub(super) async fn insert(tx: &WriteTx, promotion: &Promotion) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO promotions (name, active, needs, priority, combinable, currency, starts_at, ends_at, conditions, effect,
        uses_limit, uses_per_customer, budget_minor, version, created_at, updated_at, created_by, updated_by, id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16, $16, $17)";
    const COUNTER: &str = "INSERT INTO promotion_counters (uses_limit, budget_minor, promotion_id) VALUES ($1, $2, $3)";
    write(tx, promotion, [INSERT, COUNTER]).await
}

/// Writes the promotion, whose lock the caller holds, and the limits of its counter, which the caller has locked as well.
pub(super) async fn update(tx: &WriteTx, promotion: &Promotion) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE promotions SET name = $1, active = $2, needs = $3, priority = $4, combinable = $5, currency = $6,
        starts_at = $7, ends_at = $8, conditions = $9, effect = $10, uses_limit = $11, uses_per_customer = $12, budget_minor = $13,
        version = $14, updated_at = $15, updated_by = $16 WHERE id = $17 AND version = $14 - 1";
    const COUNTER: &str = "UPDATE promotion_counters SET uses_limit = $1, budget_minor = $2 WHERE promotion_id = $3";
    write(tx, promotion, [UPDATE, COUNTER]).await
}

async fn write(tx: &WriteTx, promotion: &Promotion, [rules, counter]: [&str; 2]) -> Result<(), DatabaseError> {
    db::execute(tx, rules, row_of(tx, promotion)?).await?;
    let limits = promotion.limits;
    db::execute(tx, counter, values![limits.uses, limits.budget_minor, promotion.id]).await.map(drop)
}

/// Deletes the promotion with its codes; `in_use` where an order had it.
pub(super) async fn delete<E: From<DatabaseError>>(tx: &WriteTx, id: PromotionId, in_use: impl FnOnce() -> E) -> Result<(), E> {
    db::execute(tx, "DELETE FROM promotions WHERE id = $1", values![id]).await.map(drop).on_foreign(in_use)
}

/// How often a promotion was had.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// By so many orders.
    pub uses: i64,
    /// So much was taken off goods.
    pub spent_minor: i64,
}

#[derive(FromQueryResult)]
struct CountedRow {
    promotion_id: Uuid,
    uses: i64,
    spent_minor: i64,
}

/// How often each of these was had, in their order.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn counted(db: &impl ConnectionTrait, ids: &[PromotionId]) -> Result<Vec<Counted>, DatabaseError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT promotion_id, uses, spent_minor FROM promotion_counters WHERE promotion_id IN ({})",
        db::placeholders(1, ids.len())
    );
    let rows: Vec<CountedRow> = db::fetch_all(db, &sql, ids.iter().flat_map(|id| values![*id]).collect()).await?;
    let of = |id: &PromotionId| {
        let row = rows.iter().find(|row| row.promotion_id == id.uuid());
        row.map_or_else(Counted::default, |row| Counted { uses: row.uses, spent_minor: row.spent_minor })
    };
    Ok(ids.iter().map(of).collect())
}

/// How often it was had; no order counts it again until the transaction ends.
pub(super) async fn lock_counter(tx: &WriteTx, id: PromotionId) -> Result<Counted, DatabaseError> {
    const LOCK: &str = "SELECT promotion_id, uses, spent_minor FROM promotion_counters WHERE promotion_id = $1 FOR UPDATE";
    let row: Option<CountedRow> = db::fetch_optional(tx, LOCK, values![id]).await?;
    let row = row.ok_or_else(|| DatabaseError::corrupt("promotion_counters"))?;
    Ok(Counted { uses: row.uses, spent_minor: row.spent_minor })
}
