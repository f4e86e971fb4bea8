//! Idempotency keys: one effect, one answer, however often and however fast a request is repeated.

use chrono::TimeDelta;
use futures_util::future::join_all;
use platform::idempotency::{self, Answer, Claim, IdempotencyError, Key, Keyed};
use platform::settings;
use serde_json::json;
use test_macro::test_on_every_database;
use uuid::Uuid;

use crate::support::{TestResult, TestShop};

fn key(request: &str) -> Key {
    Key::new("cart", "key-1", &[request.as_bytes()])
}

/// A write under a key: its effect is one version of a setting, its answer names that version.
async fn write(shop: &TestShop, key: &Key) -> Result<Keyed, IdempotencyError> {
    idempotency::once(shop.context(), &shop.origin(), key, async |tx| {
        let setting = settings::put(tx, "test.effect", json!("done")).await?;
        Ok(Answer { status: 201, body: format!("{{\"version\":{}}}", setting.version) })
    })
    .await
}

/// Twenty impatient clicks.
#[test_on_every_database]
async fn twenty_duplicates_have_one_effect_and_one_answer(shop: TestShop) -> TestResult {
    let key = key("request");
    let answers = join_all((0..20).map(|_| write(&shop, &key))).await;

    let mut made = 0;
    for keyed in answers {
        let (answer, is_new) = match keyed? {
            Keyed::New(answer) => (answer, 1),
            Keyed::Replayed(answer) => (answer, 0),
        };
        assert_eq!(answer, Answer { status: 201, body: "{\"version\":1}".to_owned() });
        made += is_new;
    }
    assert_eq!(made, 1);
    Ok(())
}

/// A key stands for one request.
#[test_on_every_database]
async fn a_key_is_not_taken_for_another_request(shop: TestShop) -> TestResult {
    write(&shop, &key("request")).await?;

    assert!(matches!(write(&shop, &key("another")).await, Err(IdempotencyError::Reused)));
    assert!(write(&shop, &Key::new("another cart", "key-1", &[b"another"])).await.is_ok());
    Ok(())
}

/// Only successes are kept: after a refusal the same key may try again.
#[test_on_every_database]
async fn a_refusal_gives_the_key_back(shop: TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    assert_eq!(idempotency::claim(&tx, &key("request")).await?, Claim::New);
    tx.rollback().await?;

    assert!(matches!(write(&shop, &key("request")).await?, Keyed::New(_)));
    Ok(())
}

/// The process dies between its two commits: the retry learns what the first one made; a duplicate waits for the answer.
#[test_on_every_database]
async fn a_key_in_progress_leads_to_what_was_made(shop: TestShop) -> TestResult {
    let (key, made) = (key("request"), Uuid::from_u128(42));
    let tx = shop.context().begin(&shop.origin()).await?;
    idempotency::claim(&tx, &key).await?;
    idempotency::bind(&tx, &key, made).await?;
    tx.commit().await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    assert_eq!(idempotency::claim(&tx, &key).await?, Claim::InProgress(made));
    drop(tx);

    let answer = Answer { status: 201, body: "{}".to_owned() };
    let settle = async {
        let tx = shop.context().begin(&shop.origin()).await?;
        idempotency::finish(&tx, &key, &answer).await?;
        tx.commit().await
    };
    let (waited, settled) = tokio::join!(idempotency::wait(&shop.context().db, &key), settle);
    settled?;
    assert_eq!(waited?, answer);
    Ok(())
}

#[test_on_every_database]
async fn a_key_is_known_for_thirty_days(shop: TestShop) -> TestResult {
    let order = key("order");
    let first = write(&shop, &order).await?;
    shop.advance(TimeDelta::days(30));
    shop.sweep(idempotency::SWEEP).await?;
    let again = write(&shop, &order).await?;
    shop.advance(TimeDelta::seconds(1));
    shop.sweep(idempotency::SWEEP).await?;
    let anew = write(&shop, &order).await?;
    assert_eq!([&first, &again, &anew].map(|keyed| matches!(keyed, Keyed::Replayed(_))), [false, true, false]);
    Ok(())
}
