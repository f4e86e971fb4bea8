//! Which variants come next.

use kernel::{ProductId, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult};
use platform::values;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct PlaceRow {
    id: Uuid,
    product_id: Uuid,
}

/// The variants behind this one, in the order of their ids.
pub(in super::super) async fn next_variants(
    db: &impl ConnectionTrait,
    after: Option<VariantId>,
    most: usize,
) -> Result<Vec<(ProductId, VariantId)>, DatabaseError> {
    let sql = format!("SELECT id, product_id FROM variants WHERE id > $1 ORDER BY id LIMIT {most}");
    let rows: Vec<PlaceRow> = db::fetch_all(db, &sql, values![after.map_or(Uuid::nil(), VariantId::uuid)]).await?;
    Ok(rows.into_iter().map(|row| (ProductId::from_uuid(row.product_id), VariantId::from_uuid(row.id))).collect())
}
