//! The write transaction: all or nothing, one moment, and rules of the schema as errors.

use kernel::DomainError;
use platform::db::{DatabaseError, OnBroken, count_statements, execute, fetch_scalar, lock_name};
use platform::settings;
use platform::values;
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, run_on_sqlite};

async fn stored(shop: &TestShop, key: &str) -> TestResult<Option<serde_json::Value>> {
    Ok(settings::get(shop.context().db.reader(), key).await?.map(|setting| setting.value))
}

/// A request that is cut off anywhere before its commit was never there, and does not keep the writer.
#[test_on_every_database]
async fn a_dropped_transaction_leaves_nothing(shop: TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    settings::put(&tx, "test.dropped", json!(1)).await?;
    drop(tx);
    let tx = shop.context().begin(&shop.origin()).await?;
    settings::put(&tx, "test.kept", json!(2)).await?;
    tx.commit().await?;

    assert_eq!(stored(&shop, "test.dropped").await?, None);
    assert_eq!(stored(&shop, "test.kept").await?, Some(json!(2)));
    Ok(())
}

/// One item of a batch fails alone.
#[test_on_every_database]
async fn a_savepoint_is_undone_alone(shop: TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    let first = tx.savepoint().await?;
    settings::put(&first, "test.first", json!(1)).await?;
    first.commit().await?;
    let second = tx.savepoint().await?;
    settings::put(&second, "test.second", json!(2)).await?;
    let refused = execute(&second, "UPDATE jobs SET nonsense = 1", vec![]).await;
    assert!(matches!(refused, Err(DatabaseError::Fault(_))), "{refused:?}");
    second.rollback().await?;
    settings::put(&tx, "test.third", json!(3)).await?;
    tx.commit().await?;

    assert_eq!(stored(&shop, "test.first").await?, Some(json!(1)));
    assert_eq!(stored(&shop, "test.second").await?, None);
    assert_eq!(stored(&shop, "test.third").await?, Some(json!(3)));
    Ok(())
}

/// Transactions that begin by reading do not fail because another one writes meanwhile.
#[test_on_every_database]
async fn sixteen_writers_take_turns(shop: TestShop) -> TestResult {
    let add = || async {
        let tx = shop.context().begin(&shop.origin()).await?;
        lock_name(&tx, "test.counter").await?;
        let before = settings::get(&tx, "test.counter").await?.and_then(|setting| setting.value.as_i64()).unwrap_or(0);
        settings::put(&tx, "test.counter", json!(before + 1)).await?;
        tx.commit().await
    };
    let outcomes = futures_util::future::join_all((0..16).map(|_| add())).await;

    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(stored(&shop, "test.counter").await?, Some(json!(16)));
    Ok(())
}

/// The readers of an embedded database are told so; a use case that writes past its transaction fails at once.
#[test]
fn an_embedded_reader_does_not_write_on_sqlite() -> TestResult {
    run_on_sqlite("an_embedded_reader_does_not_write", async |shop| {
        assert!(execute(shop.context().db.reader(), "DELETE FROM settings", vec![]).await.is_err());
        Ok(())
    })
}

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("taken")]
    Taken,
    #[error("no state")]
    State,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// A rule of the schema is named alike on both databases, so that a store turns it into its own error.
#[test_on_every_database]
async fn broken_rules_become_errors_of_the_use_case(shop: TestShop) -> TestResult {
    const KEY: &str =
        "INSERT INTO idempotency_keys (scope, key, fingerprint, state, created_at, updated_at) VALUES ($1, $2, '', $3, $4, $4)";
    let insert = |state: &'static str| {
        let shop = &shop;
        async move {
            let tx = shop.context().begin(&shop.origin()).await?;
            execute(&tx, KEY, values!["scope", "key", "in_progress", tx.now()]).await?;
            execute(&tx, KEY, values!["scope", if state == "in_progress" { "key" } else { "other" }, state, tx.now()]).await.on_unique(
                "idempotency_keys_pkey",
                "idempotency_keys.scope, idempotency_keys.key",
                || Refused::Taken,
            )
        }
    };

    assert!(matches!(insert("in_progress").await, Err(Refused::Taken)));
    let check = insert("nonsense").await.expect_err("no such state");
    let Refused::Database(error) = check else { return Err(format!("{check:?}").into()) };
    assert_eq!(error.code(), "internal");
    let turned: Result<(), Refused> = Err(error).on_check("idempotency_keys_state_check", || Refused::State);
    assert!(matches!(turned, Err(Refused::State)), "{turned:?}");
    Ok(())
}

/// What a value is before it is stored, it is after: JSON with numbers and text, the version growing with each change.
#[test_on_every_database]
async fn a_setting_comes_back_as_it_was_put(shop: TestShop) -> TestResult {
    let value = json!({"text": "Grüße ☕", "number": 9_007_199_254_740_993_i64, "list": [true, null]});
    for expected in 1..=2 {
        let tx = shop.context().begin(&shop.origin()).await?;
        assert_eq!(settings::put(&tx, "test.value", value.clone()).await?.version, expected);
        tx.commit().await?;
    }

    let setting = settings::get(shop.context().db.reader(), "test.value").await?.ok_or("stored")?;
    assert_eq!((setting.value, setting.updated_at, setting.updated_by.as_str()), (value, shop.now(), "cli"));
    Ok(())
}

/// Tests of list routes rely on this count.
#[test_on_every_database]
async fn statements_are_counted(shop: TestShop) -> TestResult {
    let work = async {
        for _ in 0..3 {
            fetch_scalar::<i64>(shop.context().db.reader(), "SELECT CAST(1 AS BIGINT)", vec![]).await?;
        }
        Ok::<(), DatabaseError>(())
    };
    let (outcome, statements) = count_statements(work).await;

    outcome?;
    assert_eq!(statements, 3);
    Ok(())
}
