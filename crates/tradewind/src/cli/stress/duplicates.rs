//! What a client does whose connection breaks: the same checkout under the same key, again and again, all at once.

use std::time::Instant;

use super::Arguments;
use super::insist::{Act, Ended, Insisted, crowd, insist};
use super::shop::StressShop;
use super::tally::Tally;

const PRICE_MINOR: i64 = 1_250;

/// One order, one answer byte for byte, and money taken once, however often it is asked for.
pub(super) async fn run(shop: &StressShop, sizes: &Arguments, until: Instant) -> anyhow::Result<Tally> {
    let mut tally = Tally::new()?;
    let pieces = i64::from(sizes.rounds);
    let mug = shop.goods(PRICE_MINOR, pieces).await?;
    let (taken_before, _) = shop.till().taken();
    let mut by_card = 0;
    for _ in 0..sizes.rounds {
        let (access, method) = (shop.cart(mug, 1).await?, shop.pick_method());
        let send = |_| -> Act<Insisted> {
            let (shop, access) = (shop.clone(), access.clone());
            Box::pin(async move { insist(|| shop.checkout(access.clone(), method)).await })
        };
        let ended = crowd(sizes.duplicates, (0..sizes.duplicates).map(send).collect()).await?;
        compare(&mut tally, &ended);
        by_card += u64::from(method == "test");
        tally.rounds += 1;
        if Instant::now() >= until {
            break;
        }
    }
    let (seen, rounds) = (shop.stock_of(mug).await?, i64::try_from(tally.rounds)?);
    tally.expect(seen == (pieces, rounds), || format!("{rounds} orders of one piece, but on hand and reserved are {seen:?}"));
    let (taken, twice) = shop.till().taken();
    tally.expect(twice == 0, || format!("the provider was asked for the same money again {twice} times"));
    tally.expect(taken - taken_before == by_card, || format!("{by_card} orders, but {} payments", taken - taken_before));
    Ok(tally)
}

/// The first is done, the others get its bytes.
fn compare(tally: &mut Tally, ended: &[Insisted]) {
    ended.iter().for_each(|insisted| tally.note(insisted));
    let done = u64::try_from(ended.iter().filter(|insisted| insisted.ended.is_done()).count()).unwrap_or(u64::MAX);
    tally.sold += done;
    // A first request that was told to come back later gets its answer as a repetition.
    let retried = ended.iter().any(|insisted| insisted.busy > 0);
    tally.expect(done == 1 || (done == 0 && retried), || format!("{done} requests under one key were done"));
    let first = ended.iter().find_map(|insisted| insisted.ended.answer());
    for insisted in ended {
        match &insisted.ended {
            Ended::Done(_) => {}
            Ended::Replayed(_) => tally.duplicates += 1,
            Ended::Refused(code) => tally.expect(false, || format!("a repetition was refused with {code}")),
            Ended::Failed(_) => {}
        }
        tally.expect(insisted.ended.answer() == first, || "two answers under one key differ".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use platform::idempotency::Answer;

    use super::*;
    use crate::cli::stress::report::Phase;

    fn answer(body: &str) -> Answer {
        Answer { status: 201, body: body.to_owned() }
    }

    fn wrong(ended: Vec<Ended>) -> u64 {
        let mut tally = Tally::new().expect("a histogram");
        let insisted = |ended| Insisted { ended, took: Duration::from_millis(1), busy: 0 };
        compare(&mut tally, &ended.into_iter().map(insisted).collect::<Vec<_>>());
        tally.told(Phase::Duplicates).wrong
    }

    #[test]
    fn one_is_done_and_the_others_get_its_bytes() {
        assert_eq!(wrong(vec![Ended::Replayed(answer("a")), Ended::Done(answer("a")), Ended::Replayed(answer("a"))]), 0);
        assert_eq!(wrong(vec![Ended::Done(answer("a")), Ended::Done(answer("a"))]), 1);
        assert_eq!(wrong(vec![Ended::Done(answer("a")), Ended::Replayed(answer("b"))]), 1);
        assert_eq!(wrong(vec![Ended::Done(answer("a")), Ended::Refused("order_already_placed")]), 2);
    }
}
