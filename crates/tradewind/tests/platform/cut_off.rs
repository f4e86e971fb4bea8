//! Callers who go away in the middle of a statement: the server stops, nothing of theirs is kept, the next finds no trace.

use std::collections::BTreeSet;
use std::time::Instant;

use platform::db::{Db, WriteTx, execute, execute_later, fetch_scalar};
use platform::values;

use crate::support::{SOON, TestResult, TestShop, back_end_of, cut_off, run_on_postgres};

const INSERT: &str = "INSERT INTO scraps (id) VALUES ($1)";
/// Longer than any of these tests may take.
const LONG: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_sleep(25)";
/// How many times a caller is polled at most before it goes away: more than any of them needs.
const MOST_POLLS: usize = 24;

async fn make_table(shop: &TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "CREATE TABLE scraps (id BIGINT NOT NULL)", vec![]).await?;
    Ok(tx.commit().await?)
}

async fn scraps(shop: &TestShop) -> TestResult<i64> {
    let count = "SELECT CAST(COUNT(*) AS BIGINT) FROM scraps";
    Ok(fetch_scalar(shop.context().db.reader(), count, vec![]).await?.unwrap_or(0))
}

/// The work runs until the server is busy with it; then its caller goes away, and the server must stop soon.
async fn cut_off_while_busy<Work>(shop: &TestShop, words: &str, work: Work) -> TestResult
where
    Work: Future<Output = TestResult> + Send + 'static,
{
    let caller = tokio::spawn(work);
    shop.until_busy(words, 1).await?;
    caller.abort();
    shop.until_busy(words, 0).await
}

/// Whoever comes next is answered what was asked, at once, and stands in nobody's transaction.
async fn assert_clean(shop: &TestShop, db: &Db) -> TestResult {
    let asked = Instant::now();
    assert_eq!(fetch_scalar::<i64>(db.reader(), "SELECT CAST(4711 AS BIGINT)", vec![]).await?, Some(4711));
    let tx = shop.begin_on(db).await?;
    assert_eq!(fetch_scalar::<i64>(&tx, "SELECT CAST(42 AS BIGINT)", vec![]).await?, Some(42));
    tx.commit().await?;
    assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    shop.until_idle(db).await?;
    shop.until_none_is_open().await?;
    assert_eq!(scraps(shop).await?, 0);
    Ok(())
}

#[test]
#[ignore = "needs PostgreSQL"]
fn the_server_stops_a_read_whose_caller_went_away_on_postgres() -> TestResult {
    run_on_postgres("the_server_stops_a_read_whose_caller_went_away", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        let reading = db.clone();
        let read = async move { fetch_scalar::<i64>(reading.reader(), LONG, vec![]).await.map(drop).map_err(Into::into) };
        cut_off_while_busy(&shop, "pg_sleep", read).await?;
        assert_clean(&shop, &db).await
    })
}

#[test]
#[ignore = "needs PostgreSQL"]
fn the_server_stops_and_undoes_a_transaction_whose_caller_went_away_on_postgres() -> TestResult {
    run_on_postgres("the_server_stops_and_undoes_a_transaction", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        let tx = shop.begin_on(&db).await?;
        let work = async move {
            execute(&tx, INSERT, values![1_i64]).await?;
            fetch_scalar::<i64>(&tx, LONG, vec![]).await?;
            Ok(tx.commit().await?)
        };
        cut_off_while_busy(&shop, "pg_sleep", work).await?;
        assert_clean(&shop, &db).await
    })
}

/// Nobody waits for such a statement itself, but the server is busy with it all the same.
#[test]
#[ignore = "needs PostgreSQL"]
fn the_server_stops_what_was_to_be_written_later_when_the_commit_is_given_up_on_postgres() -> TestResult {
    run_on_postgres("the_server_stops_what_was_to_be_written_later", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        let tx = shop.begin_on(&db).await?;
        let work = async move {
            execute_later(&tx, INSERT, values![1_i64]).await?;
            execute_later(&tx, LONG, vec![]).await?;
            Ok(tx.commit().await?)
        };
        cut_off_while_busy(&shop, "pg_sleep", work).await?;
        assert_clean(&shop, &db).await
    })
}

/// To prepare a statement the server takes a lock on its table, for which it may have to wait.
#[test]
#[ignore = "needs PostgreSQL"]
fn the_server_stops_a_statement_that_was_given_up_while_it_was_prepared_on_postgres() -> TestResult {
    run_on_postgres("the_server_stops_a_statement_while_it_was_prepared", async |shop| {
        make_table(&shop).await?;
        let changing = shop.context().begin(&shop.origin()).await?;
        execute(&changing, "LOCK TABLE settings IN ACCESS EXCLUSIVE MODE", vec![]).await?;
        let db = shop.connect(1).await?;
        let tx = shop.begin_on(&db).await?;
        let work = async move {
            execute(&tx, INSERT, values![1_i64]).await?;
            execute(&tx, "DELETE FROM settings WHERE key = 'waits'", vec![]).await?;
            Ok(tx.commit().await?)
        };
        cut_off_while_busy(&shop, "waits", work).await?;
        drop(changing);
        shop.until_idle(&shop.context().db).await?;
        assert_clean(&shop, &db).await
    })
}

