//! What arrives, how it is signed, and in which order.

use std::collections::BTreeSet;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use notify::webhooks::{FanOut, deliver_due};
use platform::db::fetch_scalar;
use platform::events::{deliver_once, rewind};
use platform::outbox::relay_once;
use platform::values;
use serde_json::json;
use standardwebhooks::Webhook;
use test_macro::test_on_every_database;

use super::{PATH, deliveries, endpoint, happen, reaching};
use crate::support::{Received, Receiver, TestResult, TestShop};
use tradewind::wiring;

/// True where the standard's own library takes the message. It goes by the machine's clock, so that the message is signed anew for now.
pub(crate) fn is_from(secret: &str, message: &Received) -> TestResult<bool> {
    let library = Webhook::new(secret)?;
    let (id, at) = (message.header("webhook-id"), message.header("webhook-timestamp").parse()?);
    let expected = library.sign(id, at, &message.body)?;
    Ok(message.header("webhook-signature").split(' ').any(|signature| signature == expected))
}

fn is_signed_by(public_key: &str, message: &Received) -> TestResult<bool> {
    let public = UnparsedPublicKey::new(&ED25519, STANDARD.decode(public_key.trim_start_matches("whpk_"))?);
    let head = format!("{}.{}.", message.header("webhook-id"), message.header("webhook-timestamp"));
    let content = [head.as_bytes(), &message.body].concat();
    let signatures = message.header("webhook-signature").split(' ').filter_map(|signature| signature.strip_prefix("v1a,"));
    Ok(signatures.filter_map(|signature| STANDARD.decode(signature).ok()).any(|signature| public.verify(&content, &signature).is_ok()))
}

#[test_on_every_database]
async fn what_happens_arrives_signed_and_whole(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.*"]).await?;
    let group = happen(&shop, "Friends").await?.text("id").to_owned();
    shop.settle().await?;
    let arrived = receiver.take();
    let [message] = arrived.as_slice() else { return Err(format!("{arrived:?}").into()) };
    assert_eq!((message.path.as_str(), message.header("content-type")), ("/hooks", "application/json"));
    assert!(message.header("user-agent").starts_with("tradewind/"));
    assert!(is_from(made.text("secret"), message)? && is_signed_by(made.text("public_key"), message)?);
    let told = message.json();
    assert_eq!((&told["type"], &told["id"]), (&json!("customer_group.created"), &json!(message.header("webhook-id"))));
    assert_eq!(told["aggregate"], json!({"type": "customer_group", "id": group, "seq": 1}));
    assert_eq!(told["data"]["customer_group_id"], json!(group));
    // It is the event that the shop's own list shows.
    let event = shop.get(&format!("/api/v1/events?filter[aggregate_id]={group}")).await?.expect(200)?.data()[0].clone();
    assert_eq!((&event["id"], &event["seq"], &event["data"]), (&told["id"], &told["seq"], &told["data"]));
    let shown = shop.get(&format!("{PATH}/{}", made.text("id"))).await?.expect(200)?;
    assert!(shown.data()["last_delivered_at"].is_string() && !String::from_utf8(shown.bytes.clone())?.contains("whsec_"));
    Ok(())
}

#[test_on_every_database]
async fn an_endpoint_is_told_what_it_asked_for_since_it_asked(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    happen(&shop, "Before").await?;
    shop.settle().await?;
    endpoint(&shop, &receiver, &["order.*", "customer_group.changed"]).await?;
    let group = happen(&shop, "After").await?;
    shop.settle().await?;
    assert!(receiver.take().is_empty());
    shop.patch(&format!("/api/v1/customer-groups/{}", group.text("id"))).version(1).json(json!({"name": "Changed"})).await?.expect(200)?;
    shop.settle().await?;
    assert_eq!(receiver.take().iter().map(Received::event).collect::<Vec<_>>(), ["customer_group.changed"]);
    Ok(())
}

