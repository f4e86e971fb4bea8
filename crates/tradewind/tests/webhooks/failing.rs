//! Endpoints that do not take what they are told.

use std::future::IntoFuture;

use chrono::TimeDelta;
use platform::http_client::is_public;
use platform::{db, values};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{PATH, deliveries, endpoint, happen, reaching};
use crate::support::{Received, Receiver, TestResult, TestShop};

/// The pauses between ten tries.
const PAUSES_S: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

async fn log(shop: &TestShop, delivery: &Value) -> TestResult<Value> {
    let path = format!("{PATH}/deliveries/{}", delivery["id"].as_str().unwrap_or_default());
    Ok(shop.get(&path).await?.expect(200)?.data().clone())
}

#[test_on_every_database]
async fn what_is_not_taken_is_tried_again_and_can_be_asked_for_once_more(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    receiver.will_answer([500, 302]);
    happen(&shop, "Friends").await?;
    shop.settle().await?;
    assert_eq!(receiver.take().len(), 1);
    let waiting = deliveries(&shop, &made).await?.remove(0);
    assert_eq!((&waiting["state"], &waiting["attempts"]), (&json!("queued"), &json!(1)));
    let shown = shop.get(&format!("{PATH}/{}", made.text("id"))).await?.expect(200)?;
    assert_eq!((shown.text("state"), shown.text("failing_since")), ("failing", "2026-03-02T09:30:00Z"));
    for (wait, arrived, state) in [(3, 0, "queued"), (3, 1, "queued"), (239, 0, "queued"), (121, 1, "delivered")] {
        shop.advance(TimeDelta::seconds(wait));
        shop.settle().await?;
        let messages = receiver.take();
        let now = deliveries(&shop, &made).await?.remove(0);
        assert_eq!((messages.len(), &now["state"]), (arrived, &json!(state)), "{wait}");
    }
    let told = log(&shop, &waiting).await?;
    let statuses: Vec<_> = told["log"].as_array().into_iter().flatten().map(|attempt| attempt["status"].as_i64()).collect();
    assert_eq!((statuses, &told["attempts"]), (vec![Some(500), Some(302), Some(204)], &json!(3)));
    assert_eq!((&told["log"][0]["answer"], &told["log"][0]["number"]), (&json!("said 500"), &json!(1)));

    // Once more, although it arrived: the same message by the same id, signed anew.
    let again = format!("{PATH}/deliveries/{}/redeliver", waiting["id"].as_str().unwrap_or_default());
    assert_eq!(shop.post(&again).await?.expect(200)?.text("state"), "queued");
    shop.settle().await?;
    let message = receiver.take().pop().ok_or("nothing arrived")?;
    assert_eq!(
        (message.header("webhook-id"), message.body.as_ref()),
        (told["event_id"].as_str().unwrap_or_default(), told["message"].as_str().unwrap_or_default().as_bytes())
    );
    let shown = shop.get(&format!("{PATH}/{}", made.text("id"))).await?.expect(200)?;
    assert_eq!((shown.text("state"), &shown.data()["failing_since"]), ("enabled", &Value::Null));
    Ok(())
}

/// Ten tries over three days, and then it waits for somebody to ask for it; nothing is thrown away.
#[test_on_every_database]
async fn after_ten_tries_a_delivery_is_given_up_and_can_be_asked_for(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    receiver.will_answer([503; 10]);
    happen(&shop, "Friends").await?;
    shop.settle().await?;
    for pause_s in PAUSES_S {
        assert_eq!(deliveries(&shop, &made).await?[0]["state"], "queued", "{pause_s}");
        shop.advance(TimeDelta::seconds(pause_s * 6 / 5 + 1));
        shop.settle().await?;
    }
    let given_up = deliveries(&shop, &made).await?.remove(0);
    assert_eq!((&given_up["state"], &given_up["attempts"], receiver.take().len()), (&json!("exhausted"), &json!(10), 10));
    shop.advance(TimeDelta::days(2));
    shop.settle().await?;
    assert!(receiver.take().is_empty(), "it is not sent by itself");
    shop.post(&format!("{PATH}/deliveries/{}/redeliver", given_up["id"].as_str().unwrap_or_default())).await?.expect(200)?;
    shop.settle().await?;
    let now = deliveries(&shop, &made).await?.remove(0);
    assert_eq!((&now["state"], receiver.take().len()), (&json!("delivered"), 1));
    Ok(())
}

#[test_on_every_database]
async fn who_asks_for_a_pause_gets_it_for_everything(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    receiver.will_ask_for_a_pause("600");
    happen(&shop, "One").await?;
    shop.settle().await?;
    assert_eq!(receiver.take().len(), 1);
    happen(&shop, "Two").await?;
    shop.advance(TimeDelta::seconds(599));
    shop.settle().await?;
    assert!(receiver.take().is_empty());
    shop.advance(TimeDelta::seconds(1));
    shop.settle().await?;
    assert_eq!(receiver.take().len(), 2);
    Ok(())
}

