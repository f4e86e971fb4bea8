//! Small questions about variants: which SKUs are taken, and whose a name is.

use std::collections::{HashMap, HashSet};

use kernel::{ProductId, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value};
use platform::values;
use uuid::Uuid;

use crate::products::ExternalRef;

/// A variant and its product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariantPlace {
    /// The variant.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
}

#[derive(FromQueryResult)]
struct PlaceRow {
    id: Uuid,
    product_id: Uuid,
}

impl From<PlaceRow> for VariantPlace {
    fn from(row: PlaceRow) -> Self {
        Self { variant_id: VariantId::from_uuid(row.id), product_id: ProductId::from_uuid(row.product_id) }
    }
}

#[derive(FromQueryResult)]
struct SkuRow {
    sku: String,
}

/// The variant that has this SKU.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_place_by_sku(db: &impl ConnectionTrait, sku: &str) -> Result<Option<VariantPlace>, DatabaseError> {
    let row: Option<PlaceRow> = db::fetch_optional(db, "SELECT id, product_id FROM variants WHERE sku = $1", values![sku]).await?;
    Ok(row.map(VariantPlace::from))
}

#[derive(FromQueryResult)]
struct NamedRow {
    id: Uuid,
    sku: String,
}

/// The variants that have these SKUs, in one statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_ids_by_skus(db: &impl ConnectionTrait, skus: &[&str]) -> Result<HashMap<String, VariantId>, DatabaseError> {
    if skus.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT id, sku FROM variants WHERE sku IN ({}) ORDER BY sku", db::placeholders(1, skus.len()));
    let rows: Vec<NamedRow> = db::fetch_all(db, &sql, skus.iter().flat_map(|sku| values![*sku]).collect()).await?;
    Ok(rows.into_iter().map(|row| (row.sku, VariantId::from_uuid(row.id))).collect())
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// The places of the variants that do not exist.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn unknown(db: &impl ConnectionTrait, ids: &[VariantId]) -> Result<Vec<usize>, DatabaseError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT id FROM variants WHERE id IN ({}) ORDER BY id", db::placeholders(1, ids.len()));
    let rows: Vec<IdRow> = db::fetch_all(db, &sql, ids.iter().flat_map(|id| values![*id]).collect()).await?;
    let known: HashSet<Uuid> = rows.into_iter().map(|row| row.id).collect();
    Ok(ids.iter().enumerate().filter(|(_, id)| !known.contains(&id.uuid())).map(|(place, _)| place).collect())
}

/// The variant that another system calls so.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_place_by_external_ref(db: &impl ConnectionTrait, known_as: &ExternalRef) -> Result<Option<VariantPlace>, DatabaseError> {
    const SELECT: &str = "SELECT v.id, v.product_id FROM external_refs r JOIN variants v ON v.id = r.entity_id
        WHERE r.source = $1 AND r.external_id = $2 AND r.entity = 'variant'";
    let row: Option<PlaceRow> = db::fetch_optional(db, SELECT, values![&known_as.source, &known_as.id]).await?;
    Ok(row.map(VariantPlace::from))
}

/// Those of the SKUs that variants of other products have.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn taken_skus(db: &impl ConnectionTrait, product: ProductId, skus: &[&str]) -> Result<Vec<String>, DatabaseError> {
    if skus.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT sku FROM variants WHERE product_id <> $1 AND sku IN ({}) ORDER BY sku", db::placeholders(2, skus.len()));
    let mut values: Vec<Value> = values![product];
    values.extend(skus.iter().flat_map(|sku| values![*sku]));
    let rows: Vec<SkuRow> = db::fetch_all(db, &sql, values).await?;
    Ok(rows.into_iter().map(|row| row.sku).collect())
}
