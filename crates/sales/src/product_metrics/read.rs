//! Reading the figures of a product.

use std::collections::BTreeMap;

use catalog::channels;
use catalog::products::{self, ProductRef};
use chrono_tz::Tz;
use kernel::Currency;
use platform::Context;

use super::error::ProductMetricsError;
use super::model::{ProductMetrics, Sums, WantedDays};
use super::store;
use crate::reports::day_of;

/// What was sold of a product on these days of the shop. Orders of the last second may be missing.
///
/// # Errors
/// `ProductMetricsError` for a product that does not exist, days in the wrong order or too many of them.
pub async fn read(context: &Context, product: &ProductRef, wanted: WantedDays) -> Result<ProductMetrics, ProductMetricsError> {
    let db = context.db.reader();
    let (product_id, _) = products::find_status(db, product).await?.ok_or(ProductMetricsError::NotFound)?;
    let time_zone = channels::find_default(db).await?.time_zone;
    let today = day_of(context.now(), time_zone.parse().unwrap_or(Tz::UTC));
    let (from_day, to_day) = wanted.within(today)?;
    let days = store::days(db, product_id, from_day, to_day).await?;
    let mut totals: BTreeMap<&str, (Currency, Sums)> = BTreeMap::new();
    for day in &days {
        totals.entry(day.currency.code()).or_insert((day.currency, Sums::default())).1 += day.sums;
    }
    Ok(ProductMetrics { product_id, from_day, to_day, time_zone, days, totals: totals.into_values().collect() })
}
