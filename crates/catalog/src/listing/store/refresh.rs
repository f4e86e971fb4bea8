//! Writing one row of the list.

use kernel::{PriceListId, ProductId, Timestamp, fold};
use platform::db::{self, DatabaseError, FromQueryResult, WriteTx};
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
    title: String,
    brand: Option<String>,
    price_list_id: Uuid,
    tag: Option<String>,
    next_start: Option<Timestamp>,
    next_end: Option<Timestamp>,
}

/// Reads the product with its tags, one row for each.
pub(in crate::listing) async fn read_source(tx: &WriteTx, product: ProductId) -> Result<Option<Source>, DatabaseError> {
    const SELECT: &str = "SELECT p.title, p.brand, c.price_list_id, t.tag,
            (SELECT MIN(r.starts_at) FROM variants v JOIN prices r ON r.variant_id = v.id
                WHERE v.product_id = p.id AND r.price_list_id = c.price_list_id AND r.starts_at > $2) AS next_start,
            (SELECT MIN(r.ends_at) FROM variants v JOIN prices r ON r.variant_id = v.id
                WHERE v.product_id = p.id AND r.price_list_id = c.price_list_id AND r.ends_at > $2) AS next_end
        FROM products p JOIN channels c ON c.code = $3 LEFT JOIN product_tags t ON t.product_id = p.id
        WHERE p.id = $1 ORDER BY t.position";
    let rows: Vec<SourceRow> = db::fetch_all(tx, SELECT, values![product, tx.now(), Channel::DEFAULT_CODE]).await?;
    let tags = rows.iter().filter_map(|row| row.tag.clone()).collect();
    Ok(rows.into_iter().next().map(|row| Source {
        price_list_id: PriceListId::from_uuid(row.price_list_id),
        title_key: fold(&row.title),
        brand_key: row.brand.as_deref().map(fold),
        tags,
        next_change: row.next_start.into_iter().chain(row.next_end).min(),
    }))
}

/// Writes the row: prices of one piece, live variants and the first picture are worked out by the database. A picture may
/// have changed after the product did; the row does not grow older by that.
pub(in crate::listing) async fn write(tx: &WriteTx, product: ProductId, source: &Source, buyable: i64) -> Result<(), DatabaseError> {
    const WRITE: &str = concat!(
        "INSERT INTO product_listings (product_id, status, title_key, brand_key, price_min_minor, price_max_minor, variant_count,
            variants_available, tags, media_id, media_file_key, media_source_url, media_alt, created_at, updated_at)
        SELECT p.id, p.status, $4, $5, q.price_min, q.price_max, q.variant_count,
            $6, $7, m.id, m.file_key, m.source_url, m.alt, p.created_at, p.updated_at
        FROM products p
        CROSS JOIN (
            SELECT MIN(minor) AS price_min, MAX(minor) AS price_max, COUNT(*) AS variant_count
            FROM (SELECT ",
        super::price_of_one!("$2", "$3"),
        " AS minor FROM variants v WHERE v.product_id = $1 AND v.archived_at IS NULL) AS priced
        ) AS q
        LEFT JOIN media m ON m.id = (SELECT f.id FROM media f WHERE f.product_id = $1 ORDER BY f.position, f.id LIMIT 1)
        WHERE p.id = $1
        ON CONFLICT (product_id) DO UPDATE SET status = excluded.status, title_key = excluded.title_key, brand_key = excluded.brand_key,
            price_min_minor = excluded.price_min_minor, price_max_minor = excluded.price_max_minor,
            variant_count = excluded.variant_count, variants_available = excluded.variants_available, tags = excluded.tags,
            media_id = excluded.media_id, media_file_key = excluded.media_file_key, media_source_url = excluded.media_source_url,
            media_alt = excluded.media_alt,
            updated_at = CASE WHEN excluded.updated_at > product_listings.updated_at THEN excluded.updated_at
                ELSE product_listings.updated_at END"
    );
    let tags = serde_json::Value::from(source.tags.clone());
    let values = values![product, source.price_list_id, tx.now(), &source.title_key, source.brand_key.as_deref(), buyable, tags];
    db::execute(tx, WRITE, values).await.map(drop)
}