#[test_on_every_database]
async fn who_is_gone_is_told_no_more_until_its_owner_says_so(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    let path = format!("{PATH}/{}", made.text("id"));
    receiver.will_answer([410]);
    happen(&shop, "One").await?;
    shop.settle().await?;
    let shown = shop.get(&path).await?.expect(200)?;
    assert_eq!((shown.text("state"), shown.text("disabled_because")), ("disabled", "gone"));
    assert_eq!(shop.events_of("webhook_endpoint").await?, ["webhook_endpoint.created", "webhook_endpoint.disabled"]);
    for refused in [
        format!("{path}/test"),
        format!("{PATH}/deliveries/{}/redeliver", deliveries(&shop, &made).await?[0]["id"].as_str().unwrap_or_default()),
    ] {
        let refused = shop.post(&refused).await?;
        assert_eq!((refused.status, refused.error_code()), (409, "webhook_disabled"));
    }
    happen(&shop, "Two").await?;
    shop.settle().await?;
    shop.patch(&path).version(2).json(json!({"enabled": true})).await?.expect(200)?;
    happen(&shop, "Three").await?;
    shop.settle().await?;
    let told: Vec<_> = deliveries(&shop, &made).await?.iter().map(|delivery| delivery["state"].clone()).collect();
    assert_eq!((told, receiver.take().len()), (vec![json!("exhausted"), json!("delivered")], 2), "what happened meanwhile is not sent");
    Ok(())
}

#[test_on_every_database]
async fn an_endpoint_that_nothing_reaches_for_five_days_is_told_no_more(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    let path = format!("{PATH}/{}", made.text("id"));
    receiver.will_answer([500; 200]);
    happen(&shop, "First").await?;
    shop.settle().await?;
    let told =
        |count: usize| ["created"].into_iter().chain(std::iter::repeat_n("failing", count)).map(|name| format!("webhook_endpoint.{name}"));
    for (wait, notices) in [
        (TimeDelta::seconds(3_599), 0),
        (TimeDelta::seconds(1), 1),
        (TimeDelta::hours(22), 1),
        (TimeDelta::hours(1), 2),
        (TimeDelta::days(2), 2),
        (TimeDelta::days(2) - TimeDelta::seconds(1), 2),
    ] {
        shop.advance(wait);
        happen(&shop, &format!("Another {wait}")).await?;
        shop.settle().await?;
        assert_eq!(shop.get(&path).await?.expect(200)?.text("state"), "failing");
        assert_eq!(shop.events_of("webhook_endpoint").await?, told(notices).collect::<Vec<_>>(), "{wait}");
    }
    shop.advance(TimeDelta::seconds(1));
    happen(&shop, "Third").await?;
    shop.settle().await?;
    let shown = shop.get(&path).await?.expect(200)?;
    assert_eq!((shown.text("state"), shown.text("disabled_because")), ("disabled", "failing"));
    Ok(())
}

/// Two failures with days of nothing between them are two failures.
#[test_on_every_database]
async fn what_failed_long_ago_does_not_count(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    receiver.will_answer([500; 9]);
    for name in ["First", "Second"] {
        happen(&shop, name).await?;
        shop.settle().await?;
        shop.advance(TimeDelta::days(5));
    }
    let shown = shop.get(&format!("{PATH}/{}", made.text("id"))).await?.expect(200)?;
    assert_eq!((shown.text("state"), shown.text("failing_since")), ("failing", "2026-03-07T09:30:00Z"));
    Ok(())
}

/// Who asks for a message once more while its last try is on its way gets one more, whatever becomes of that try.
#[test_on_every_database]
async fn what_is_asked_for_during_the_last_try_is_sent_once_more(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    receiver.will_answer([503; 10]);
    happen(&shop, "Friends").await?;
    for pause_s in PAUSES_S {
        shop.settle().await?;
        shop.advance(TimeDelta::seconds(pause_s * 6 / 5 + 1));
    }
    let last = deliveries(&shop, &made).await?.remove(0);
    assert_eq!((&last["attempts"], &last["state"]), (&json!(9), &json!("queued")));
    let again = format!("{PATH}/deliveries/{}/redeliver", last["id"].as_str().unwrap_or_default());
    let asked = receiver.while_it_waits(shop.post(&again).into_future());
    let (asked, settled) = tokio::join!(asked, shop.settle());
    settled?;
    asked?.expect(200)?;
    shop.settle().await?;
    let now = deliveries(&shop, &made).await?.remove(0);
    assert_eq!((&now["attempts"], &now["state"]), (&json!(11), &json!("delivered")));
    Ok(())
}

