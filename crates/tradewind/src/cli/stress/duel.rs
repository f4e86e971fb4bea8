//! Two who want opposite things of one order, at the same moment; what both phases of that kind share.

use kernel::{EventId, VariantId};
use platform::idempotency::Key;
use sales::orders::{self, Order, OrderKey, OrderStatus};

use super::insist::{Act, Ended, Insisted, crowd, insist};
use super::shop::StressShop;
use super::tally::Tally;

/// Orders that are fought over at the same time.
pub(super) const ORDERS_AT_ONCE: u32 = 8;

/// Something that was asked of one of the orders.
pub(super) struct Deed {
    /// Its place among the orders.
    pub(super) order: usize,
    /// True for whoever wants to end it.
    pub(super) ends: bool,
    pub(super) insisted: Insisted,
}

/// Places orders of so many pieces each.
pub(super) async fn place(shop: &StressShop, goods: VariantId, pieces: i64) -> anyhow::Result<Vec<Order>> {
    let order = |_| -> Act<anyhow::Result<Order>> {
        let shop = shop.clone();
        Box::pin(async move {
            let access = shop.cart(goods, pieces).await?;
            let placed = insist(|| shop.checkout(access.clone(), "manual")).await;
            shop.order_of(&access).await?.ok_or_else(|| anyhow::anyhow!("no order was placed: {:?}", placed.ended))
        })
    };
    crowd(ORDERS_AT_ONCE, (0..ORDERS_AT_ONCE).map(order).collect()).await?.into_iter().collect()
}

/// A key that nobody used.
pub(super) fn new_key() -> Key {
    Key::new("stress", EventId::generate().to_string(), &[])
}

/// How often the deeds of one side were done; its refusals must be among these.
pub(super) fn count<'a>(tally: &mut Tally, deeds: impl Iterator<Item = &'a Deed>, refusals: &[&str]) -> u64 {
    let mut done = 0;
    for Deed { insisted, .. } in deeds {
        tally.note(insisted);
        match &insisted.ended {
            Ended::Done(_) | Ended::Replayed(_) => done += 1,
            Ended::Refused(code) => {
                tally.refused += 1;
                tally.expect(refusals.contains(code), || format!("the slower one was refused with {code}"));
            }
            Ended::Failed(_) => {}
        }
    }
    done
}

/// Where the order stands now.
pub(super) async fn status_of(shop: &StressShop, order: &Order) -> anyhow::Result<OrderStatus> {
    let found = orders::find(shop.sales().context.db.reader(), OrderKey::Id(order.id)).await?;
    found.map(|order| order.status).ok_or_else(|| anyhow::anyhow!("order {} is gone", order.number))
}
