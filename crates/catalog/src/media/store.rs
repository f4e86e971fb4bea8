//! Rows of the pictures.

use kernel::{MediaId, ProductId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{Media, MediaSource};

/// What always holds of pictures and of what names them.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "c03",
        says: "a variant's picture is one of its product's",
        sql: "SELECT p.slug AS culprit FROM variants v JOIN products p ON p.id = v.product_id
            LEFT JOIN media m ON m.id = v.media_id AND m.product_id = v.product_id WHERE v.media_id IS NOT NULL AND m.id IS NULL",
        grace_s: None,
    },
    Invariant {
        code: "c04",
        says: "a product is listed with its first picture",
        sql: "SELECT p.slug AS culprit FROM product_listings l JOIN products p ON p.id = l.product_id
            LEFT JOIN media m ON m.id = (SELECT f.id FROM media f WHERE f.product_id = l.product_id ORDER BY f.position, f.id LIMIT 1)
            WHERE l.media_id IS DISTINCT FROM m.id OR l.media_file_key IS DISTINCT FROM m.file_key
                OR l.media_source_url IS DISTINCT FROM m.source_url OR l.media_alt IS DISTINCT FROM m.alt",
        grace_s: None,
    },
];

#[derive(FromQueryResult)]
struct MediaRow {
    id: Uuid,
    product_id: Uuid,
    position: i64,
    file_key: Option<String>,
    source_url: Option<String>,
    alt: String,
    content_type: Option<String>,
    byte_size: Option<i64>,
    width_px: Option<i64>,
    height_px: Option<i64>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<MediaRow> for Media {
    type Error = DatabaseError;

    fn try_from(row: MediaRow) -> Result<Self, DatabaseError> {
        let file = (row.file_key, row.content_type, row.byte_size, row.width_px, row.height_px);
        let source = match (row.source_url, file) {
            (Some(url), (None, ..)) => MediaSource::Remote(url),
            (None, (Some(key), Some(content_type), Some(byte_size), Some(width_px), Some(height_px))) => {
                MediaSource::File { key, content_type, byte_size, width_px, height_px }
            }
            _ => return Err(DatabaseError::corrupt("media.file_key")),
        };
        Ok(Self {
            id: MediaId::from_uuid(row.id),
            product_id: ProductId::from_uuid(row.product_id),
            position: row.position,
            source,
            alt: row.alt,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

const SELECT: &str = "SELECT id, product_id, position, file_key, source_url, alt, content_type, byte_size, width_px, height_px, version, \
    created_at, updated_at FROM media";

/// One picture.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: MediaId) -> Result<Option<Media>, DatabaseError> {
    let row: Option<MediaRow> = db::fetch_optional(db, &format!("{SELECT} WHERE id = $1"), values![id]).await?;
    row.map(Media::try_from).transpose()
}

/// The pictures of these products in one statement: product by product, each product's in their order.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn list_for_products(db: &impl ConnectionTrait, products: &[ProductId]) -> Result<Vec<Media>, DatabaseError> {
    let places = db::placeholders(1, products.len());
    let sql = format!("{SELECT} WHERE product_id IN ({places}) ORDER BY product_id, position, id");
    let rows: Vec<MediaRow> = db::fetch_all(db, &sql, products.iter().flat_map(|id| values![*id]).collect()).await?;
    rows.into_iter().map(Media::try_from).collect()
}

/// Whoever changes the pictures of a product holds its row; false where there is no such product.
pub(super) async fn lock_product(tx: &WriteTx, product: ProductId) -> Result<bool, DatabaseError> {
    let locked: Option<Uuid> = db::fetch_scalar(tx, "SELECT id FROM products WHERE id = $1 FOR UPDATE", values![product]).await?;
    Ok(locked.is_some())
}

pub(super) async fn product_exists(db: &impl ConnectionTrait, product: ProductId) -> Result<bool, DatabaseError> {
    let found: Option<Uuid> = db::fetch_scalar(db, "SELECT id FROM products WHERE id = $1", values![product]).await?;
    Ok(found.is_some())
}

pub(super) async fn insert(tx: &WriteTx, media: &[Media]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO media (id, product_id, position, file_key, source_url, alt, content_type, byte_size, width_px,
        height_px, created_at, updated_at, created_by, updated_by) VALUES";
    let actor = tx.actor().to_string();
    let row = |media: &Media| {
        let (url, key, content_type, sizes) = match &media.source {
            MediaSource::Remote(url) => (Some(url.as_str()), None, None, None),
            MediaSource::File { key, content_type, byte_size, width_px, height_px } => {
                (None, Some(key.as_str()), Some(content_type.as_str()), Some((*byte_size, *width_px, *height_px)))
            }
        };
        values![
            media.id,
            media.product_id,
            media.position,
            key,
            url,
            &media.alt,
            content_type,
            sizes.map(|sizes| sizes.0),
            sizes.map(|sizes| sizes.1),
            sizes.map(|sizes| sizes.2),
            media.created_at,
            media.created_at,
            &actor,
            &actor,
        ]
    };
    db::insert_many(tx, INSERT, media.iter().map(row).collect(), "").await.map(drop)
}

/// Gives pictures other alternative texts under their next versions; one statement.
pub(super) async fn update(tx: &WriteTx, media: &[&Media]) -> Result<(), DatabaseError> {
    if media.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "WITH x(id, alt, version) AS (VALUES {})
         UPDATE media SET alt = x.alt, version = x.version, updated_at = $1, updated_by = $2 FROM x WHERE media.id = x.id",
        tuples(3, media.len(), 3)
    );
    let head = values![tx.now(), tx.actor().to_string()];
    let rows = media.iter().flat_map(|media| values![media.id, &media.alt, media.version]);
    db::execute(tx, &sql, head.into_iter().chain(rows).collect()).await.map(drop)
}

/// `($1, $2), ($3, $4), …`
fn tuples(first: usize, rows: usize, width: usize) -> String {
    let tuple = |row: usize| format!("({})", db::placeholders(first + row * width, width));
    (0..rows).map(tuple).collect::<Vec<_>>().join(", ")
}

/// Gives a product's pictures these places, from 0; one statement, which touches only those that stand elsewhere.
pub(super) async fn arrange(tx: &WriteTx, order: &[MediaId]) -> Result<(), DatabaseError> {
    if order.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "WITH x(id, place) AS (VALUES {}) UPDATE media SET position = x.place FROM x WHERE media.id = x.id AND media.position <> x.place",
        tuples(1, order.len(), 2)
    );
    let values: Vec<Value> = order.iter().zip(0_i64..).flat_map(|(id, place)| values![*id, place]).collect();
    db::execute(tx, &sql, values).await.map(drop)
}

/// Removes pictures of a product; its variants that showed them show none.
pub(super) async fn delete(tx: &WriteTx, product: ProductId, media: &[MediaId]) -> Result<(), DatabaseError> {
    if media.is_empty() {
        return Ok(());
    }
    let ids = || media.iter().flat_map(|id| values![*id]);
    let unhang = format!(
        "UPDATE variants SET media_id = NULL, version = version + 1, updated_at = $1, updated_by = $2
         WHERE product_id = $3 AND media_id IN ({})",
        db::placeholders(4, media.len())
    );
    let head = values![tx.now(), tx.actor().to_string(), product];
    db::execute(tx, &unhang, head.into_iter().chain(ids()).collect()).await?;
    let sql = format!("DELETE FROM media WHERE id IN ({})", db::placeholders(1, media.len()));
    db::execute(tx, &sql, ids().collect()).await.map(drop)
}

/// Shows the product in lists with its first picture; a product that is not listed yet is when it is.
pub(super) async fn show_first(tx: &WriteTx, product: ProductId) -> Result<(), DatabaseError> {
    let sql = format!("{SELECT} WHERE product_id = $1 ORDER BY position, id LIMIT 1");
    let first: Option<MediaRow> = db::fetch_optional(tx, &sql, values![product]).await?;
    show(tx, product, first.map(Media::try_from).transpose()?.as_ref()).await
}

/// Shows the product in lists with this picture.
pub(super) async fn show(tx: &WriteTx, product: ProductId, media: Option<&Media>) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE product_listings SET media_id = $1, media_file_key = $2, media_source_url = $3, media_alt = $4,
        updated_at = $5 WHERE product_id = $6";
    let (key, url) = match media.map(|media| &media.source) {
        Some(MediaSource::Remote(url)) => (None, Some(url.as_str())),
        Some(MediaSource::File { key, .. }) => (Some(key.as_str()), None),
        None => (None, None),
    };
    let (id, alt) = (media.map(|media| media.id), media.map(|media| media.alt.as_str()));
    db::execute(tx, UPDATE, values![id, key, url, alt, tx.now(), product]).await.map(drop)
}
