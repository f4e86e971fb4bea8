//! Reading the products that one points at, as lists show them.

use kernel::ProductId;
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters};

use super::rows::{COLUMNS, Listed, ListedRow};
use crate::channels::Channel;
use crate::listing::model::ProductSummary;
use crate::products::{ProductStatus, RelationKind};

#[derive(FromQueryResult)]
struct RelatedRow {
    kind: String,
    #[row(nested)]
    listed: Option<ListedRow>,
}

/// The products that this one points at, those in one of these states, in the order of staff. One statement.
pub(in crate::listing) async fn related(
    db: &impl ConnectionTrait,
    product: ProductId,
    statuses: &[ProductStatus],
) -> Result<Vec<(RelationKind, ProductSummary)>, DatabaseError> {
    let mut parameters = Parameters::default();
    let (product, channel) = (parameters.bind(product), parameters.bind(Channel::DEFAULT_CODE));
    let statuses = parameters.bind_all(statuses.iter().map(|status| status.as_str()));
    let sql = format!(
        "SELECT r.kind, {COLUMNS}, r.position, (SELECT c.currency FROM channels c WHERE c.code = {channel}) AS currency
         FROM product_relations r JOIN product_listings l ON l.product_id = r.related_id JOIN products p ON p.id = r.related_id
         WHERE r.product_id = {product} AND l.status IN ({statuses}) ORDER BY r.position, r.kind, r.related_id"
    );
    let rows: Vec<RelatedRow> = db::fetch_all(db, &sql, parameters.0).await?;
    rows.into_iter().filter_map(|row| Some(related_of(&row.kind, row.listed?))).collect()
}

fn related_of(kind: &str, row: ListedRow) -> Result<(RelationKind, ProductSummary), DatabaseError> {
    let kind = kind.parse().map_err(|_| DatabaseError::corrupt("product_relations.kind"))?;
    Ok((kind, Listed::try_from(row)?.summary))
}
