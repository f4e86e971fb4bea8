//! What any business software stands on: schema, events, jobs, idempotency keys, transactions.

use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

/// The template that every test starts from has the schema of this program, no more and no less.
#[test_on_every_database]
async fn a_migrated_database_has_every_step(shop: TestShop) -> TestResult {
    let steps = platform::migrate::verify(&shop.context().db, &tradewind::wiring::migrations()).await?;

    assert!(!steps.is_empty());
    assert!(steps.iter().all(|step| step.state == platform::migrate::Applied::Yes), "{steps:?}");
    Ok(())
}
