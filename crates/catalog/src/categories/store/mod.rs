//! Rows of the categories.

mod list;
mod tree;

use std::collections::HashSet;

use kernel::{CategoryId, Slug, Timestamp, fold};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, OnBroken, WriteTx};
use platform::values;
use uuid::Uuid;

use super::create::CreateCategoryError;
use super::delete::DeleteCategoryError;
use super::model::{Category, CategoryRef};
use super::update::UpdateCategoryError;
use crate::redirects;
pub use list::{CategoryQuery, CategorySort, Parent, list};
pub use tree::{CategoryNode, CategoryTree, Crumb, breadcrumbs, subtree_ids, subtrees, tree};

/// What always holds of categories. Depths that grow by one from parent to child leave no room for a circle.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "c01",
        says: "a category's path is its parent's and one more id",
        sql: "SELECT c.slug AS culprit FROM categories c LEFT JOIN categories p ON p.id = c.parent_id
            WHERE substr(c.path, 1, length(c.path) - 33) <> COALESCE(p.path, '') OR substr(c.path, length(c.path), 1) <> '/'",
        grace_s: None,
    },
    Invariant {
        code: "c02",
        says: "a category lies one level below its parent, a root at the top",
        sql: "SELECT c.slug AS culprit FROM categories c LEFT JOIN categories p ON p.id = c.parent_id
            WHERE c.depth <> COALESCE(p.depth + 1, 0) OR length(c.path) <> 33 * (c.depth + 1)",
        grace_s: None,
    },
];

#[derive(FromQueryResult)]
struct CategoryRow {
    id: Uuid,
    parent_id: Option<Uuid>,
    path: String,
    depth: i64,
    slug: String,
    name: String,
    description: String,
    position: i64,
    seo_title: Option<String>,
    seo_description: Option<String>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<CategoryRow> for Category {
    type Error = DatabaseError;

    fn try_from(row: CategoryRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: CategoryId::from_uuid(row.id),
            parent_id: row.parent_id.map(CategoryId::from_uuid),
            depth: row.depth,
            path: row.path,
            slug: Slug::parse(&row.slug).map_err(|_| DatabaseError::corrupt("categories.slug"))?,
            name: row.name,
            description: row.description,
            position: row.position,
            seo_title: row.seo_title,
            seo_description: row.seo_description,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

const SELECT: &str = "SELECT c.id, c.parent_id, c.path, c.depth, c.slug, c.name, c.description, c.position, c.seo_title, \
    c.seo_description, c.version, c.created_at, c.updated_at FROM categories c";

async fn many(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Vec<Category>, DatabaseError> {
    let rows: Vec<CategoryRow> = db::fetch_all(db, &format!("{SELECT} {rest}"), values).await?;
    rows.into_iter().map(Category::try_from).collect()
}

async fn one(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Option<Category>, DatabaseError> {
    let row: Option<CategoryRow> = db::fetch_optional(db, &format!("{SELECT} {rest}"), values).await?;
    row.map(Category::try_from).transpose()
}

/// One category.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: CategoryId) -> Result<Option<Category>, DatabaseError> {
    one(db, "WHERE c.id = $1", values![id]).await
}

/// One category by id or slug.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_ref(db: &impl ConnectionTrait, category: &CategoryRef) -> Result<Option<Category>, DatabaseError> {
    match category {
        CategoryRef::Id(id) => find(db, *id).await,
        CategoryRef::Slug(slug) => one(db, "WHERE c.slug = $1", values![slug]).await,
    }
}

pub(super) async fn find_optional(db: &impl ConnectionTrait, id: Option<CategoryId>) -> Result<Option<Category>, DatabaseError> {
    match id {
        Some(id) => find(db, id).await,
        None => Ok(None),
    }
}

/// Whoever changes the shape of the tree does so alone, until its transaction ends.
pub(super) async fn lock_tree(tx: &WriteTx) -> Result<(), DatabaseError> {
    db::lock_name(tx, "catalog.categories").await
}

pub(super) async fn lock(tx: &WriteTx, id: CategoryId) -> Result<Option<Category>, DatabaseError> {
    one(tx, "WHERE c.id = $1 FOR UPDATE", values![id]).await
}

/// Every category that bears one of these names, wherever it hangs.
pub(super) async fn named(db: &impl ConnectionTrait, names: &[String]) -> Result<Vec<Category>, DatabaseError> {
    let keys: Vec<db::Value> = names.iter().flat_map(|name| values![fold(name)]).collect();
    let rest = format!("WHERE c.name_key IN ({}) ORDER BY c.depth, c.position, c.id", db::placeholders(1, keys.len()));
    many(db, &rest, keys).await
}

/// The slug of the category that had this one before: two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_renamed(db: &impl ConnectionTrait, former: &Slug) -> Result<Option<Slug>, DatabaseError> {
    let Some(id) = redirects::category_of(db, former).await? else { return Ok(None) };
    Ok(find_ref(db, &CategoryRef::Id(id)).await?.map(|category| category.slug))
}

/// The slugs that are this one or this one with something behind it. Slugs hold no wildcards.
pub(super) async fn slugs_like(db: &impl ConnectionTrait, slug: &Slug) -> Result<HashSet<String>, DatabaseError> {
    #[derive(FromQueryResult)]
    struct SlugRow {
        slug: String,
    }
    const SELECT: &str = "SELECT slug FROM categories WHERE slug = $1 OR slug LIKE $2 ORDER BY slug";
    // A long slug gives way to its number, so that what is taken may be shorter than it by that much.
    let stem: String = slug.as_str().chars().take(Slug::MAX - 12).collect();
    let rows: Vec<SlugRow> = db::fetch_all(db, SELECT, values![slug, format!("{stem}%")]).await?;
    Ok(rows.into_iter().map(|row| row.slug).collect())
}

/// The position of the last child of this parent (or of the last root).
pub(super) async fn last_position(db: &impl ConnectionTrait, parent: Option<CategoryId>) -> Result<Option<i64>, DatabaseError> {
    let (sql, values) = match parent {
        Some(parent) => ("SELECT MAX(position) FROM categories WHERE parent_id = $1", values![parent]),
        None => ("SELECT MAX(position) FROM categories WHERE parent_id IS NULL", vec![]),
    };
    Ok(db::fetch_scalar::<Option<i64>>(db, sql, values).await?.flatten())
}

/// How deep the category's subtree reaches.
pub(super) async fn deepest(db: &impl ConnectionTrait, category: &Category) -> Result<i64, DatabaseError> {
    const SELECT: &str = "SELECT MAX(depth) FROM categories WHERE path >= $1 AND path < $2";
    let deepest: Option<Option<i64>> = db::fetch_scalar(db, SELECT, values![&category.path, end_of_subtree(&category.path)]).await?;
    Ok(deepest.flatten().unwrap_or(category.depth))
}

/// The first path behind a subtree: what follows a path begins with a hexadecimal digit, and `g` follows those.
fn end_of_subtree(path: &str) -> String {
    format!("{path}g")
}

/// Takes the subtree to another path; one statement, whatever hangs there.
pub(super) async fn rewrite_paths(tx: &WriteTx, category: &Category, path: &str, levels: i64) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE categories SET path = $1 || substr(path, CAST($2 AS INTEGER)), depth = depth + $3
        WHERE path >= $4 AND path < $5";
    let rest_starts_at = i64::try_from(category.path.len()).unwrap_or(i64::MAX).saturating_add(1);
    let values = values![path, rest_starts_at, levels, &category.path, end_of_subtree(&category.path)];
    db::execute(tx, UPDATE, values).await.map(drop)
}

/// Inserts the category; the unique key on `slug` decides who has it.
pub(super) async fn insert(tx: &WriteTx, category: &Category) -> Result<(), CreateCategoryError> {
    const INSERT: &str = "INSERT INTO categories (id, parent_id, path, depth, slug, name, name_key, description, position, seo_title,
        seo_description, version, created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $14)";
    let values = values![
        category.id,
        category.parent_id,
        &category.path,
        category.depth,
        &category.slug,
        &category.name,
        fold(&category.name),
        &category.description,
        category.position,
        category.seo_title.clone(),
        category.seo_description.clone(),
        category.version,
        category.created_at,
        tx.actor().to_string(),
    ];
    let inserted = db::execute(tx, INSERT, values).await.map(drop);
    inserted.on_unique("categories_slug_key", "categories.slug", || CreateCategoryError::SlugTaken)
}