/// The relay's consumer can be told again from the first event: nobody outside notices.
#[test_on_every_database]
async fn an_event_that_is_told_again_is_sent_once(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["*"]).await?;
    happen(&shop, "Friends").await?;
    shop.settle().await?;
    let before = deliveries(&shop, &made).await?.len();
    assert!(before > 0 && receiver.take().len() == before);
    let tx = shop.context().begin(&shop.origin()).await?;
    rewind(&tx, "webhooks").await?;
    tx.commit().await?;
    while deliver_once(shop.context(), &FanOut::of(&wiring::facts())).await? > 0 {}
    shop.settle().await?;
    let after: Vec<_> = receiver.take().iter().map(Received::event).collect();
    assert!(
        !after.contains(&"customer_group.created".to_owned()) && after.len() == deliveries(&shop, &made).await?.len() - before,
        "{after:?}"
    );
    Ok(())
}

/// Two dispatchers at the same moment, as of two processes: each queue is one's.
#[test_on_every_database]
async fn two_processes_never_send_the_same(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    for _ in 0..3 {
        endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    }
    for name in ["A", "B", "C", "D"] {
        happen(&shop, name).await?;
    }
    while relay_once(shop.context()).await? > 0 {}
    for subscriber in wiring::subscribers() {
        while deliver_once(shop.context(), subscriber.as_ref()).await? > 0 {}
    }
    let tries = (0..4).map(|_| deliver_due(shop.notify()));
    let tried: usize = futures_util::future::try_join_all(tries).await?.into_iter().sum();
    assert_eq!((tried, receiver.take().len()), (12, 12));
    Ok(())
}

/// What arrives where the first message about the first of two groups fails and that group changes then, before the pause is over and after:
/// places among the events of each.
async fn arrivals(shop: &TestShop, in_order: bool) -> TestResult<[Vec<Option<i64>>; 3]> {
    let (shop, receiver) = (reaching(shop)?, Receiver::start().await?);
    let hooks = json!({"url": receiver.base(), "events": ["customer_group.*"], "in_order": in_order});
    shop.post(PATH).json(hooks).await?.expect(201)?;
    let arrived = async || -> TestResult<Vec<Received>> {
        shop.settle().await?;
        Ok(receiver.take())
    };
    let seqs = |messages: &[Received]| messages.iter().map(|message| message.json()["aggregate"]["seq"].as_i64()).collect::<Vec<_>>();
    let first = happen(&shop, "First").await?;
    receiver.will_answer([500]);
    let failed = arrived().await?;
    happen(&shop, "Second").await?;
    let path = format!("/api/v1/customer-groups/{}", first.text("id"));
    shop.patch(&path).version(1).json(json!({"name": "Again"})).await?.expect(200)?;
    let meanwhile = arrived().await?;
    shop.advance(TimeDelta::seconds(7));
    let later = arrived().await?;
    Ok([seqs(&failed), seqs(&meanwhile), seqs(&later)])
}

#[test_on_every_database]
async fn in_order_what_follows_waits_for_what_failed(shop: TestShop) -> TestResult {
    assert_eq!(arrivals(&shop, true).await?, [vec![Some(1)], vec![Some(1)], vec![Some(1), Some(2)]]);
    Ok(())
}

/// What may not be tried yet is not due either, however it came to wait, so that nobody looks at the queue for nothing.
#[test_on_every_database]
async fn what_waits_for_what_failed_is_not_due(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let hooks = json!({"url": receiver.base(), "events": ["customer_group.*"], "in_order": true});
    let made = shop.post(PATH).json(hooks).await?.expect(201)?;
    let group = happen(&shop, "First").await?;
    let path = format!("/api/v1/customer-groups/{}", group.text("id"));
    receiver.will_answer([500, 500]);
    let due = async || -> TestResult<Option<i64>> {
        shop.settle().await?;
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM webhook_deliveries WHERE state = 'queued' AND run_at <= $1";
        Ok(fetch_scalar(shop.context().db.reader(), sql, values![shop.now()]).await?)
    };
    for (version, name) in [(1, "Again"), (2, "And again"), (3, "Once more")] {
        shop.patch(&path).version(version).json(json!({"name": name})).await?.expect(200)?;
        assert_eq!(due().await?, Some(0));
    }
    let last = deliveries(&shop, &made).await?.pop().ok_or("no delivery")?;
    shop.post(&format!("{PATH}/deliveries/{}/redeliver", last["id"].as_str().unwrap_or_default())).await?.expect(200)?;
    assert_eq!(due().await?, Some(0), "also where somebody asked for it");
    shop.advance(TimeDelta::seconds(7));
    assert_eq!((due().await?, receiver.take().len()), (Some(0), 2), "all of them wait for the next try of the first");
    shop.advance(TimeDelta::minutes(6));
    assert_eq!((due().await?, receiver.take().len()), (Some(0), 4));
    Ok(())
}

