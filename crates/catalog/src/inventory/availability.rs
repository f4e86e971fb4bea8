//! What can be said of variants without touching their stock.

use kernel::{Quantity, VariantId};
use platform::db::{ConnectionTrait, DatabaseError};

use super::model::Availability;
use super::store;

/// For each of these variants that exists: what a product page says, and how many pieces a line can still have, backorders
/// included, up to [`Quantity::MAX`]. It is no promise: only [`super::reserve`] makes one. One statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn availability(db: &impl ConnectionTrait, variants: &[VariantId]) -> Result<Vec<(VariantId, Availability, i64)>, DatabaseError> {
    let stocks = store::read_stocks(db, variants).await?;
    let most = i64::from(Quantity::MAX);
    Ok(stocks.into_iter().map(|stock| (stock.variant_id, stock.availability(), stock.buyable(most))).collect())
}