/// Writes the category, whose row is locked; path and depth were written with its subtree's.
pub(super) async fn update(tx: &WriteTx, category: &Category) -> Result<(), UpdateCategoryError> {
    const UPDATE: &str = "UPDATE categories SET parent_id = $1, slug = $2, name = $3, name_key = $4, description = $5, position = $6,
        seo_title = $7, seo_description = $8, version = $9, updated_at = $10, updated_by = $11 WHERE id = $12";
    let values = values![
        category.parent_id,
        &category.slug,
        &category.name,
        fold(&category.name),
        &category.description,
        category.position,
        category.seo_title.clone(),
        category.seo_description.clone(),
        category.version,
        category.updated_at,
        tx.actor().to_string(),
        category.id,
    ];
    let updated = db::execute(tx, UPDATE, values).await.map(drop);
    updated.on_unique("categories_slug_key", "categories.slug", || UpdateCategoryError::SlugTaken)
}

/// Writes where the category hangs; its row is locked.
pub(super) async fn update_place(tx: &WriteTx, category: &Category) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE categories SET parent_id = $1, position = $2, version = $3, updated_at = $4, updated_by = $5 WHERE id = $6";
    let actor = tx.actor().to_string();
    let values = values![category.parent_id, category.position, category.version, category.updated_at, actor, category.id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

/// True where something hangs under the category or lies in it.
pub(super) async fn is_in_use(db: &impl ConnectionTrait, id: CategoryId) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM categories WHERE parent_id = $1
        UNION ALL SELECT CAST(1 AS BIGINT) FROM product_categories WHERE category_id = $1 LIMIT 1";
    Ok(db::fetch_scalar::<i64>(db, SELECT, values![id]).await?.is_some())
}

/// Removes the category and what other systems call it. A product that is put into it at the same moment keeps it.
pub(super) async fn delete(tx: &WriteTx, id: CategoryId) -> Result<(), DeleteCategoryError> {
    const DELETE_REFS: &str = "DELETE FROM external_refs WHERE entity = 'category' AND entity_id = $1";
    db::execute(tx, DELETE_REFS, values![id]).await?;
    let deleted = db::execute(tx, "DELETE FROM categories WHERE id = $1", values![id]).await.map(drop);
    deleted.on_foreign(|| DeleteCategoryError::InUse)
}
