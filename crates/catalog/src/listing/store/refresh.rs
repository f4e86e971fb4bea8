//! Writing rows of the list.

use kernel::{PriceListId, ProductId, Timestamp, fold};
use platform::db::{self, DatabaseError, FromQueryResult, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::channels::Channel;

/// What a row is made of that SQL cannot work out.
pub(in crate::listing) struct Source {
    price_list_id: PriceListId,
    title_key: String,
    brand_key: Option<String>,
    tags: Vec<String>,
    /// When one of the prices begins or ends next.
    pub(in crate::listing) next_change: Option<Timestamp>,
}

#[derive(FromQueryResult)]
struct SourceRow {
    id: Uuid,
    title: String,
    brand: Option<String>,
    price_list_id: Uuid,
    tag: Option<String>,
    next_start: Option<Timestamp>,
    next_end: Option<Timestamp>,
}

/// Reads products with their tags, one row for each; products that do not exist are absent.
pub(in crate::listing) async fn read_sources(tx: &WriteTx, products: &[ProductId]) -> Result<Vec<(ProductId, Source)>, DatabaseError> {
    let sql = format!(
        "SELECT p.id, p.title, p.brand, c.price_list_id, t.tag,
            (SELECT MIN(r.starts_at) FROM variants v JOIN prices r ON r.variant_id = v.id
                WHERE v.product_id = p.id AND r.price_list_id = c.price_list_id AND r.starts_at > $1) AS next_start,
            (SELECT MIN(r.ends_at) FROM variants v JOIN prices r ON r.variant_id = v.id
                WHERE v.product_id = p.id AND r.price_list_id = c.price_list_id AND r.ends_at > $1) AS next_end
        FROM products p JOIN channels c ON c.code = $2 LEFT JOIN product_tags t ON t.product_id = p.id
        WHERE p.id IN ({}) ORDER BY p.id, t.position",
        db::placeholders(3, products.len())
    );
    let values = values![tx.now(), Channel::DEFAULT_CODE].into_iter().chain(products.iter().flat_map(|id| values![*id]));
    let rows: Vec<SourceRow> = db::fetch_all(tx, &sql, values.collect()).await?;
    let mut sources: Vec<(ProductId, Source)> = Vec::new();
    for row in rows {
        let id = ProductId::from_uuid(row.id);
        match sources.last_mut() {
            Some((last, source)) if *last == id => source.tags.extend(row.tag),
            _ => sources.push((id, Source::from(row))),
        }
    }
    Ok(sources)
}

impl From<SourceRow> for Source {
    fn from(row: SourceRow) -> Self {
        Self {
            price_list_id: PriceListId::from_uuid(row.price_list_id),
            title_key: fold(&row.title),
            brand_key: row.brand.as_deref().map(fold),
            tags: row.tag.into_iter().collect(),
            next_change: row.next_start.into_iter().chain(row.next_end).min(),
        }
    }
}

/// Writes the rows, each with its count of variants that can be bought: prices of one piece, live variants and the first
/// picture are worked out by the database. A picture may have changed after the product did; the row does not grow older by
/// that.
pub(in crate::listing) async fn write(tx: &WriteTx, rows: &[(ProductId, Source, i64)]) -> Result<(), DatabaseError> {
    const WRITE: &str = concat!(
        "INSERT INTO product_listings (product_id, status, title_key, brand_key, price_min_minor, price_max_minor, variant_count,
            variants_available, on_sale, tags, media_id, media_file_key, media_source_url, media_alt, created_at, updated_at)
        SELECT p.id, p.status, x.title_key, x.brand_key, q.price_min, q.price_max, COALESCE(q.variant_count, 0),
            x.buyable, COALESCE(q.reduced, 0) = 1, x.tags, m.id, m.file_key, m.source_url, m.alt, p.created_at, p.updated_at
        FROM x JOIN products p ON p.id = x.product_id
        LEFT JOIN (
            SELECT product_id, MIN(minor) AS price_min, MAX(minor) AS price_max, COUNT(*) AS variant_count, MAX(reduced) AS reduced
            FROM (SELECT v.product_id, ",
        super::price_of_one!("$1", "$2"),
        " AS minor, ",
        super::price_of_one!("CASE WHEN r.compare_at_minor > r.amount_minor THEN 1 ELSE 0 END", "$1", "$2"),
        " AS reduced FROM variants v WHERE v.product_id IN (SELECT product_id FROM x) AND v.archived_at IS NULL) AS priced
            GROUP BY product_id
        ) AS q ON q.product_id = p.id
        LEFT JOIN media m ON m.id = (SELECT f.id FROM media f WHERE f.product_id = p.id ORDER BY f.position, f.id LIMIT 1)
        WHERE 1 = 1
        ON CONFLICT (product_id) DO UPDATE SET status = excluded.status, title_key = excluded.title_key, brand_key = excluded.brand_key,
            price_min_minor = excluded.price_min_minor, price_max_minor = excluded.price_max_minor,
            variant_count = excluded.variant_count, variants_available = excluded.variants_available, on_sale = excluded.on_sale, tags = excluded.tags,
            media_id = excluded.media_id, media_file_key = excluded.media_file_key, media_source_url = excluded.media_source_url,
            media_alt = excluded.media_alt,
            updated_at = CASE WHEN excluded.updated_at > product_listings.updated_at THEN excluded.updated_at
                ELSE product_listings.updated_at END"
    );
    let Some(price_list_id) = rows.first().map(|(_, source, _)| source.price_list_id) else { return Ok(()) };
    let tuples: Vec<String> = (0..rows.len()).map(|row| format!("({})", db::placeholders(3 + row * 5, 5))).collect();
    let sql = format!("WITH x(product_id, title_key, brand_key, buyable, tags) AS (VALUES {}) {WRITE}", tuples.join(", "));
    let row = |(product, source, buyable): &(ProductId, Source, i64)| {
        let tags = serde_json::Value::from(source.tags.clone());
        values![*product, &source.title_key, source.brand_key.as_deref(), *buyable, tags]
    };
    let values = values![price_list_id, tx.now()].into_iter().chain(rows.iter().flat_map(row)).collect();
    db::execute(tx, &sql, values).await?;
    write_members(tx, rows.iter().map(|(product, ..)| *product)).await
}

/// Repeats the rows where categories, tags and collections name their products.
async fn write_members(tx: &WriteTx, products: impl Iterator<Item = ProductId>) -> Result<(), DatabaseError> {
    let products: Vec<Value> = products.flat_map(|id| values![id]).collect();
    for table in ["product_categories", "product_tags", "collection_products"] {
        let sql = format!(
            "UPDATE {table} AS m SET status = l.status, title_key = l.title_key, price_min_minor = l.price_min_minor, created_at = l.created_at
             FROM product_listings l
             WHERE l.product_id = m.product_id AND m.product_id IN ({})
                 AND (m.status, m.title_key, m.price_min_minor, m.created_at)
                     IS DISTINCT FROM (l.status, l.title_key, l.price_min_minor, l.created_at)",
            db::placeholders(1, products.len())
        );
        db::execute(tx, &sql, products.clone()).await?;
    }
    Ok(())
}
