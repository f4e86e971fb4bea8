//! Back ends that the server ends: whoever has not begun yet notices nothing, whoever has begun is refused as a whole.

use platform::db::{DatabaseError, Db, WriteTx, execute, execute_later, fetch_scalar};
use platform::values;

use crate::support::{TestResult, TestShop, back_end_of, run_on_postgres};

const INSERT: &str = "INSERT INTO steps (name) VALUES ($1)";
/// Ends its own back end when it is first called, whoever calls it: sequences are not undone.
const MORTAL: &str = "CREATE FUNCTION mortal() RETURNS TEXT LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('calls') = 1 THEN
        PERFORM pg_terminate_backend(pg_backend_pid());
        PERFORM pg_sleep(20);
    END IF;
    RETURN 'mortal';
END $$";

async fn make_table(shop: &TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "CREATE TABLE steps (place BIGINT GENERATED ALWAYS AS IDENTITY, name TEXT NOT NULL)", vec![]).await?;
    execute(&tx, "CREATE SEQUENCE calls", vec![]).await?;
    execute(&tx, MORTAL, vec![]).await?;
    Ok(tx.commit().await?)
}

/// All that is kept, in the order in which it was written.
async fn steps(shop: &TestShop) -> TestResult<String> {
    let sql = "SELECT COALESCE(STRING_AGG(name, ' ' ORDER BY place), '') FROM steps";
    Ok(fetch_scalar(shop.context().db.reader(), sql, vec![]).await?.unwrap_or_default())
}

/// A way of one connection, and a transaction on it whose back end is ended before anything was asked of it.
async fn begin_dead(shop: &TestShop) -> TestResult<(Db, WriteTx)> {
    let db = shop.connect(1).await?;
    let back_end = back_end_of(db.reader()).await?;
    let tx = shop.begin_on(&db).await?;
    shop.end(back_end).await?;
    Ok((db, tx))
}

async fn add(tx: &WriteTx, name: &str) -> Result<u64, DatabaseError> {
    execute(tx, INSERT, values![name]).await
}

#[track_caller]
fn assert_unavailable<T: std::fmt::Debug>(told: &Result<T, DatabaseError>) {
    assert!(matches!(told, Err(DatabaseError::Unavailable(_))), "{told:?}");
}

/// A statement that writes is not asked twice, so that it must not get such a connection at all.
#[test]
#[ignore = "needs PostgreSQL"]
fn a_connection_that_was_ended_while_it_was_idle_serves_nobody_on_postgres() -> TestResult {
    run_on_postgres("a_connection_that_was_ended_while_it_was_idle_serves_nobody", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        shop.end(back_end_of(db.reader()).await?).await?;
        shop.until_lent_alive(&db).await?;
        assert_eq!(execute(db.reader(), INSERT, values!["alone"]).await?, 1);
        assert_eq!(steps(&shop).await?, "alone");
        Ok(())
    })
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_read_whose_back_end_dies_is_asked_again_on_postgres() -> TestResult {
    run_on_postgres("a_read_whose_back_end_dies_is_asked_again", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        let answer: Option<String> = fetch_scalar(db.reader(), "SELECT mortal()", vec![]).await?;
        assert_eq!(answer.as_deref(), Some("mortal"));
        assert_eq!(fetch_scalar(db.reader(), "SELECT nextval('calls')", vec![]).await?, Some(3_i64), "one died, one answered");
        Ok(())
    })
}

/// Whether it was done is not known, so that it is not done again.
#[test]
#[ignore = "needs PostgreSQL"]
fn a_statement_of_its_own_whose_back_end_dies_is_not_repeated_on_postgres() -> TestResult {
    run_on_postgres("a_statement_of_its_own_whose_back_end_dies_is_not_repeated", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        assert_unavailable(&execute(db.reader(), "INSERT INTO steps (name) SELECT mortal()", vec![]).await);
        assert_eq!(steps(&shop).await?, "");
        Ok(())
    })
}

