//! How many products lie in categories.

use std::collections::HashMap;

use kernel::{CategoryId, PageRequest};
use platform::cache::Tag;
use platform::db::{self, Bind, ConnectionTrait, DatabaseError, Finding, FromQueryResult, Total};
use platform::values;
use uuid::Uuid;

use crate::categories::CategoryEvent;
use crate::products::ProductEvent;

#[derive(FromQueryResult)]
struct CountRow {
    id: Uuid,
    products: Option<i64>,
}

/// The products that are for sale in the category `root` and under it, each as often as it lies there.
const FOR_SALE: &str = "categories c JOIN product_categories pc ON pc.category_id = c.id AND pc.status = 'active'
     WHERE c.path >= root.path AND c.path < root.path || 'g'";

/// How many products that are for sale lie in each category or under it, each product counted once: one statement for all that are not
/// known. Like the totals of lists, they are exact down to the deepest row of numbered pages.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn product_counts(db: &impl ConnectionTrait, categories: &[CategoryId]) -> Result<HashMap<CategoryId, Total>, DatabaseError> {
    let Some(findings) = db.findings() else { return Ok(count(db, categories).await?.into_iter().collect()) };
    let name = |id: CategoryId| findings.name(FOR_SALE, &[id.bind()]);
    let (mut counts, mut unknown) = (HashMap::new(), Vec::new());
    for id in categories.iter().copied() {
        match findings.find(&name(id)) {
            Some(Finding::Total(total)) => _ = counts.insert(id, total),
            _ => unknown.push(id),
        }
    }
    let asking = findings.ask();
    for (id, total) in count(db, &unknown).await? {
        asking.learn_total(&name(id), total, vec![Tag::every::<ProductEvent>(), Tag::every::<CategoryEvent>()]);
        counts.insert(id, total);
    }
    Ok(counts)
}

type Counted = Vec<(CategoryId, Total)>;

async fn count(db: &impl ConnectionTrait, categories: &[CategoryId]) -> Result<Counted, DatabaseError> {
    let (mut counted, entangled) = count_some(db, categories).await?;
    counted.extend(count_all(db, &entangled).await?);
    Ok(counted)
}

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
