//! The products that one points at.

use platform::db::{ConnectionTrait, DatabaseError};

use super::model::{Audience, ProductSummary};
use super::store;
use crate::products::{self, ProductRef, ProductStatus, RelationKind};

/// The products that this one points at, by id or slug, as lists show them, in the order of staff; none where it is not there for this audience, which
/// sees of the others what lists show it. Two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn related(
    db: &impl ConnectionTrait,
    reference: &ProductRef,
    audience: Audience,
) -> Result<Option<Vec<(RelationKind, ProductSummary)>>, DatabaseError> {
    let statuses = audience.statuses();
    let found = products::find_status(db, reference).await?.filter(|(_, status)| statuses.contains(status));
    let Some((product, _)) = found else { return Ok(None) };
    store::related(db, product, statuses).await.map(Some)
}

impl Audience {
    /// In which states products are there for it.
    const fn statuses(self) -> &'static [ProductStatus] {
        match self {
            Self::Public => &[ProductStatus::Active],
            Self::Staff => ProductStatus::ALL,
        }
    }
}
