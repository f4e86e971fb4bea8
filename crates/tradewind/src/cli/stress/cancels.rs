//! Staff call an order off while others pack it: one of both happens, wholly.

use std::time::Instant;

use sales::orders::{Order, OrderStatus};

use super::Arguments;
use super::duel::{Deed, ORDERS_AT_ONCE, count, new_key, place, status_of};
use super::insist::{Act, crowd, insist};
use super::shop::StressShop;
use super::tally::Tally;

/// In each order.
const PIECES: i64 = 2;
/// What the slower one may be told.
const CANCEL_REFUSALS: &[&str] = &["version_conflict", "order_not_cancellable", "order_has_fulfilments"];
const FULFIL_REFUSALS: &[&str] = &["order_not_fulfillable", "nothing_to_fulfil"];

/// Orders that cost nothing can be packed at once and called off at once.
pub(super) async fn run(shop: &StressShop, sizes: &Arguments, until: Instant) -> anyhow::Result<Tally> {
    let mut tally = Tally::new()?;
    let pieces = i64::from(sizes.rounds) * i64::from(ORDERS_AT_ONCE) * PIECES;
    let gift = shop.goods(0, pieces).await?;
    for _ in 0..sizes.rounds {
        let orders = place(shop, gift, PIECES).await?;
        let deeds = crowd(sizes.buyers, acts(shop, &orders)).await?;
        for (place, order) in orders.iter().enumerate() {
            let side = |ends: bool| deeds.iter().filter(move |deed| deed.order == place && deed.ends == ends);
            let cancelled = count(&mut tally, side(true), CANCEL_REFUSALS);
            let packed = count(&mut tally, side(false), FULFIL_REFUSALS);
            tally.sold += packed;
            let expected = if cancelled > 0 { OrderStatus::Cancelled } else { OrderStatus::Completed };
            let status = status_of(shop, order).await?;
            tally.expect(cancelled + packed == 1 && status == expected, || {
                format!("order {} was cancelled {cancelled} times and packed {packed} times, and is {status}", order.number)
            });
        }
        tally.rounds += 1;
        if Instant::now() >= until {
            break;
        }
    }
    let (seen, left) = (shop.stock_of(gift).await?, pieces - i64::try_from(tally.sold)? * PIECES);
    tally.expect(seen == (left, 0), || format!("{left} pieces are left, but on hand and reserved are {seen:?}"));
    Ok(tally)
}

/// For each order one who calls it off and two who pack it, in any order.
fn acts(shop: &StressShop, orders: &[Order]) -> Vec<Act<Deed>> {
    let mut acts: Vec<Act<Deed>> = Vec::new();
    for (order, seen) in orders.iter().enumerate() {
        for ends in [true, false, false] {
            let (shop, seen, key) = (shop.clone(), seen.clone(), new_key());
            acts.push(Box::pin(async move {
                let insisted = if ends {
                    insist(|| shop.cancel(&seen, key.clone())).await
                } else {
                    insist(|| shop.fulfil(seen.id, key.clone())).await
                };
                Deed { order, ends, insisted }
            }));
        }
    }
    shop.shuffle(&mut acts);
    acts
}
