//! Statements that nobody waits for: they are there for what follows, and what they break is never lost.

use std::time::Duration;

use platform::db::{Broken, DatabaseError, WriteTx, execute, execute_later, fetch_scalar, insert_many_later};
use platform::values;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, cut_off};

const INSERT: &str = "INSERT INTO pages (id) VALUES ($1)";
/// How many times a caller is polled at most before it goes away: more than any of them needs.
const MOST_POLLS: usize = 12;

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

/// More than are under way at once.
#[test_on_every_database]
async fn what_is_written_later_reaches_the_server_in_its_order_before_the_commit(shop: TestShop) -> TestResult {
    const NEXT: &str = "INSERT INTO places (id, place) SELECT $1, COUNT(*) FROM places";
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "CREATE TABLE places (id BIGINT NOT NULL, place BIGINT NOT NULL)", vec![]).await?;
    for id in 0..300_i64 {
        execute_later(&tx, NEXT, values![id]).await?;
    }
    let rows = (300..305_i64).map(|id| values![id, id]).collect();
    insert_many_later(&tx, "INSERT INTO places (id, place) VALUES", rows, "").await?;
    execute_later(&tx, NEXT, values![305_i64]).await?;
    tx.commit().await?;
    let right = "SELECT CAST(COUNT(*) AS BIGINT) FROM places WHERE id = place";
    assert_eq!(fetch_scalar(shop.context().db.reader(), right, vec![]).await?, Some(306_i64));
    Ok(())
}

/// Behind the one that failed the server refuses all others; the second time all of them are prepared and travel together.
#[test_on_every_database]
async fn the_commit_tells_what_was_broken_first_and_keeps_nothing(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    for last in ["INSERT INTO pages (id) VALUES (NULL)", INSERT, INSERT] {
        let tx = shop.context().begin(&shop.origin()).await?;
        let told = async {
            later(&tx, &[1, 2, 1]).await?;
            execute_later(&tx, last, if last == INSERT { values![3_i64] } else { vec![] }).await
        };
        let told = match told.await {
            Ok(()) => tx.commit().await,
            Err(error) => Err(error),
        };
        assert!(matches!(told, Err(DatabaseError::Broken(Broken::Unique(_), _))), "{told:?}");
        assert_eq!(pages(&shop).await?, 0);
    }
    Ok(())
}

/// Every place at which the sender waits is one at which it may go away, with the queue in its hands.
#[test_on_every_database]
async fn what_is_written_later_is_kept_once_wherever_its_sender_goes_away(shop: TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "CREATE TABLE notes (id BIGINT NOT NULL)", vec![]).await?;
    tx.commit().await?;
    for polls in 1..=MOST_POLLS {
        let tx = shop.context().begin(&shop.origin()).await?;
        for place in 0..3 {
            // Nobody has prepared such a text before.
            let insert = format!("INSERT INTO notes (id) VALUES ($1) /* {place} of {polls} */");
            execute_later(&tx, &insert, values![i64::try_from(polls)?]).await?;
        }
        cut_off(polls, fetch_scalar::<i64>(&tx, "SELECT CAST(1 AS BIGINT)", vec![])).await.transpose()?;
        tx.commit().await?;
    }
    let kept = "SELECT CAST(COUNT(*) AS BIGINT) FROM notes";
    assert_eq!(fetch_scalar(shop.context().db.reader(), kept, vec![]).await?, Some(3 * i64::try_from(MOST_POLLS)?));
    Ok(())
}

/// The server refuses a statement while it prepares it, too.
#[test_on_every_database]
async fn a_statement_that_cannot_be_prepared_does_not_make_the_commit_lie_wherever_its_caller_goes_away(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    let mut expected = 0;
    for polls in 1..=MOST_POLLS {
        let tx = shop.context().begin(&shop.origin()).await?;
        execute(&tx, INSERT, values![i64::try_from(polls)?]).await?;
        cut_off(polls, execute(&tx, "INSERT INTO no_such_table (id) VALUES (1)", vec![])).await;
        expected += i64::from(tx.commit().await.is_ok());
        assert_eq!(pages(&shop).await?, expected, "after {polls} polls");
    }
    Ok(())
}

/// Before a part begins, what came before it is looked at; whoever goes away meanwhile leaves that to the commit.
#[test_on_every_database]
async fn a_later_statement_that_failed_is_told_by_the_commit_wherever_a_part_is_given_up_before(shop: TestShop) -> TestResult {
    make_table(&shop).await?;
    for polls in 1..=MOST_POLLS {
        let tx = shop.context().begin(&shop.origin()).await?;
        let told = later(&tx, &[1, 2, 1]).await;
        cut_off(polls, tx.savepoint()).await;
        let told = if told.is_ok() { tx.commit().await } else { told };
        // Whoever went away may have been told already what it was.
        assert!(told.is_err(), "after {polls} polls");
        assert_eq!(pages(&shop).await?, 0);
    }
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
