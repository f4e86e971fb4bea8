//! Facts: told once, in order, numbered without a gap, and only those of transactions that were committed.

use kernel::Origin;
use platform::db::{lock_name, violations};
use platform::events::SweepEvents;
use platform::jobs::{self, Handlers, NewJob, run_due};
use platform::outbox::{self, Fact, FactKind, FactKinds, record, record_all, relay_once};
use platform::{Context, events};
use serde::Serialize;
use test_macro::test_on_every_database;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::{TestResult, TestShop};

#[derive(Serialize, utoipa::ToSchema)]
struct Ticked {
    clock: Uuid,
    tick: i64,
}

impl Fact for Ticked {
    type Subject = kernel::JobTag;
    const AGGREGATE: &'static str = "clock";
    const NAMES: &'static [(&'static str, &'static str)] = &[("clock.ticked", "time went by")];

    fn name(&self) -> &'static str {
        "clock.ticked"
    }

    fn aggregate_id(&self) -> Uuid {
        self.clock
    }
}

fn clocks() -> [Uuid; 4] {
    [1, 2, 3, 4].map(Uuid::from_u128)
}

async fn tick(context: &Context, clock: Uuid, tick: i64, keep: bool) -> TestResult {
    let tx = context.begin(&Origin::system()).await?;
    lock_name(&tx, &clock.to_string()).await?;
    record(&tx, &Ticked { clock, tick }).await?;
    if keep { Ok(tx.commit().await?) } else { Ok(tx.rollback().await?) }
}

/// Writers of several things and two relays at once; every fourth transaction is undone.
#[test_on_every_database]
async fn the_relay_keeps_order_and_numbers_without_gaps(shop: TestShop) -> TestResult {
    let context = shop.context();
    let start = events::since(context.db.reader(), 0, 10_000).await?.len();
    let stop = CancellationToken::new();
    let relays = [0, 1].map(|_| tokio::spawn(outbox::Relay::new(context.clone()).run(stop.clone())));
    let writers = clocks().map(|clock| async move {
        for number in 1..=20 {
            tick(context, clock, number, number % 4 != 0).await?;
        }
        Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    });
    futures_util::future::try_join_all(writers).await?;
    stop.cancel();
    futures_util::future::try_join_all(relays).await?;
    shop.settle().await?;

    let all = events::since(context.db.reader(), 0, 10_000).await?;
    assert_eq!(all.len(), start + 4 * 15);
    assert!(all.iter().zip(1..).all(|(event, seq)| event.seq == seq), "the stream has a gap");
    for clock in clocks() {
        let of_clock: Vec<_> = all.iter().filter(|event| event.aggregate_id == clock).collect();
        assert!(of_clock.iter().zip(1..).all(|(event, seq)| event.aggregate_seq == seq), "a clock's events have a gap");
        let ticks: Vec<i64> = of_clock.iter().filter_map(|event| event.payload["tick"].as_i64()).collect();
        assert_eq!(ticks, (1..=20).filter(|tick| tick % 4 != 0).collect::<Vec<_>>());
    }
    Ok(())
}

/// One transaction may tell several things of one aggregate; a timeline shows them before the relay came by, too.
#[test_on_every_database]
async fn a_timeline_shows_facts_that_are_still_on_their_way(shop: TestShop) -> TestResult {
    let clock = Uuid::from_u128(7);
    tick(shop.context(), clock, 1, true).await?;
    relay_once(shop.context()).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    record_all(&tx, &[Ticked { clock, tick: 2 }, Ticked { clock, tick: 3 }]).await?;
    tx.commit().await?;

    let told = events::of_aggregate(shop.context().db.reader(), "clock", clock).await?;
    let seen: Vec<(i64, bool)> = told.iter().map(|event| (event.aggregate_seq, event.seq > 0)).collect();
    assert_eq!(seen, [(1, true), (2, false), (3, false)]);
    assert_eq!(told.iter().map(|event| event.actor.as_str()).collect::<Vec<_>>(), ["system", "cli", "cli"]);
    Ok(())
}

/// An outbox that nobody empties is noticed.
#[test_on_every_database]
async fn a_relay_that_stands_still_is_a_broken_invariant(shop: TestShop) -> TestResult {
    tick(shop.context(), Uuid::from_u128(7), 1, true).await?;
    let broken = async || violations(shop.context().db.reader(), outbox::INVARIANTS, shop.now()).await;
    assert_eq!(broken().await?, []);
    shop.advance(chrono::TimeDelta::seconds(61));

    assert_eq!(
        broken().await?.first().map(|violation| (violation.code, violation.culprits.clone())),
        Some(("e08", vec!["clock.ticked".into()]))
    );
    Ok(())
}

/// The ticks of a clock that are still told.
async fn ticks_of(context: &Context, clock: Uuid) -> TestResult<Vec<i64>> {
    while relay_once(context).await? > 0 {}
    let told = events::of_aggregate(context.db.reader(), Ticked::AGGREGATE, clock).await?;
    Ok(told.iter().map(|event| event.aggregate_seq).collect())
}

async fn forget(shop: &TestShop, facts: Vec<FactKind>, consumers: Vec<&'static str>) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    jobs::enqueue(&tx, NewJob::new(SweepEvents::KIND, serde_json::Value::Null, shop.now())).await?;
    tx.commit().await?;
    let sweep = SweepEvents::new(shop.context().clone(), &FactKinds::new(facts), consumers);
    run_due(shop.context(), &Handlers::default().with(sweep)).await?;
    Ok(())
}

/// The last event of a thing stays: the next one is numbered after it. So does all that somebody has not read, and all of orders.
#[test_on_every_database]
async fn what_happened_long_ago_is_forgotten_where_the_shop_is_told_to(shop: TestShop) -> TestResult {
    let month = shop.configured(|config| config.events.keep_days = 30)?;
    let [one, two, ..] = clocks();
    for number in 1..=3 {
        tick(shop.context(), one, number, true).await?;
    }
    tick(shop.context(), two, 1, true).await?;
    ticks_of(shop.context(), one).await?;
    shop.advance(chrono::TimeDelta::days(31));
    tick(shop.context(), one, 4, true).await?;
    assert_eq!(ticks_of(shop.context(), one).await?, [1, 2, 3, 4]);

    let clocks = || vec![FactKind::of::<Ticked>()];
    forget(&shop, clocks(), vec![]).await?;
    forget(&month, clocks(), vec!["somebody who reads slowly"]).await?;
    forget(&month, vec![FactKind::of::<sales::orders::OrderFact>()], vec![]).await?;
    assert_eq!(ticks_of(shop.context(), one).await?, [1, 2, 3, 4]);

    forget(&month, clocks(), vec![]).await?;
    assert_eq!((ticks_of(shop.context(), one).await?, ticks_of(shop.context(), two).await?), (vec![4], vec![1]));
    tick(shop.context(), one, 5, true).await?;
    assert_eq!(ticks_of(shop.context(), one).await?, [4, 5]);
    for name in ["order", "payment"] {
        assert!(tradewind::wiring::facts().iter().any(|kind| kind.aggregate == name && !kind.expires), "{name}");
    }
    Ok(())
}
