//! Many want the same few pieces: each is sold once, and whoever comes too late is told so.

use std::time::Instant;

use kernel::VariantId;
use sales::carts::CartAccess;

use super::Arguments;
use super::insist::{Act, Insisted, crowd, insist};
use super::shop::StressShop;
use super::tally::Tally;

/// In minor units; what it is worth does not matter.
const PRICE_MINOR: i64 = 1_250;
/// As many as ever wait for one piece; the flash sale has more.
const MOST_RIVALS: u32 = 32;
/// Carts that are made between two looks at the clock.
const CARTS_AT_ONCE: u32 = 256;

/// Round by round a new piece, and 2 to 32 who want it.
pub(super) async fn last_unit(shop: &StressShop, sizes: &Arguments, until: Instant) -> anyhow::Result<Tally> {
    let mut tally = Tally::new()?;
    for _ in 0..sizes.rounds {
        let rivals = shop.pick(2..=sizes.buyers.min(MOST_RIVALS));
        let mug = shop.goods(PRICE_MINOR, 1).await?;
        let carts = fill(shop, sizes.buyers, mug, rivals).await?;
        sell(shop, &mut tally, rivals, &carts).await?;
        expect_sold(shop, &mut tally, mug, 1, 1).await?;
        if Instant::now() >= until {
            break;
        }
    }
    let rounds = tally.rounds;
    tally.expect(tally.sold == rounds, || format!("in {rounds} rounds another number of single pieces was sold"));
    Ok(tally)
}

/// All carts first, then all checkouts.
pub(super) async fn flash_sale(shop: &StressShop, sizes: &Arguments, until: Instant) -> anyhow::Result<Tally> {
    let mug = shop.goods(PRICE_MINOR, sizes.units.into()).await?;
    let mut carts = Vec::new();
    while let missing @ 1.. = sizes.carts.saturating_sub(u32::try_from(carts.len())?) {
        carts.extend(fill(shop, sizes.buyers, mug, missing.min(CARTS_AT_ONCE)).await?);
        if Instant::now() >= until {
            break;
        }
    }
    let mut tally = Tally::new()?;
    sell(shop, &mut tally, sizes.buyers, &carts).await?;
    let sold = i64::from(sizes.units).min(i64::try_from(carts.len())?);
    expect_sold(shop, &mut tally, mug, sizes.units.into(), sold).await?;
    tally.expect(i64::try_from(tally.sold)? == sold, || format!("not exactly {sold} of {} pieces were sold", sizes.units));
    Ok(tally)
}

async fn fill(shop: &StressShop, at_once: u32, mug: VariantId, carts: u32) -> anyhow::Result<Vec<CartAccess>> {
    let fill = |_| -> Act<anyhow::Result<CartAccess>> {
        let shop = shop.clone();
        Box::pin(async move { shop.cart(mug, 1).await })
    };
    crowd(at_once, (0..carts).map(fill).collect()).await?.into_iter().collect()
}

async fn sell(shop: &StressShop, tally: &mut Tally, at_once: u32, carts: &[CartAccess]) -> anyhow::Result<()> {
    let buy = |access: &CartAccess| -> Act<Insisted> {
        let (shop, access, method) = (shop.clone(), access.clone(), shop.pick_method());
        Box::pin(async move { insist(|| shop.checkout(access.clone(), method)).await })
    };
    let ended = crowd(at_once, carts.iter().map(buy).collect()).await?;
    ended.iter().for_each(|insisted| tally.judge(insisted, &["out_of_stock"]));
    tally.rounds += 1;
    Ok(())
}

/// What was sold is reserved, and nothing left the house.
async fn expect_sold(shop: &StressShop, tally: &mut Tally, mug: VariantId, pieces: i64, sold: i64) -> anyhow::Result<()> {
    let seen = shop.stock_of(mug).await?;
    tally.expect(seen == (pieces, sold), || format!("{pieces} pieces, {sold} sold, but on hand and reserved are {seen:?}"));
    Ok(())
}
