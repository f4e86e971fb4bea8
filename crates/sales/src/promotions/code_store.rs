//! Rows of codes.

use kernel::{Page, PageRequest, PromotionCodeId, PromotionId, Timestamp, fold};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken, WriteTx};
use platform::values;
use uuid::Uuid;

use super::codes::{CodeOf, PromotionCode, key_of};

#[derive(FromQueryResult)]
struct CodeRow {
    id: Uuid,
    promotion_id: Uuid,
    code: String,
    active: bool,
    uses: i64,
    uses_limit: Option<i64>,
    created_at: Timestamp,
}

const COLUMNS: &str = "id, promotion_id, code, active, uses, uses_limit, created_at";
/// A look-up in as many parts as a database takes parameters.
const AT_ONCE: usize = 500;

impl TryFrom<CodeRow> for PromotionCode {
    type Error = DatabaseError;

    fn try_from(row: CodeRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: PromotionCodeId::from_uuid(row.id),
            promotion_id: PromotionId::from_uuid(row.promotion_id),
            code: row.code,
            active: row.active,
            uses: row.uses,
            uses_limit: row.uses_limit,
            created_at: row.created_at,
        })
    }
}

/// The codes that were typed in, where they are codes; in no order.
pub(super) async fn typed(db: &impl ConnectionTrait, typed: &[String]) -> Result<Vec<PromotionCode>, DatabaseError> {
    let keys: Vec<String> = typed.iter().filter_map(|code| key_of(code)).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {COLUMNS} FROM promotion_codes WHERE code_key IN ({})", db::placeholders(1, keys.len()));
    let rows: Vec<CodeRow> = db::fetch_all(db, &sql, keys.into_iter().flat_map(|key| values![key]).collect()).await?;
    rows.into_iter().map(PromotionCode::try_from).collect()
}

/// A code as the shop writes it, where what was typed in is one that may be used.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn usable_code(db: &impl ConnectionTrait, text: &str) -> Result<Option<String>, DatabaseError> {
    let codes = typed(db, &[text.to_owned()]).await?;
    Ok(codes.into_iter().find(|code| code.active).map(|code| code.code))
}

/// One of these codes that exists, in any case of its letters.
pub(super) async fn any_of(tx: &WriteTx, codes: &[String]) -> Result<Option<String>, DatabaseError> {
    for part in codes.chunks(AT_ONCE) {
        let sql = format!("SELECT code FROM promotion_codes WHERE code_key IN ({}) LIMIT 1", db::placeholders(1, part.len()));
        let found = db::fetch_scalar(tx, &sql, part.iter().flat_map(|code| values![fold(code)]).collect()).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

pub(super) async fn insert<E: From<DatabaseError>>(tx: &WriteTx, codes: &[PromotionCode], taken: impl FnOnce() -> E) -> Result<(), E> {
    const INSERT: &str =
        "INSERT INTO promotion_codes (id, promotion_id, code, code_key, active, uses_limit, created_at, created_by) VALUES";
    let actor = tx.actor().to_string();
    let row = |code: &PromotionCode| {
        values![code.id, code.promotion_id, &code.code, fold(&code.code), code.active, code.uses_limit, code.created_at, &actor]
    };
    let inserted = db::insert_many(tx, INSERT, codes.iter().map(row).collect(), "").await;
    inserted.map(drop).on_unique("promotion_codes_key", "promotion_codes.code_key", taken)
}

/// The code, which no order counts and nobody changes until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, which: CodeOf) -> Result<Option<PromotionCode>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM promotion_codes WHERE id = $1 AND promotion_id = $2 FOR UPDATE");
    let row: Option<CodeRow> = db::fetch_optional(tx, &sql, values![which.id, which.promotion_id]).await?;
    row.map(PromotionCode::try_from).transpose()
}

pub(super) async fn switch(tx: &WriteTx, which: CodeOf, active: bool) -> Result<(), DatabaseError> {
    db::execute(tx, "UPDATE promotion_codes SET active = $1 WHERE id = $2", values![active, which.id]).await.map(drop)
}

pub(super) async fn delete<E: From<DatabaseError>>(tx: &WriteTx, which: CodeOf, in_use: impl FnOnce() -> E) -> Result<(), E> {
    db::execute(tx, "DELETE FROM promotion_codes WHERE id = $1", values![which.id]).await.map(drop).on_foreign(in_use)
}

/// Which codes of a promotion are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeQuery {
    /// The promotion.
    pub promotion_id: PromotionId,
    /// Only this code, in any case of its letters.
    pub code: Option<String>,
    /// Only those that may be used, or only those that may not.
    pub active: Option<bool>,
    /// The newest first, else the oldest.
    pub newest_first: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the codes of a promotion.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list_codes(db: &impl ConnectionTrait, query: &CodeQuery) -> Result<Page<PromotionCode>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.is("promotion_id", Some(query.promotion_id.uuid()));
    narrowed.is("code_key", query.code.as_deref().map(fold));
    narrowed.is("active", query.active);
    let codes = ById { columns: COLUMNS, source: "promotion_codes", id: "id" };
    codes.page::<CodeRow, PromotionCode>(db, narrowed, (&query.page, query.newest_first), |code| code.id.uuid()).await
}