/// The server is asked to stop on a connection of its own, and may hear of it late: it must not hit who comes next.
#[test]
#[ignore = "needs PostgreSQL"]
fn a_connection_that_was_cancelled_serves_nobody_else_on_postgres() -> TestResult {
    run_on_postgres("a_connection_that_was_cancelled_serves_nobody_else", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        let cancelled = back_end_of(db.reader()).await?;
        let reading = db.clone();
        let read = async move { fetch_scalar::<i64>(reading.reader(), LONG, vec![]).await.map(drop).map_err(Into::into) };
        cut_off_while_busy(&shop, "pg_sleep", read).await?;
        assert_ne!(back_end_of(db.reader()).await?, cancelled);
        shop.until_gone(cancelled).await
    })
}

/// Most statements have ended before anybody could cancel them; on a busy machine some have not.
#[test]
#[ignore = "needs PostgreSQL"]
fn whoever_goes_away_from_a_short_statement_leaves_its_connection_to_the_next_on_postgres() -> TestResult {
    const ROUNDS: i64 = 20;
    const SHORT: &str = "SELECT CAST(1 AS BIGINT)";
    run_on_postgres("whoever_goes_away_from_a_short_statement", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        let mut back_ends = BTreeSet::new();
        for round in 0..ROUNDS {
            let tx = shop.begin_on(&db).await?;
            execute(&tx, INSERT, values![round]).await?;
            fetch_scalar::<i64>(&tx, SHORT, vec![]).await?;
            cut_off(1, fetch_scalar::<i64>(&tx, SHORT, vec![])).await.transpose()?;
            drop(tx);
            let next = execute(db.reader(), "SELECT pg_sleep(0.01)", vec![]).await;
            assert!(next.is_ok(), "round {round}: {next:?}");
            back_ends.insert(back_end_of(db.reader()).await?);
        }
        assert!(i64::try_from(back_ends.len())? < ROUNDS, "each had a connection of its own");
        assert_clean(&shop, &db).await
    })
}

#[test]
#[ignore = "needs PostgreSQL"]
fn callers_who_go_away_take_no_connection_with_them_on_postgres() -> TestResult {
    run_on_postgres("callers_who_go_away_take_no_connection_with_them", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(2).await?;
        for _ in 0..3 {
            let (first, second) = (shop.begin_on(&db).await?, db.clone());
            let both = async move {
                let read = async { fetch_scalar::<i64>(second.reader(), LONG, vec![]).await };
                let (write, read) = tokio::join!(fetch_scalar::<i64>(&first, LONG, vec![]), read);
                TestResult::Ok(write.and(read).map(drop)?)
            };
            let callers = tokio::spawn(both);
            shop.until_busy("pg_sleep", 2).await?;
            callers.abort();
            shop.until_busy("pg_sleep", 0).await?;
        }
        let (first, second) = (shop.begin_on(&db).await?, shop.begin_on(&db).await?);
        assert_ne!(back_end_of(&first).await?, back_end_of(&second).await?);
        assert_eq!(db.load().connections, Some((2, 0)));
        drop((first, second));
        assert_clean(&shop, &db).await
    })
}

/// Every place at which a caller waits is one at which it may go away.
#[test]
#[ignore = "needs PostgreSQL"]
fn wherever_a_caller_goes_away_the_next_finds_no_trace_on_postgres() -> TestResult {
    async fn work(tx: &WriteTx, round: i64) -> TestResult {
        execute_later(tx, &format!("{INSERT} /* later in {round} */"), values![round]).await?;
        let read = format!("SELECT CAST({round} AS BIGINT)");
        tokio::try_join!(biased; execute(tx, INSERT, values![round]), fetch_scalar::<i64>(tx, &read, vec![]))?;
        let part = tx.savepoint().await?;
        execute(&part, INSERT, values![round]).await?;
        Ok(part.commit().await?)
    }
    run_on_postgres("wherever_a_caller_goes_away_the_next_finds_no_trace", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        for polls in 1..=MOST_POLLS {
            let tx = shop.begin_on(&db).await?;
            let ended = cut_off(polls, work(&tx, i64::try_from(polls)?)).await;
            assert!(!matches!(ended, Some(Err(_))), "{ended:?}");
            drop(tx);
            assert_clean(&shop, &db).await?;
        }
        Ok(())
    })
}

/// There is nobody who could undo it, so that its connection is closed.
#[test]
#[ignore = "needs PostgreSQL"]
fn a_transaction_that_is_dropped_outside_of_the_runtime_leaves_nothing_on_postgres() -> TestResult {
    run_on_postgres("a_transaction_that_is_dropped_outside_of_the_runtime", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        let tx = shop.begin_on(&db).await?;
        execute(&tx, INSERT, values![1_i64]).await?;
        std::thread::spawn(move || drop(tx)).join().expect("no panic");
        assert_clean(&shop, &db).await
    })
}
