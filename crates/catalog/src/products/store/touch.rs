//! Products of which only what belongs to their variants changes, many in few statements.

use kernel::{ProductId, Timestamp};
use platform::db::{self, DatabaseError, FromQueryResult, Parameters, WriteTx};
use platform::values;
use uuid::Uuid;

use super::super::model::ProductStatus;

/// Keeps everybody else from changing these products until the transaction ends; in the order of their ids, so that no two wait for each other.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock_rows(tx: &WriteTx, products: &[ProductId]) -> Result<(), DatabaseError> {
    let sql = format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM (
            SELECT id FROM products WHERE id IN ({}) ORDER BY id FOR NO KEY UPDATE
        ) AS locked",
        db::placeholders(1, products.len())
    );
    db::fetch_scalar::<i64>(tx, &sql, products.iter().flat_map(|id| values![*id]).collect()).await.map(drop)
}

/// A product under its next version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Which one.
    pub id: ProductId,
    /// Its part of the URL.
    pub slug: String,
    /// Whether it is sold.
    pub status: ProductStatus,
    /// Its version now.
    pub version: i64,
}

#[derive(FromQueryResult)]
struct TouchedRow {
    id: Uuid,
    slug: String,
    status: String,
    version: i64,
}

impl TryFrom<TouchedRow> for Touched {
    type Error = DatabaseError;

    fn try_from(row: TouchedRow) -> Result<Self, DatabaseError> {
        let status = row.status.parse().map_err(|_| DatabaseError::corrupt("products.status"))?;
        Ok(Self { id: ProductId::from_uuid(row.id), slug: row.slug, status, version: row.version })
    }
}

/// Gives these products their next version, because their variants changed. The caller holds them.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn touch(tx: &WriteTx, products: &[ProductId]) -> Result<Vec<Touched>, DatabaseError> {
    let mut parameters = Parameters::default();
    let (now, actor): (Timestamp, String) = (tx.now(), tx.actor().to_string());
    let (now, actor, ids) = (parameters.bind(now), parameters.bind(actor), parameters.bind_all(products.iter().copied()));
    let sql = format!(
        "UPDATE products SET version = version + 1, updated_at = {now}, updated_by = {actor} WHERE id IN ({ids})
         RETURNING id, slug, status, version"
    );
    let rows: Vec<TouchedRow> = db::fetch_all(tx, &sql, parameters.0).await?;
    rows.into_iter().map(Touched::try_from).collect()
}
