//! Sealing: one process at a time, in sequence, beside those who write.

use chrono::TimeDelta;
use futures_util::future::join_all;
use kernel::AuditId;
use platform::audit::{self, Entry, seal_once};
use serde_json::json;
use test_macro::test_on_every_database;
use uuid::Uuid;

use super::all;
use crate::support::{TestResult, TestShop};

/// So many records, each in a transaction of its own.
pub(super) async fn record(shop: &TestShop, count: usize) -> TestResult {
    for number in 0..count {
        let tx = shop.context().begin(&shop.origin()).await?;
        audit::record(&tx, &Entry::of("role.created", format!("role_{number}")).after(&json!({ "number": number }))).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Seals everything that waits.
pub(super) async fn seal(shop: &TestShop) -> TestResult {
    let holder = AuditId::generate().uuid();
    shop.advance(TimeDelta::minutes(1));
    while seal_once(shop.context(), holder).await? > 0 {}
    Ok(())
}

#[test_on_every_database]
async fn each_record_gets_one_seal_however_many_seal_and_write(shop: TestShop) -> TestResult {
    let before = all(&shop).await?.len();
    let holders: Vec<Uuid> = (0..4).map(|_| AuditId::generate().uuid()).collect();
    let sealing = async {
        let mut sealed = 0;
        for _ in 0..30 {
            let rounds = join_all(holders.iter().map(|holder| seal_once(shop.context(), *holder))).await;
            for round in rounds {
                // Of two on one row the one that waits may be told to try again; what counts is what is there in the end.
                sealed += round.unwrap_or_default();
            }
        }
        TestResult::Ok(sealed)
    };
    let (written, sealed) = tokio::join!(record(&shop, 40), sealing);
    written?;
    assert!(sealed? <= before + 40);
    seal(&shop).await?;
    let verdict = audit::verify(shop.context()).await?;
    assert_eq!((verdict.finding, verdict.unsealed), (None, 0));
    let mut seals: Vec<i64> = all(&shop).await?.iter().filter_map(|record| record.seal).collect();
    seals.sort_unstable();
    assert!(seals.iter().copied().eq(1..=i64::try_from(before + 40)?), "{seals:?}");
    Ok(())
}

#[test_on_every_database]
async fn the_lease_of_a_sealer_that_is_gone_ends(shop: TestShop) -> TestResult {
    seal(&shop).await?;
    let (first, second) = (AuditId::generate().uuid(), AuditId::generate().uuid());
    shop.advance(TimeDelta::minutes(1));
    record(&shop, 1).await?;
    assert_eq!(seal_once(shop.context(), first).await?, 1);
    record(&shop, 1).await?;
    assert_eq!(seal_once(shop.context(), second).await?, 0, "the first one's lease runs");
    shop.advance(TimeDelta::seconds(11));
    assert_eq!(seal_once(shop.context(), second).await?, 1);
    record(&shop, 1).await?;
    assert_eq!(seal_once(shop.context(), first).await?, 0, "who came back is not the sealer any more");
    let verdict = audit::verify(shop.context()).await?;
    assert_eq!((verdict.finding, verdict.unsealed), (None, 1));
    Ok(())
}

/// A long queue is sealed in several transactions, in the order in which it was written.
#[test_on_every_database]
async fn a_long_queue_is_sealed_in_order(shop: TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    let entries: Vec<Entry> = (0..450).map(|number| Entry::of("role.created", format!("role_{number}"))).collect();
    audit::record_all(&tx, &entries).await?;
    tx.commit().await?;
    let holder = AuditId::generate().uuid();
    assert_eq!(seal_once(shop.context(), holder).await?, 200);
    seal(&shop).await?;
    let verdict = audit::verify(shop.context()).await?;
    assert_eq!((verdict.finding, verdict.unsealed), (None, 0));
    assert!(all(&shop).await?.windows(2).all(|pair| pair[0].seal < pair[1].seal));
    Ok(())
}

/// As scripts see it.
#[test_on_every_database]
async fn the_command_line_lists_and_verifies(shop: TestShop) -> TestResult {
    record(&shop, 3).await?;
    seal(&shop).await?;
    record(&shop, 1).await?;
    let listed = shop.run(&["audit", "list", "--json", "--action", "role.created", "--limit", "2"]).await?.expect(0)?.lines()?;
    assert_eq!((listed.len(), &listed[0]["seal"], &listed[0]["actor"]), (2, &json!(null), &json!("cli")));
    let verdict = &shop.run(&["audit", "verify", "--json"]).await?.expect(0)?.lines()?[0];
    assert_eq!((&verdict["intact"], &verdict["unsealed"], &verdict["finding"]), (&json!(true), &json!(1), &json!(null)));
    Ok(())
}
