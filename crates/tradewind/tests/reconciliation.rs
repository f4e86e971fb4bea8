//! The shop's books beside a provider's: every drift is found, and nothing else; what is unclear is asked about until it is clear.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use kernel::Money;
use payments::payments::Outcome;
use payments::reconciliation::{Movement, Reconciliation};
use platform::db;
use platform::jobs::{self, NewJob};
use sales::settlement::{AskAboutUnsettled, ReconcilePayments, reconcile};
use serde_json::Value;
use test_macro::test_on_every_database;

use crate::orders::{Placed, place};
use crate::refunds::give_back;
use crate::support::{TestResult, TestShop};

/// Enough that what drifts is one in a hundred.
const ORDERS: usize = 100;

async fn compare(shop: &TestShop) -> TestResult<Reconciliation> {
    let made = reconcile(shop.sales(), &shop.origin(), shop.now() - TimeDelta::days(1)).await?;
    Ok(made.into_iter().next().ok_or("no provider keeps books")?)
}

fn kinds(made: &Reconciliation) -> BTreeMap<&'static str, usize> {
    let mut kinds = BTreeMap::new();
    made.findings.iter().for_each(|finding| *kinds.entry(finding.kind.as_str()).or_default() += 1);
    kinds
}

#[test_on_every_database]
async fn every_drift_is_found_and_nothing_else(shop: TestShop) -> TestResult {
    shop.provider().will_keep_books();
    let mut placed: Vec<Placed> = Vec::new();
    for _ in 0..ORDERS {
        placed.push(place(&shop, "test").await?);
    }
    give_back(&shop, &placed[0], serde_json::json!({"lines": [[1, false]]})).await?.expect(201)?;
    shop.settle().await?;
    let same = compare(&shop).await?;
    assert_eq!((same.compared, same.findings.len()), (101, 0));

    // Two that it does not tell of: one of them it knows all the same when it is asked, its books are late.
    let [gone, late] = [11, 12].map(|place| shop.provider().calls()[place].operation_id);
    shop.provider().will_deny(gone);
    shop.provider().falsify(|books| {
        let first = books[0].clone();
        books[7].amount = Money::new(books[7].amount.minor() + 1, books[7].amount.currency());
        books.retain(|movement| ![Some(gone), Some(late)].contains(&movement.operation_id));
        books.push(Movement { reference: "again".to_owned(), ..first.clone() });
        books.push(Movement { reference: "foreign".to_owned(), operation_id: None, ..first });
    });
    let drifted = compare(&shop).await?;
    assert_eq!(kinds(&drifted), BTreeMap::from([("different", 1), ("doubled", 1), ("foreign", 1), ("missing", 1)]));
    let shown = shop.get("/api/v1/payments/reconciliation").await?.expect(200)?;
    let findings = shown.data().pointer("/reconciliations/0/findings").and_then(Value::as_array).ok_or("findings")?;
    assert_eq!(findings.len(), 4);
    let different = findings.iter().find(|finding| finding["kind"] == "different").ok_or("different")?;
    assert_eq!((&different["expected"]["amount"], &different["found"]["amount"]), (&3_000.into(), &3_001.into()));
    Ok(())
}

#[test_on_every_database]
async fn the_books_are_compared_every_night(shop: TestShop) -> TestResult {
    shop.provider().will_keep_books();
    place(&shop, "test").await?;
    let before = shop.get("/api/v1/payments/reconciliation").await?.expect(200)?;
    assert_eq!(before.data()["reconciliations"], serde_json::json!([]));
    run(&shop, NewJob::new(ReconcilePayments::KIND, Value::Null, shop.now())).await?;
    let after = shop.get("/api/v1/payments/reconciliation").await?.expect(200)?;
    assert_eq!((after.text("reconciliations/0/provider"), &after.data()["reconciliations"][0]["compared"]), ("test", &1.into()));
    let names: Vec<String> = shop
        .get("/api/v1/schedules")
        .await?
        .expect(200)?
        .data()
        .as_array()
        .ok_or("schedules")?
        .iter()
        .filter_map(|schedule| schedule["name"].as_str().map(str::to_owned))
        .collect();
    for kind in [ReconcilePayments::KIND, AskAboutUnsettled::KIND] {
        assert!(names.contains(&kind.to_string()), "{kind} is not among {names:?}");
    }
    Ok(())
}

/// The job that looked after it is gone: somebody else asks.
#[test_on_every_database]
async fn what_nobody_looks_after_is_asked_about_all_the_same(shop: TestShop) -> TestResult {
    shop.provider().will_answer(Outcome::Unknown);
    let placed = place(&shop, "test").await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    db::execute(&tx, "DELETE FROM jobs", vec![]).await?;
    tx.commit().await?;
    let shown = shop.get("/api/v1/payments/reconciliation").await?.expect(200)?;
    assert_eq!((shown.text("unsettled/0/status"), shown.text("unsettled/0/kind")), ("unknown", "capture"));
    let ask = || NewJob::new(AskAboutUnsettled::KIND, Value::Null, shop.now());
    run(&shop, ask()).await?;
    assert_eq!(placed.read(&shop).await?.text("payment/status"), "unknown", "a request may still be at work");
    shop.advance(TimeDelta::minutes(3));
    run(&shop, ask()).await?;
    shop.advance(TimeDelta::minutes(2));
    shop.settle().await?;
    assert_eq!(placed.read(&shop).await?.text("payment_status"), "paid");
    assert_eq!(shop.provider().calls().len(), 1, "it is never charged again");
    Ok(())
}

async fn run(shop: &TestShop, job: NewJob) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    jobs::enqueue(&tx, job).await?;
    tx.commit().await?;
    shop.settle().await
}
