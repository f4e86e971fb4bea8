//! Transactions that commit together stand or fall each for itself.

use std::time::Duration;

use platform::Context;
use platform::db::{DatabaseError, execute, fetch_scalar};
use platform::values;
use test_macro::test_on_every_database;
use tokio::task::JoinSet;

use crate::support::{TestResult, TestShop};

const CUSTOMERS: i64 = 60;

async fn make_table(shop: &TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "CREATE TABLE scores (id BIGINT PRIMARY KEY)", vec![]).await?;
    tx.commit().await?;
    Ok(())
}

async fn scores(context: &Context) -> Result<i64, DatabaseError> {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM scores";
    Ok(fetch_scalar::<i64>(context.db.reader(), sql, vec![]).await?.unwrap_or(0))
}

/// One in three breaks a rule, one in three goes away without a commit, one in three commits, and gives up a part of its own.
async fn take_part(context: Context, number: i64) -> Result<bool, DatabaseError> {
    const INSERT: &str = "INSERT INTO scores (id) VALUES ($1)";
    let tx = context.begin(&kernel::Origin::system()).await?;
    execute(&tx, INSERT, values![number]).await?;
    match number % 3 {
        0 => execute(&tx, INSERT, values![number]).await.map(|_| true),
        1 => Ok(false),
        _ => {
            let part = tx.savepoint().await?;
            execute(&part, INSERT, values![number + 1_000]).await?;
            drop(part);
            execute(&tx, INSERT, values![number + 2_000]).await?;
            tx.commit().await?;
            Ok(true)
        }
    }
}

#[test_on_every_database]
async fn of_many_transactions_at_once_exactly_those_stand_that_were_committed(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    let mut customers = JoinSet::new();
    for number in 0..CUSTOMERS {
        customers.spawn(take_part(shop.context().clone(), number));
    }
    let ended = customers.join_all().await;
    assert_eq!(ended.iter().filter(|ended| matches!(ended, Err(DatabaseError::Broken(..)))).count(), 20, "{ended:?}");
    assert_eq!(ended.iter().filter(|ended| matches!(ended, Ok(true))).count(), 20, "{ended:?}");
    assert_eq!(scores(shop.context()).await?, 40, "each commit has two rows, and no part that was given up");
    Ok(())
}

/// The one before may have left its commit to somebody who then goes away.
#[test_on_every_database]
async fn whoever_stops_waiting_leaves_nobody_without_an_answer(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    let first = shop.context().begin(&shop.origin()).await?;
    execute(&first, "INSERT INTO scores (id) VALUES (1)", vec![]).await?;
    let waiting = tokio::spawn(take_part(shop.context().clone(), 2));
    // The second one begins to wait.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let committed = tokio::spawn(first.commit());
    waiting.abort();
    tokio::time::timeout(Duration::from_secs(2), committed).await???;
    assert!(scores(shop.context()).await? >= 1);
    Ok(())
}

/// On SQLite a transaction sees what the members of its group wrote before anybody else can.
#[test_on_every_database]
async fn what_a_refusal_rests_on_can_be_seen_by_everybody_once_it_is_settled(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    for number in 0..100 {
        let first = shop.context().begin(&shop.origin()).await?;
        execute(&first, "INSERT INTO scores (id) VALUES ($1)", values![number]).await?;
        let context = shop.context().clone();
        let refused = tokio::spawn(async move {
            let tx = context.begin(&kernel::Origin::system()).await?;
            execute(&tx, "INSERT INTO scores (id) VALUES ($1) ON CONFLICT DO NOTHING", values![number]).await
        });
        tokio::task::yield_now().await;
        let committed = tokio::spawn(first.commit());
        assert_eq!(refused.await??, 0, "the first one had it");
        shop.context().db.settled().await;
        assert_eq!(scores(shop.context()).await?, number + 1);
        committed.await??;
    }
    Ok(())
}
