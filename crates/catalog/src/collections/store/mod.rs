//! Rows of the collections.

mod list;
mod members;

use std::collections::HashSet;

use kernel::{CollectionId, Slug, Timestamp, fold};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, OnBroken, Value, WriteTx};
use platform::values;
use serde_json::json;
use uuid::Uuid;

use super::error::CollectionError;
use super::model::{Collection, CollectionKind, CollectionRef, Contents};
use super::rules::{Rules, RulesInput};
use crate::redirects;
pub use list::{CollectionQuery, CollectionSort, list};
pub(super) use members::{Member, members, put, remove};

#[derive(FromQueryResult)]
struct CollectionRow {
    id: Uuid,
    slug: String,
    name: String,
    description: String,
    status: String,
    kind: String,
    rules: Option<serde_json::Value>,
    position: i64,
    seo_title: Option<String>,
    seo_description: Option<String>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<CollectionRow> for Collection {
    type Error = DatabaseError;

    fn try_from(row: CollectionRow) -> Result<Self, DatabaseError> {
        let kind: CollectionKind = row.kind.parse().map_err(|_| DatabaseError::corrupt("collections.kind"))?;
        Ok(Self {
            id: CollectionId::from_uuid(row.id),
            slug: Slug::parse(&row.slug).map_err(|_| DatabaseError::corrupt("collections.slug"))?,
            name: row.name,
            description: row.description,
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("collections.status"))?,
            contents: match kind {
                CollectionKind::Manual => Contents::Manual,
                CollectionKind::Rules => Contents::Rules(rules(row.rules)?),
            },
            position: row.position,
            seo_title: row.seo_title,
            seo_description: row.seo_description,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn rules(kept: Option<serde_json::Value>) -> Result<Rules, DatabaseError> {
    let input = kept.and_then(|kept| serde_json::from_value::<RulesInput>(kept).ok());
    input.and_then(|input| Rules::parse(input).ok()).ok_or_else(|| DatabaseError::corrupt("collections.rules"))
}

const SELECT: &str = "SELECT c.id, c.slug, c.name, c.description, c.status, c.kind, c.rules, c.position, c.seo_title, c.seo_description, \
    c.version, c.created_at, c.updated_at FROM collections c";

async fn one(db: &impl ConnectionTrait, rest: &str, values: Vec<Value>) -> Result<Option<Collection>, DatabaseError> {
    let row: Option<CollectionRow> = db::fetch_optional(db, &format!("{SELECT} {rest}"), values).await?;
    row.map(Collection::try_from).transpose()
}

/// One collection.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: CollectionId) -> Result<Option<Collection>, DatabaseError> {
    one(db, "WHERE c.id = $1", values![id]).await
}

/// One collection by id or slug.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_ref(db: &impl ConnectionTrait, collection: &CollectionRef) -> Result<Option<Collection>, DatabaseError> {
    match collection {
        CollectionRef::Id(id) => find(db, *id).await,
        CollectionRef::Slug(slug) => one(db, "WHERE c.slug = $1", values![slug]).await,
    }
}

/// The collection that had this slug before: two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_renamed(db: &impl ConnectionTrait, former: &Slug) -> Result<Option<Collection>, DatabaseError> {
    let Some(id) = redirects::collection_of(db, former).await? else { return Ok(None) };
    find(db, id).await
}

pub(super) async fn lock(tx: &WriteTx, id: CollectionId) -> Result<Option<Collection>, DatabaseError> {
    one(tx, "WHERE c.id = $1 FOR UPDATE", values![id]).await
}

/// Whoever makes a collection does so alone, until the transaction ends.
pub(super) async fn lock_all(tx: &WriteTx) -> Result<(), DatabaseError> {
    db::lock_name(tx, "catalog.collections").await
}

/// The slugs that are this one or this one with something behind it. Slugs hold no wildcards.
pub(super) async fn slugs_like(db: &impl ConnectionTrait, slug: &Slug) -> Result<HashSet<String>, DatabaseError> {
    #[derive(FromQueryResult)]
    struct SlugRow {
        slug: String,
    }
    const SELECT: &str = "SELECT slug FROM collections WHERE slug = $1 OR slug LIKE $2 ORDER BY slug";
    // A long slug gives way to its number, so that what is taken may be shorter than it by that much.
    let stem: String = slug.as_str().chars().take(Slug::MAX - 12).collect();
    let rows: Vec<SlugRow> = db::fetch_all(db, SELECT, values![slug, format!("{stem}%")]).await?;
    Ok(rows.into_iter().map(|row| row.slug).collect())
}

/// The position of the last collection.
pub(super) async fn last_position(db: &impl ConnectionTrait) -> Result<Option<i64>, DatabaseError> {
    Ok(db::fetch_scalar::<Option<i64>>(db, "SELECT MAX(position) FROM collections", vec![]).await?.flatten())
}

/// The columns that people change, in the order of [`content`].
const CONTENT: [&str; 12] = [
    "slug",
    "name",
    "name_key",
    "description",
    "status",
    "rules",
    "position",
    "seo_title",
    "seo_description",
    "version",
    "updated_at",
    "updated_by",
];

fn content(tx: &WriteTx, collection: &Collection) -> Vec<Value> {
    values![
        &collection.slug,
        &collection.name,
        fold(&collection.name),
        &collection.description,
        collection.status.as_str(),
        collection.contents.rules().map(|rules| json!(rules)),
        collection.position,
        collection.seo_title.clone(),
        collection.seo_description.clone(),
        collection.version,
        collection.updated_at,
        tx.actor().to_string(),
    ]
}

/// Inserts the collection; the unique key on `slug` decides who has it.
pub(super) async fn insert(tx: &WriteTx, collection: &Collection) -> Result<(), CollectionError> {
    let first = CONTENT.len() + 1;
    let sql = format!(
        "INSERT INTO collections ({}, id, kind, created_at, created_by) VALUES ({})",
        CONTENT.join(", "),
        db::placeholders(1, first + 3)
    );
    let mut values = content(tx, collection);
    values.extend(values![collection.id, collection.contents.kind().as_str(), collection.created_at, tx.actor().to_string()]);
    let inserted = db::execute(tx, &sql, values).await.map(drop);
    inserted.on_unique("collections_slug_key", "collections.slug", || CollectionError::SlugTaken)
}

/// Writes the collection, whose row is locked.
pub(super) async fn update(tx: &WriteTx, collection: &Collection) -> Result<(), CollectionError> {
    let set: Vec<String> = CONTENT.iter().enumerate().map(|(place, column)| format!("{column} = ${}", place + 1)).collect();
    let sql = format!("UPDATE collections SET {} WHERE id = ${}", set.join(", "), CONTENT.len() + 1);
    let mut values = content(tx, collection);
    values.extend(values![collection.id]);
    let updated = db::execute(tx, &sql, values).await.map(drop);
    updated.on_unique("collections_slug_key", "collections.slug", || CollectionError::SlugTaken)
}

/// Removes the collection and what was put into it.
pub(super) async fn delete(tx: &WriteTx, id: CollectionId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM collections WHERE id = $1", values![id]).await.map(drop)
}