#[test_on_every_database]
async fn what_follows_waits_for_nothing_where_nobody_asked_for_order(shop: TestShop) -> TestResult {
    assert_eq!(arrivals(&shop, false).await?, [vec![Some(1)], vec![Some(1), Some(2)], vec![Some(1)]]);
    Ok(())
}

#[test_on_every_database]
async fn while_a_secret_is_changed_both_verify(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    let path = format!("{PATH}/{}/rotate-secret", made.text("id"));
    let next = shop.post(&path).json(json!({"grace_s": 60})).await?.expect(200)?;
    let (old, new) = (made.text("secret"), next.text("secret"));
    assert!(old != new && made.text("public_key") != next.text("public_key"));
    let told = async |name: &str| -> TestResult<[bool; 4]> {
        happen(&shop, name).await?;
        shop.settle().await?;
        let message = receiver.take().pop().ok_or("nothing arrived")?;
        let signed = |key: &str| is_signed_by(key, &message);
        Ok([is_from(old, &message)?, is_from(new, &message)?, signed(made.text("public_key"))?, signed(next.text("public_key"))?])
    };
    assert_eq!(told("Within").await?, [true; 4]);
    shop.advance(TimeDelta::seconds(60));
    assert_eq!(told("After").await?, [false, true, false, true]);
    Ok(())
}

#[test_on_every_database]
async fn a_test_goes_to_one_endpoint_whatever_it_asks_for(shop: TestShop) -> TestResult {
    let (shop, ours, theirs) = (reaching(&shop)?, Receiver::start().await?, Receiver::start().await?);
    let made = endpoint(&shop, &ours, &["order.placed"]).await?;
    endpoint(&shop, &theirs, &["*"]).await?;
    shop.settle().await?;
    theirs.take();
    shop.post(&format!("{PATH}/{}/test", made.text("id"))).await?.expect(204)?;
    shop.settle().await?;
    assert_eq!(ours.take().iter().map(Received::event).collect::<Vec<_>>(), ["webhook_endpoint.tested"]);
    assert!(theirs.take().is_empty());
    Ok(())
}

/// A consumer that was away for longer than the tries go on has everything sent again, by range; and only it.
#[test_on_every_database]
async fn a_range_is_told_once_more(shop: TestShop) -> TestResult {
    let (shop, ours, theirs) = (reaching(&shop)?, Receiver::start().await?, Receiver::start().await?);
    for name in ["A", "B"] {
        happen(&shop, name).await?;
    }
    shop.advance(TimeDelta::minutes(1));
    let made = endpoint(&shop, &ours, &["customer_group.*"]).await?;
    endpoint(&shop, &theirs, &["customer_group.*"]).await?;
    // More than one job's piece.
    for number in 0..205 {
        happen(&shop, &format!("Group {number}")).await?;
    }
    shop.settle().await?;
    let (first, _) = (ours.take(), theirs.take());
    assert_eq!(first.len(), 205);
    let path = format!("{PATH}/{}/replay", made.text("id"));
    let all = shop.post(&path).json(json!({"from": "2026-03-02T09:30:00Z"})).await?.expect(200)?;
    shop.settle().await?;
    let again = ours.take();
    // Several are on their way at a time, so that the last one to arrive need not be the last that happened.
    let newest = first.iter().filter_map(|message| message.json()["seq"].as_i64()).max();
    assert_eq!((again.len(), all.data()["to_seq"].as_i64()), (207, newest));
    let ids = |messages: &[Received]| messages.iter().map(|message| message.header("webhook-id").to_owned()).collect::<BTreeSet<_>>();
    assert!(ids(&again).is_superset(&ids(&first)) && theirs.take().is_empty());
    let last = all.data()["to_seq"].clone();
    shop.post(&path).json(json!({"from_seq": last, "to_seq": last})).await?.expect(200)?;
    shop.settle().await?;
    assert_eq!(ours.take().len(), 1);
    for nothing in [json!({}), json!({"to": "2026-03-02T09:30:00Z"}), json!({"from_seq": 0}), json!({"from_seq": 9_000_000})] {
        let refused = shop.post(&path).json(nothing.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{nothing}");
    }
    Ok(())
}
