//! Rows of what leads elsewhere.

mod slugs;

use kernel::{Page, PageRequest, RedirectId, Timestamp};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken, WriteTx};
use platform::values;
use uuid::Uuid;

use super::error::RedirectError;
use super::model::{Redirect, ShopPath, Target};
pub use slugs::{Renamed, category_of, collection_of, keep, product_of};

const COLUMNS: &str = "id, from_path, target, is_permanent, version, created_at, updated_at";

#[derive(FromQueryResult)]
struct RedirectRow {
    id: Uuid,
    from_path: String,
    target: String,
    is_permanent: bool,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<RedirectRow> for Redirect {
    type Error = DatabaseError;

    fn try_from(row: RedirectRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: RedirectId::from_uuid(row.id),
            from: ShopPath::parse(&row.from_path).map_err(|_| DatabaseError::corrupt("redirects.from_path"))?,
            to: Target::parse(&row.target).map_err(|_| DatabaseError::corrupt("redirects.target"))?,
            is_permanent: row.is_permanent,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Which redirects are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectQuery {
    /// Whose path begins so.
    pub begins: Option<String>,
    /// Newest first.
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of redirects in the order in which they were made: at most two statements.
///
/// # Errors
/// `ListError`: a page that lies too deep, or the database.
pub async fn list(db: &impl ConnectionTrait, query: &RedirectQuery) -> Result<Page<Redirect>, ListError> {
    let mut narrowed = Conditions::default();
    if let Some(begins) = &query.begins {
        let begins = narrowed.parameters.begins("from_path", begins);
        narrowed.add(begins);
    }
    let by_id = ById { columns: COLUMNS, source: "redirects", id: "id" };
    by_id.page::<RedirectRow, _>(db, narrowed, (&query.page, query.descending), |redirect: &Redirect| redirect.id.uuid()).await
}

async fn one(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Option<Redirect>, DatabaseError> {
    let row: Option<RedirectRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM redirects {rest}"), values).await?;
    row.map(Redirect::try_from).transpose()
}

/// One redirect.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: RedirectId) -> Result<Option<Redirect>, DatabaseError> {
    one(db, "WHERE id = $1", values![id]).await
}

/// Where a path leads, if it leads anywhere.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn resolve(db: &impl ConnectionTrait, path: &ShopPath) -> Result<Option<Redirect>, DatabaseError> {
    one(db, "WHERE from_path = $1", values![path.as_str()]).await
}

/// Whoever writes redirects does so alone, until the transaction ends: no two of them lead to each other.
pub(super) async fn lock_all(tx: &WriteTx) -> Result<(), DatabaseError> {
    db::lock_name(tx, "catalog.redirects").await
}

/// Inserts the redirect; the unique key on its path decides who has that.
pub(super) async fn insert(tx: &WriteTx, redirect: &Redirect) -> Result<(), RedirectError> {
    const INSERT: &str =
        "INSERT INTO redirects (id, from_path, target, target_path, is_permanent, version, created_at, updated_at, created_by,
        updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $8)";
    let values = values![
        redirect.id,
        redirect.from.as_str(),
        redirect.to.as_str(),
        redirect.to.path().map(ShopPath::as_str),
        redirect.is_permanent,
        redirect.version,
        redirect.created_at,
        tx.actor().to_string(),
    ];
    db::execute(tx, INSERT, values).await.map(drop).on_unique("redirects_from_key", "redirects.from_path", || RedirectError::PathTaken)
}

/// Writes the redirect.
pub(super) async fn update(tx: &WriteTx, redirect: &Redirect) -> Result<(), RedirectError> {
    const UPDATE: &str =
        "UPDATE redirects SET from_path = $1, target = $2, target_path = $3, is_permanent = $4, version = $5, updated_at = $6,
        updated_by = $7 WHERE id = $8";
    let values = values![
        redirect.from.as_str(),
        redirect.to.as_str(),
        redirect.to.path().map(ShopPath::as_str),
        redirect.is_permanent,
        redirect.version,
        redirect.updated_at,
        tx.actor().to_string(),
        redirect.id,
    ];
    db::execute(tx, UPDATE, values).await.map(drop).on_unique("redirects_from_key", "redirects.from_path", || RedirectError::PathTaken)
}

/// What led to the path of this redirect leads to its target, under its next version.
pub(super) async fn lead_on(tx: &WriteTx, redirect: &Redirect) -> Result<Vec<Redirect>, DatabaseError> {
    let update = format!(
        "UPDATE redirects SET target = $1, target_path = $2, version = version + 1, updated_at = $3, updated_by = $4 WHERE target_path = $5
        RETURNING {COLUMNS}"
    );
    let target = redirect.to.path().map(ShopPath::as_str);
    let values = values![redirect.to.as_str(), target, redirect.updated_at, tx.actor().to_string(), redirect.from.as_str()];
    let rows: Vec<RedirectRow> = db::fetch_all(tx, &update, values).await?;
    rows.into_iter().map(Redirect::try_from).collect()
}

/// Removes the redirect.
pub(super) async fn delete(tx: &WriteTx, id: RedirectId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM redirects WHERE id = $1", values![id]).await.map(drop)
}
