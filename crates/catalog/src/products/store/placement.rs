//! Where products stand, for whoever asks about categories and tags alone.

use std::collections::{BTreeSet, HashMap};

use kernel::{CategoryId, ProductId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters};
use uuid::Uuid;

use crate::categories;

/// Where a product stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Placement {
    /// Its categories and all above them.
    pub categories: BTreeSet<CategoryId>,
    /// Its tags, folded.
    pub tags: BTreeSet<String>,
}

#[derive(FromQueryResult)]
struct PlacementRow {
    product_id: Uuid,
    path: Option<String>,
    tag_key: Option<String>,
}

/// Where these products stand; those that stand nowhere are left out. One statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn placements(db: &impl ConnectionTrait, products: &[ProductId]) -> Result<HashMap<ProductId, Placement>, DatabaseError> {
    if products.is_empty() {
        return Ok(HashMap::new());
    }
    let mut parameters = Parameters::default();
    let wanted = parameters.bind_all(products.iter().copied());
    let sql = format!(
        "SELECT pc.product_id, c.path, CAST(NULL AS TEXT) AS tag_key
         FROM product_categories pc JOIN categories c ON c.id = pc.category_id WHERE pc.product_id IN ({wanted})
         UNION ALL
         SELECT product_id, NULL, tag_key FROM product_tags WHERE product_id IN ({wanted})"
    );
    let rows: Vec<PlacementRow> = db::fetch_all(db, &sql, parameters.0).await?;
    let mut placements: HashMap<ProductId, Placement> = HashMap::new();
    for row in rows {
        let placement = placements.entry(ProductId::from_uuid(row.product_id)).or_default();
        placement.tags.extend(row.tag_key);
        if let Some(path) = row.path {
            placement.categories.extend(categories::ids_of(&path).ok_or_else(|| DatabaseError::corrupt("categories.path"))?);
        }
    }
    Ok(placements)
}
