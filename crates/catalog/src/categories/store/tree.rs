//! The tree: what hangs under what, the way down to a category, whole subtrees.

use std::collections::HashMap;

use kernel::{CategoryId, Slug};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value};
use platform::values;
use uuid::Uuid;

use super::{end_of_subtree, many};
use crate::categories::model::{Category, CategoryRef};

/// A tree answers whole, so it has a bound; a shop with more shows it level by level.
const MOST_NODES: usize = 2_000;

/// A category and what hangs under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryNode {
    /// The category.
    pub category: Category,
    /// In the order of their positions.
    pub children: Vec<Self>,
}

/// What hangs under a category, or all roots with what hangs under them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryTree {
    /// The topmost categories.
    pub nodes: Vec<CategoryNode>,
    /// True where the tree has more categories than one answer holds; the deepest are left out.
    pub is_cut: bool,
}

/// One step of the way down to a category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// Which category.
    pub id: CategoryId,
    /// Its name in addresses.
    pub slug: Slug,
    /// What people call it.
    pub name: String,
}

/// The tree under a category (without it), or all of it: one statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn tree(db: &impl ConnectionTrait, under: Option<&Category>) -> Result<CategoryTree, DatabaseError> {
    let (range, values) =
        under.map_or(("TRUE", vec![]), |root| ("c.path > $1 AND c.path < $2", values![&root.path, end_of_subtree(&root.path)]));
    // Level by level, so that a cut leaves no category without its parent.
    let rest = format!("WHERE {range} ORDER BY c.depth, c.position, c.id LIMIT {}", MOST_NODES + 1);
    let mut categories = many(db, &rest, values).await?;
    let is_cut = categories.len() > MOST_NODES;
    categories.truncate(MOST_NODES);
    Ok(CategoryTree { nodes: assemble(categories, under.map(|root| root.id)), is_cut })
}

fn assemble(categories: Vec<Category>, root: Option<CategoryId>) -> Vec<CategoryNode> {
    let mut children: HashMap<Option<CategoryId>, Vec<CategoryNode>> = HashMap::new();
    // From the deepest up: when a category's turn comes, all that hangs under it has been seen.
    for category in categories.into_iter().rev() {
        let below = children.remove(&Some(category.id)).unwrap_or_default();
        let node = CategoryNode { children: below.into_iter().rev().collect(), category };
        children.entry(node.category.parent_id).or_default().push(node);
    }
    children.remove(&root).unwrap_or_default().into_iter().rev().collect()
}

#[derive(FromQueryResult)]
struct CrumbRow {
    id: Uuid,
    slug: String,
    name: String,
}

/// For each of the categories the way down to it, from the root to itself: one statement for all.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn breadcrumbs(db: &impl ConnectionTrait, categories: &[Category]) -> Result<Vec<Vec<Crumb>>, DatabaseError> {
    let mut ids: Vec<CategoryId> = categories.iter().flat_map(Category::lineage).collect();
    ids.sort_unstable();
    ids.dedup();
    let sql = format!("SELECT id, slug, name FROM categories WHERE id IN ({}) ORDER BY id", db::placeholders(1, ids.len()));
    let rows: Vec<CrumbRow> = db::fetch_all(db, &sql, ids.into_iter().flat_map(|id| values![id]).collect()).await?;
    let mut known = HashMap::with_capacity(rows.len());
    for row in rows {
        let id = CategoryId::from_uuid(row.id);
        let slug = Slug::parse(&row.slug).map_err(|_| DatabaseError::corrupt("categories.slug"))?;
        known.insert(id, Crumb { id, slug, name: row.name });
    }
    let way = |category: &Category| category.lineage().iter().filter_map(|id| known.get(id).cloned()).collect();
    Ok(categories.iter().map(way).collect())
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// The categories and everything under them, for filters: one statement. Names of no category add nothing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn subtree_ids(db: &impl ConnectionTrait, roots: &[CategoryRef]) -> Result<Vec<CategoryId>, DatabaseError> {
    let mut ids: Vec<Value> = Vec::new();
    let mut slugs: Vec<Value> = Vec::new();
    for root in roots {
        match root {
            CategoryRef::Id(id) => ids.extend(values![*id]),
            CategoryRef::Slug(slug) => slugs.extend(values![slug]),
        }
    }
    let sql = format!(
        "SELECT DISTINCT c.id FROM categories root JOIN categories c ON c.path >= root.path AND c.path < root.path || 'g'
         WHERE root.id IN ({}) OR root.slug IN ({}) ORDER BY c.id",
        db::placeholders(1, ids.len()),
        db::placeholders(ids.len() + 1, slugs.len())
    );
    let rows: Vec<IdRow> = db::fetch_all(db, &sql, ids.into_iter().chain(slugs).collect()).await?;
    Ok(rows.into_iter().map(|row| CategoryId::from_uuid(row.id)).collect())
}

#[derive(FromQueryResult)]
struct BelowRow {
    root_id: Uuid,
    id: Uuid,
}

/// Each of the categories with everything under it, by its id: one statement for all. One that does not exist has nothing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn subtrees(db: &impl ConnectionTrait, roots: &[CategoryId]) -> Result<HashMap<CategoryId, Vec<CategoryId>>, DatabaseError> {
    let mut subtrees: HashMap<CategoryId, Vec<CategoryId>> = HashMap::new();
    if roots.is_empty() {
        return Ok(subtrees);
    }
    let sql = format!(
        "SELECT root.id AS root_id, c.id AS id FROM categories root JOIN categories c ON c.path >= root.path AND c.path < root.path || 'g'
         WHERE root.id IN ({}) ORDER BY root.id, c.id",
        db::placeholders(1, roots.len())
    );
    let rows: Vec<BelowRow> = db::fetch_all(db, &sql, roots.iter().flat_map(|id| values![*id]).collect()).await?;
    for row in rows {
        subtrees.entry(CategoryId::from_uuid(row.root_id)).or_default().push(CategoryId::from_uuid(row.id));
    }
    Ok(subtrees)
}
