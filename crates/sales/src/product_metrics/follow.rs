//! Counting what is sold of each product as orders are placed, paid and called off.

use std::collections::{BTreeMap, BTreeSet};

use catalog::channels;
use chrono::NaiveDate;
use chrono_tz::Tz;
use kernel::OrderId;
use platform::db::{DatabaseError, WriteTx};
use platform::events::{EventHead, Subscriber};
use platform::outbox::Fact;

use super::model::Sums;
use super::store::{self, Contribution, DayKey};
use crate::orders::OrderFact;
use crate::reports::day_of;

/// Follows the orders. What an order adds to its products is kept beside the sums, which grow by the difference between what it adds now and
/// what it added before: telling the same event again, or an older one, changes nothing.
#[derive(Debug)]
pub struct CountProducts;

impl CountProducts {
    /// The name of its cursor.
    pub(super) const NAME: &'static str = store::CONSUMER;
}

#[async_trait::async_trait]
impl Subscriber for CountProducts {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn kinds(&self) -> &[&'static str] {
        &[<OrderFact as Fact>::AGGREGATE]
    }

    async fn take(&self, tx: &WriteTx, events: &[EventHead]) -> Result<(), DatabaseError> {
        let orders: BTreeSet<OrderId> = events.iter().map(|event| OrderId::from_uuid(event.aggregate_id)).collect();
        let orders: Vec<OrderId> = orders.into_iter().collect();
        let zone: Tz = channels::find_default(tx).await?.time_zone.parse().unwrap_or(Tz::UTC);
        let before = store::contributions(tx, &orders).await?;
        let mut differences: BTreeMap<DayKey, Sums> = BTreeMap::new();
        let mut changed = Vec::new();
        for now in store::worth(tx, &orders).await? {
            let known = before.get(&(now.order_id, now.product_id));
            if known.map_or_else(Sums::default, |known| known.sums) == now.sums {
                continue;
            }
            let day: NaiveDate = known.map_or_else(|| day_of(now.placed_at, zone), |known| known.day);
            let of_day = differences.entry((now.product_id, day, now.currency.code())).or_default();
            *of_day += now.sums;
            *of_day += -known.map_or_else(Sums::default, |known| known.sums);
            changed.push((now.order_id, now.product_id, Contribution { day, currency: now.currency, sums: now.sums }));
        }
        store::write_contributions(tx, &changed).await?;
        store::add(tx, &differences).await
    }
}
