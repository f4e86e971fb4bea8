//! The tree: what hangs under what, the way down to a category, whole subtrees.

use std::collections::HashMap;

use kernel::{CategoryId, PageRequest, Slug};
use platform::db::{self, Bind, ConnectionTrait, DatabaseError, FromQueryResult, Total, Value};
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
struct CountRow {
    id: Uuid,
    products: Option<i64>,
}

/// The products that are for sale in the category `root` and under it, each as often as it lies there.
const FOR_SALE: &str = "categories c JOIN product_categories pc ON pc.category_id = c.id AND pc.status = 'active'
     WHERE c.path >= root.path AND c.path < root.path || 'g'";

/// How many products that are for sale lie in each category or under it, each product counted once: one statement for all. Like the
/// totals of lists, they are exact down to the deepest row of numbered pages, and who has more is not counted again for a while.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn product_counts(db: &impl ConnectionTrait, categories: &[CategoryId]) -> Result<HashMap<CategoryId, Total>, DatabaseError> {
    let name = |id: &CategoryId| db.long_lists().map(|lists| (lists, lists.name(FOR_SALE, &[id.bind()])));
    let (long, asked): (Vec<CategoryId>, Vec<CategoryId>) =
        categories.iter().partition(|id| name(id).is_some_and(|(lists, name)| lists.knows(name)));
    let (mut counted, entangled) = count_some(db, &asked).await?;
    counted.extend(count_all(db, &entangled).await?);
    for (lists, name) in counted.iter().filter(|(_, total)| total.is_estimate).filter_map(|(id, _)| name(id)) {
        lists.remember(name);
    }
    Ok(long.into_iter().map(|id| (id, Total::LONG)).chain(counted).collect())
}

type Counted = Vec<(CategoryId, Total)>;

/// Counts what can be told from twice as many places as there are products to tell; the others' products lie in several of their
/// categories each. Where no category hangs under it, a product has one place.
async fn count_some(db: &impl ConnectionTrait, categories: &[CategoryId]) -> Result<(Counted, Vec<CategoryId>), DatabaseError> {
    let (deepest, places) = (PageRequest::DEEPEST_ROW, 2 * PageRequest::DEEPEST_ROW);
    let sql = format!(
        "SELECT root.id AS id, CASE WHEN EXISTS (SELECT 1 FROM categories below WHERE below.parent_id = root.id) THEN (
             SELECT CASE WHEN COUNT(DISTINCT product_id) > {deepest} OR COUNT(*) <= {places} THEN COUNT(DISTINCT product_id) END
             FROM (SELECT pc.product_id FROM {FOR_SALE} LIMIT {places} + 1) AS seen
         ) ELSE (
             SELECT COUNT(*) FROM (
                 SELECT 1 FROM product_categories pc WHERE pc.category_id = root.id AND pc.status = 'active' LIMIT {deepest} + 1
             ) AS members
         ) END AS products FROM categories root WHERE root.id IN "
    );
    let (told, untold): (Vec<_>, Vec<_>) = rows(db, sql, categories).await?.into_iter().partition(|(_, products)| products.is_some());
    Ok((totals(told), untold.into_iter().map(|(id, _)| id).collect()))
}

async fn count_all(db: &impl ConnectionTrait, categories: &[CategoryId]) -> Result<Counted, DatabaseError> {
    let products = format!("(SELECT CAST(COUNT(DISTINCT pc.product_id) AS BIGINT) FROM {FOR_SALE})");
    let sql = format!("SELECT root.id AS id, {products} AS products FROM categories root WHERE root.id IN ");
    Ok(totals(rows(db, sql, categories).await?))
}

async fn rows(db: &impl ConnectionTrait, sql: String, categories: &[CategoryId]) -> Result<Vec<(CategoryId, Option<i64>)>, DatabaseError> {
    if categories.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{sql} ({})", db::placeholders(1, categories.len()));
    let rows: Vec<CountRow> = db::fetch_all(db, &sql, categories.iter().flat_map(|id| values![*id]).collect()).await?;
    Ok(rows.into_iter().map(|row| (CategoryId::from_uuid(row.id), row.products)).collect())
}

fn totals(rows: Vec<(CategoryId, Option<i64>)>) -> Counted {
    rows.into_iter().map(|(id, products)| (id, Total::of(products.unwrap_or(0)))).collect()
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