/// All connections may be dead at once, and each in somebody's hands: none waits for another's.
#[test]
#[ignore = "needs PostgreSQL"]
fn joined_statements_that_find_their_back_end_gone_are_done_once_and_in_order_on_postgres() -> TestResult {
    run_on_postgres("joined_statements_that_find_their_back_end_gone", async |shop| {
        make_table(&shop).await?;
        let (db, tx) = begin_dead(&shop).await?;
        tokio::try_join!(biased; add(&tx, "one"), add(&tx, "two"), add(&tx, "three"))?;
        tx.commit().await?;
        assert_eq!(steps(&shop).await?, "one two three");
        assert_eq!(db.load().connections, Some((1, 1)));
        Ok(())
    })
}

/// Without a commit nothing of the first try stays.
#[test]
#[ignore = "needs PostgreSQL"]
fn a_first_statement_that_its_back_end_does_not_survive_is_kept_once_on_postgres() -> TestResult {
    run_on_postgres("a_first_statement_that_its_back_end_does_not_survive", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        let tx = shop.begin_on(&db).await?;
        execute(&tx, "INSERT INTO steps (name) SELECT mortal()", vec![]).await?;
        add(&tx, "next").await?;
        tx.commit().await?;
        assert_eq!(steps(&shop).await?, "mortal next");
        Ok(())
    })
}

/// The second is not done again behind a first that is. Where the first has died before the second was asked for, both go on.
#[test]
#[ignore = "needs PostgreSQL"]
fn joined_statements_that_die_under_way_stand_or_fall_together_on_postgres() -> TestResult {
    run_on_postgres("joined_statements_that_die_under_way", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        let tx = shop.begin_on(&db).await?;
        let (first, second) = tokio::join!(biased; execute(&tx, "INSERT INTO steps (name) SELECT mortal()", vec![]), add(&tx, "two"));
        let is_kept = first.is_ok();
        if !is_kept {
            assert_unavailable(&first);
            assert_unavailable(&second);
        }
        assert_eq!((second.is_ok(), tx.commit().await.is_ok()), (is_kept, is_kept));
        assert_eq!(steps(&shop).await?, if is_kept { "mortal two" } else { "" });
        Ok(())
    })
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_transaction_that_loses_its_back_end_in_the_middle_is_refused_as_a_whole_on_postgres() -> TestResult {
    run_on_postgres("a_transaction_that_loses_its_back_end_in_the_middle", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(2).await?;
        let tx = shop.begin_on(&db).await?;
        add(&tx, "one").await?;
        shop.end(back_end_of(&tx).await?).await?;
        assert_unavailable(&add(&tx, "two").await);
        assert_unavailable(&add(&tx, "three").await);
        tx.commit().await.expect_err("the first is lost");

        let tx = shop.begin_on(&db).await?;
        add(&tx, "four").await?;
        shop.end(back_end_of(&tx).await?).await?;
        execute_later(&tx, INSERT, values!["five"]).await?;
        assert_unavailable(&tx.commit().await);
        assert_eq!(steps(&shop).await?, "");
        Ok(())
    })
}

/// The part would be there, and nothing that it is a part of.
#[test]
#[ignore = "needs PostgreSQL"]
fn a_part_that_loses_its_back_end_is_refused_with_its_transaction_on_postgres() -> TestResult {
    run_on_postgres("a_part_that_loses_its_back_end_is_refused", async |shop| {
        make_table(&shop).await?;
        let db = shop.connect(1).await?;
        let back_end = back_end_of(db.reader()).await?;
        let tx = shop.begin_on(&db).await?;
        let part = tx.savepoint().await?;
        shop.end(back_end).await?;
        assert_unavailable(&add(&part, "one").await);
        drop(part);
        tx.commit().await.expect_err("there is no transaction any more");
        assert_eq!(steps(&shop).await?, "");
        Ok(())
    })
}
