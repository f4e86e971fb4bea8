//! Statements that nobody waits for: they are there for what follows, and what they break is never lost.

use std::time::Duration;

use platform::db::{DatabaseError, WriteTx, execute, execute_later, fetch_scalar};
use platform::values;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

const INSERT: &str = "INSERT INTO pages (id) VALUES ($1)";

async fn make_table(shop: &TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "CREATE TABLE pages (id BIGINT PRIMARY KEY)", vec![]).await?;
    tx.commit().await?;
    Ok(())
}

async fn pages(shop: &TestShop) -> TestResult<i64> {
    let count = "SELECT CAST(COUNT(*) AS BIGINT) FROM pages";
    Ok(fetch_scalar(shop.context().db.reader(), count, vec![]).await?.unwrap_or(0))
}

async fn later(tx: &WriteTx, ids: &[i64]) -> Result<(), DatabaseError> {
    for id in ids {
        execute_later(tx, INSERT, values![*id]).await?;
    }
    Ok(())
}

#[test_on_every_database]
async fn what_is_written_later_is_there_for_the_next_statement_and_for_the_commit(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    later(&tx, &[1, 2]).await?;
    let last: Option<i64> = fetch_scalar(&tx, "SELECT MAX(id) FROM pages", vec![]).await?;
    assert_eq!(last, Some(2));
    later(&tx, &[3]).await?;
    tx.commit().await?;
    assert_eq!(pages(&shop).await?, 3);
    Ok(())
}

/// On SQLite it is told at once, on PostgreSQL by the commit.
#[test_on_every_database]
async fn what_a_later_statement_breaks_is_told_at_the_latest_by_the_commit(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    let told = match later(&tx, &[1, 1, 2]).await {
        Ok(()) => tx.commit().await,
        Err(error) => Err(error),
    };
    assert!(matches!(told, Err(DatabaseError::Broken(..))), "{told:?}");
    assert_eq!(pages(&shop).await?, 0);
    Ok(())
}

/// The server only says of the second one that it came too late.
#[test_on_every_database]
async fn the_statement_behind_a_later_one_that_failed_tells_what_that_one_broke(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    let told = match later(&tx, &[1, 1]).await {
        Ok(()) => execute(&tx, INSERT, values![2_i64]).await.map(drop),
        Err(error) => Err(error),
    };
    assert!(matches!(told, Err(DatabaseError::Broken(..))), "{told:?}");
    drop(tx);
    assert_eq!(pages(&shop).await?, 0);
    Ok(())
}

#[test_on_every_database]
async fn a_part_is_not_kept_where_a_later_statement_of_it_failed(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    later(&tx, &[1]).await?;
    let part = tx.savepoint().await?;
    let told = async move {
        later(&part, &[2, 1]).await?;
        part.commit().await
    };
    let told = told.await;
    assert!(matches!(told, Err(DatabaseError::Broken(..))), "{told:?}");
    later(&tx, &[3]).await?;
    tx.commit().await?;
    assert_eq!(pages(&shop).await?, 2, "the first and the third");
    Ok(())
}

/// PostgreSQL would say yes to the commit and keep nothing.
#[test_on_every_database]
async fn a_transaction_with_a_failed_statement_does_not_pretend_to_be_kept(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, INSERT, values![1_i64]).await?;
    execute(&tx, INSERT, values![1_i64]).await.expect_err("the key is taken");
    let kept = tx.commit().await.is_ok();
    assert_eq!(pages(&shop).await?, i64::from(kept), "what is said is what is there");
    Ok(())
}

/// Whoever goes away does not see that his statement failed; the commit must not pretend.
#[test_on_every_database]
async fn a_statement_whose_caller_went_away_does_not_make_the_commit_lie(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, INSERT, values![1_i64]).await?;
    // On PostgreSQL it is on its way by then.
    drop(tokio::time::timeout(Duration::ZERO, execute(&tx, INSERT, values![1_i64])).await);
    let kept = tx.commit().await.is_ok();
    assert_eq!(pages(&shop).await?, i64::from(kept));
    Ok(())
}

/// Errors go to the log.
#[test_on_every_database]
async fn what_a_broken_rule_says_holds_no_value_of_the_row(shop: TestShop) -> TestResult {
    const ADDRESS: &str = "INSERT INTO addresses (email, size) VALUES ('ada@example.com', $1)";
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "CREATE TABLE addresses (email TEXT PRIMARY KEY, size BIGINT CONSTRAINT addresses_size_check CHECK (size > 0))", vec![])
        .await?;
    tx.commit().await?;
    for sizes in [vec![1_i64, 2], vec![0]] {
        let tx = shop.context().begin(&shop.origin()).await?;
        let mut told = Ok(0);
        for size in sizes {
            told = execute(&tx, ADDRESS, values![size]).await;
        }
        let error = told.expect_err("a rule is broken");
        let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        let all: Vec<String> = causes.map(ToString::to_string).collect();
        assert!(matches!(error, DatabaseError::Broken(..)) && !all.concat().contains("ada@"), "{all:?}");
    }
    Ok(())
}
