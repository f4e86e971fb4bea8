//! Money comes in the moment in which the order's time is up: it is paid, or it is expired and takes no money.

use std::time::Instant;

use chrono::TimeDelta;
use platform::db::DatabaseError;
use platform::idempotency::{Answer, Keyed};
use sales::orders::{self, Order, OrderStatus};

use super::Arguments;
use super::duel::{Deed, ORDERS_AT_ONCE, count, new_key, place, status_of};
use super::insist::{Act, crowd, insist};
use super::shop::StressShop;
use super::tally::Tally;

const PRICE_MINOR: i64 = 1_250;
/// What the slower one may be told.
const PAY_REFUSALS: &[&str] = &["order_not_payable"];

/// The worker of this process expires the orders at the same time, as that of a server does.
pub(super) async fn run(shop: &StressShop, sizes: &Arguments, until: Instant) -> anyhow::Result<Tally> {
    let mut tally = Tally::new()?;
    let patience = TimeDelta::minutes(shop.sales().context.config.orders.expire_manual_minutes.saturating_add(1));
    let pieces = i64::from(sizes.rounds) * i64::from(ORDERS_AT_ONCE);
    let mug = shop.goods(PRICE_MINOR, pieces).await?;
    for _ in 0..sizes.rounds {
        let orders = place(shop, mug, 1).await?;
        // What other phases left to the worker is no part of this race, and no job is to be at work while the clock jumps.
        shop.rest().await?;
        shop.advance(patience);
        let deeds = crowd(sizes.buyers, acts(shop, &orders)).await?;
        // The worker may have ended one of them in a commit that is still under way.
        shop.sales().context.db.settled().await;
        for (place, order) in orders.iter().enumerate() {
            let side = |ends: bool| deeds.iter().filter(move |deed| deed.order == place && deed.ends == ends);
            count(&mut tally, side(true), &[]);
            let paid = count(&mut tally, side(false), PAY_REFUSALS);
            tally.sold += paid;
            let expected = if paid > 0 { OrderStatus::Confirmed } else { OrderStatus::Expired };
            let status = status_of(shop, order).await?;
            tally.expect(paid <= 1 && status == expected, || format!("order {} was paid {paid} times and is {status}", order.number));
        }
        tally.rounds += 1;
        if Instant::now() >= until {
            break;
        }
    }
    let (seen, kept) = (shop.stock_of(mug).await?, i64::try_from(tally.sold)?);
    tally.expect(seen == (pieces, kept), || format!("{kept} orders were paid, but on hand and reserved are {seen:?}"));
    Ok(tally)
}

/// For each order one who pays and two who find its time up, in any order.
fn acts(shop: &StressShop, orders: &[Order]) -> Vec<Act<Deed>> {
    let mut acts: Vec<Act<Deed>> = Vec::new();
    for (order, seen) in orders.iter().enumerate() {
        for ends in [true, true, false] {
            let (shop, seen, key) = (shop.clone(), seen.clone(), new_key());
            acts.push(Box::pin(async move {
                let insisted = if ends { insist(|| expire(&shop, &seen)).await } else { insist(|| shop.pay(&seen, key.clone())).await };
                Deed { order, ends, insisted }
            }));
        }
    }
    shop.shuffle(&mut acts);
    acts
}

/// Nobody is answered; what became of the order is looked up afterwards.
async fn expire(shop: &StressShop, seen: &Order) -> Result<Keyed, DatabaseError> {
    orders::expire(&shop.sales().context, seen.id).await?;
    Ok(Keyed::New(Answer { status: 204, body: String::new() }))
}