/// Whoever is told no more while a message is on its way to them gets it once more by asking, and its log has both tries.
#[test_on_every_database]
async fn what_is_given_up_during_a_try_can_be_asked_for(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    let path = format!("{PATH}/{}", made.text("id"));
    receiver.will_answer([500]);
    happen(&shop, "Friends").await?;
    let given_up = receiver.while_it_waits(async {
        shop.patch(&path).version(1).json(json!({"enabled": false})).await?.expect(200)?;
        shop.sweep(notify::webhooks::SWEEP).await
    });
    let (given_up, settled) = tokio::join!(given_up, shop.settle());
    settled?;
    given_up?;
    let delivery = deliveries(&shop, &made).await?.remove(0);
    assert_eq!((&delivery["attempts"], &delivery["state"]), (&json!(1), &json!("exhausted")));
    shop.patch(&path).version(2).json(json!({"enabled": true})).await?.expect(200)?;
    shop.post(&format!("{PATH}/deliveries/{}/redeliver", delivery["id"].as_str().unwrap_or_default())).await?.expect(200)?;
    shop.settle().await?;
    let told = log(&shop, &delivery).await?;
    let numbers: Vec<_> = told["log"].as_array().into_iter().flatten().map(|attempt| attempt["status"].clone()).collect();
    assert_eq!((&told["state"], numbers), (&json!("delivered"), vec![json!(500), json!(204)]));
    Ok(())
}

/// An endpoint whose key was sealed with another secret of the shop says so where its owner looks, and is asked no more often than others.
#[test_on_every_database]
async fn a_key_that_cannot_be_opened_is_a_failed_try(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    let tx = shop.begin_on(&shop.context().db).await?;
    db::execute(&tx, "UPDATE webhook_endpoints SET signing_key = $1", values![vec![7_u8; 40]]).await?;
    tx.commit().await?;
    happen(&shop, "Friends").await?;
    shop.settle().await?;
    let told = log(&shop, &deliveries(&shop, &made).await?[0]).await?;
    assert!(told["log"][0]["error"].as_str().is_some_and(|error| error.contains("rotate the endpoint's secret")), "{told}");
    shop.post(&format!("{PATH}/{}/rotate-secret", made.text("id"))).json(json!({})).await?.expect(200)?;
    shop.advance(TimeDelta::seconds(6));
    shop.settle().await?;
    assert_eq!(receiver.take().len(), 1);
    Ok(())
}

/// In production nothing leads into the house: not an address, not a name, not in any other form.
#[test_on_every_database]
async fn what_is_in_the_house_receives_nothing(shop: TestShop) -> TestResult {
    let receiver = Receiver::start().await?;
    let port = receiver.base().rsplit(':').next().unwrap_or_default().to_owned();
    for host in ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0.0.0.0", "127.1"] {
        let refused = shop.post(PATH).json(json!({"url": format!("http://{host}:{port}/"), "events": ["*"]})).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{host}");
    }
    // A name is looked at when it is connected to; so is an address that was made while more was allowed.
    let allowed = reaching(&shop)?;
    let by_address = endpoint(&allowed, &receiver, &["customer_group.created"]).await?;
    let by_name = json!({"url": format!("http://localhost:{port}/"), "events": ["customer_group.created"]});
    let by_name = shop.post(PATH).json(by_name).await?.expect(201)?;
    happen(&shop, "Friends").await?;
    shop.settle().await?;
    assert!(receiver.take().is_empty());
    for endpoint in [by_address, by_name] {
        let told = log(&shop, &deliveries(&shop, &endpoint).await?[0]).await?;
        let error = told["log"][0]["error"].as_str().unwrap_or_default();
        assert!(error.contains("not one of the public internet") && !error.contains("127."), "{error}");
    }
    assert!(!is_public("127.0.0.1".parse()?));
    Ok(())
}

/// Who is not there, who says nothing that is HTTP: each has its own words in the log, and the rest goes on.
#[test_on_every_database]
async fn a_dead_endpoint_does_not_keep_the_others_from_being_told(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let dead = format!("http://{}/", closed.local_addr()?);
    drop(closed);
    let dead = shop.post(PATH).json(json!({"url": dead, "events": ["customer_group.created"]})).await?.expect(201)?;
    endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    happen(&shop, "Friends").await?;
    shop.settle().await?;
    assert_eq!(receiver.take().iter().map(Received::event).collect::<Vec<_>>(), ["customer_group.created"]);
    let told = log(&shop, &deliveries(&shop, &dead).await?[0]).await?;
    assert!(told["log"][0]["error"].as_str().is_some_and(|error| error.contains("refused")), "{told}");
    assert_eq!(told["log"][0]["status"], Value::Null);
    Ok(())
}
