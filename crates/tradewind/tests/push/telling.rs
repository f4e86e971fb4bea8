//! Who is told what, once, and in words that only one browser reads.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use kernel::Timestamp;
use notify::push::{Envelope, PushAnswer, PushService};
use payments::payments::Outcome;
use platform::events;
use platform::jobs;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tokio::sync::Notify as Signal;
use tradewind::wiring;

use super::browser::{Browser, claims};
use super::{confirmed, employ, messages, ordered, subscribe, tell};
use crate::me::somebody;
use crate::support::{TestResult, TestShop};
use crate::webhooks::reaching;

#[test_on_every_database]
async fn whoever_subscribed_is_told_once_in_a_message_that_only_their_browser_reads(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let (browser, other) = (Browser::open().await?, Browser::open().await?);
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    let placed = confirmed(&shop, ada).await?;
    shop.settle().await?;
    let arrived = browser.service.take();
    let [message] = arrived.as_slice() else { return Err(format!("{arrived:?}").into()) };
    let head = ["content-type", "ttl", "urgency"].map(|name| message.header(name));
    assert_eq!((message.path.as_str(), head), (super::browser::SECRET_PATH, ["application/octet-stream", "604800", "normal"]));
    let told = browser.read(message).ok_or("it is not for this browser")?;
    let number = placed.read(&shop).await?.data()["number"].clone();
    let event = shop.get("/api/v1/events?filter[type]=order.confirmed").await?.expect(200)?.text("0/id").to_owned();
    let url = format!("{}/account/orders/{}", shop.context().config.server.base_url(), placed.id);
    let title = format!("Order {number} is confirmed");
    let whole = json!({"type": "order_confirmed", "title": title, "body": "Thank you. The total is $30.00.", "url": url, "tag": event});
    assert_eq!(told, whole, "nothing of a person but number and amount");
    assert!(other.read(message).is_none() && !String::from_utf8_lossy(&message.body).contains("confirmed"));
    let said = claims(&shop, message).await?;
    let lives = said["exp"].as_i64().unwrap_or_default() - shop.now().timestamp();
    assert_eq!((&said["aud"], &said["sub"]), (&json!(browser.service.base()), &json!("mailto:shop@localhost")));
    assert!(lives > 0 && lives <= 12 * 3_600, "{lives}");
    assert!(message.header("topic").len() <= 32);

    // Told once more, whatever the cursor says: nothing leaves, and there is no row more.
    let last = events::last_seq(shop.context().db.reader()).await?;
    let push = wiring::subscribers().into_iter().find(|subscriber| subscriber.name() == "push").ok_or("nobody")?;
    for _ in 0..2 {
        events::replay(shop.context(), push.as_ref(), 1, last).await?;
        shop.settle().await?;
    }
    assert_eq!((browser.told(), messages(&shop, "sent").await?), (vec![], 1));
    Ok(())
}

/// A parcel that leaves and arrives, an order that is called off, money that goes back: each to the customer, once, and to nobody else.
#[test_on_every_database]
async fn a_customer_is_told_of_each_step_of_their_own_orders(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let ((ada, token), (_, eve)) = (somebody(&shop).await?, somebody(&shop).await?);
    let (browser, phone, stranger) = (Browser::open().await?, Browser::open().await?, Browser::open().await?);
    for (token, browser) in [(&token, &browser), (&token, &phone), (&eve, &stranger)] {
        subscribe(&shop, token, browser, &["orders"]).await?.expect(201)?;
    }
    let placed = confirmed(&shop, ada).await?;
    let parcel = placed.fulfil(&shop, json!({})).await?.expect(201)?.text("fulfilments/0/id").to_owned();
    let arrived = json!({"delivered_at": "2026-03-02T09:30:00Z"});
    shop.patch(&format!("/api/v1/orders/{}/fulfilments/{parcel}", placed.id)).version(1).json(arrived).await?.expect(200)?;
    shop.settle().await?;
    let number = placed.read(&shop).await?.data()["number"].clone();
    let steps = ["has arrived", "is confirmed", "is on its way"].map(|step| format!("Order {number} {step}"));
    assert_eq!((browser.titles(), phone.titles()), (steps.to_vec(), steps.to_vec()));

    let cancelled = ordered(&shop, ada).await?;
    cancelled.cancel(&shop).await?.expect(200)?;
    shop.settle().await?;
    let told = browser.told();
    assert_eq!(
        (told.len(), &told[0]["type"], &told[0]["body"]),
        (1, &json!("order_cancelled"), &json!("It was called off. The total was $30.00."))
    );

    // Paid by hand while the provider was silent: what the provider took, too, goes back.
    shop.provider().will_answer(Outcome::Unknown);
    let twice = crate::orders::place(&shop, "test").await?;
    sales::orders::claim(shop.context(), &shop.origin(), ada, &kernel::Email::parse("ada@example.com")?).await?;
    twice.pay(&shop, 3_000).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(browser.told().len(), 1, "confirmed");
    shop.advance(TimeDelta::minutes(2));
    shop.settle().await?;
    let told = browser.told();
    assert_eq!((told.len(), &told[0]["type"], &told[0]["body"]), (1, &json!("order_refunded"), &json!("$30.00 went back to you.")));
    assert_eq!(stranger.told(), Vec::<Value>::new(), "nothing of it was hers");
    Ok(())
}

/// For staff who may see them, as long as they may, and once even where the order is their own.
#[test_on_every_database]
async fn staff_are_told_of_orders_and_stock_while_they_may_see_them(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let ((bob, staff), (_, customer)) = (somebody(&shop).await?, somebody(&shop).await?);
    employ(&shop, bob, true).await?;
    let browser = Browser::open().await?;
    for topics in [&["new_orders"][..], &["low_stock"], &["orders", "new_orders"]] {
        let refused = subscribe(&shop, &customer, &browser, topics).await?;
        assert_eq!((refused.status, refused.error_code()), (403, "push_topic_forbidden"), "{topics:?}");
    }
    subscribe(&shop, &staff, &browser, &["orders", "new_orders", "low_stock"]).await?.expect(201)?;
    let theirs = crate::orders::place(&shop, "test").await?;
    shop.settle().await?;
    let arrived = browser.service.take();
    let told = browser.read(arrived.first().ok_or("nothing")?).ok_or("not for it")?;
    let number = theirs.read(&shop).await?.data()["number"].clone();
    assert_eq!((arrived.len(), &told["title"], &told["body"]), (1, &json!(format!("New order {number}")), &json!("$30.00")));
    assert!(arrived[0].header("urgency") == "high" && told["url"].as_str().is_some_and(|url| url.ends_with(&theirs.id)));
    let own = confirmed(&shop, bob).await?;
    shop.settle().await?;
    let told = browser.told();
    assert_eq!((told.len(), &told[0]["type"]), (1, &json!("order_confirmed")), "one event, one message: {told:?}");

    let variant = own.read(&shop).await?.text("lines/0/variant_id").to_owned();
    let levels = shop.get(&format!("/api/v1/stock-levels?filter[variant]={variant}")).await?.expect(200)?;
    let path = format!("/api/v1/products/{}/variants/{variant}", levels.text("0/product_id"));
    shop.patch(&path).version(1).json(json!({"low_stock_threshold": 2})).await?.expect(200)?;
    let fewer = json!({"items": [{"variant_id": variant, "delta": -1}], "reason": "correction"});
    shop.post("/api/v1/stock-adjustments").idempotency("fewer").json(fewer).await?.expect(201)?;
    shop.settle().await?;
    let told = browser.told();
    assert_eq!((told.len(), &told[0]["type"]), (1, &json!("low_stock")), "{told:?}");
    assert!(told[0]["title"].as_str().is_some_and(|title| title.starts_with("2 left: Mug")), "{told:?}");

    employ(&shop, bob, false).await?;
    crate::orders::place(&shop, "test").await?;
    shop.settle().await?;
    assert_eq!((browser.told(), messages(&shop, "failed").await?), (vec![], 1), "it is not for him any more");
    Ok(())
}

/// In the language that the browser asked for, or the channel's.
#[test_on_every_database]
async fn a_message_is_in_the_language_of_its_reader(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let (german, french, silent) = (Browser::open().await?, Browser::open().await?, Browser::open().await?);
    for (browser, locale, kept) in [(&german, json!("de-ch"), "de-CH"), (&french, json!("fr"), "fr"), (&silent, Value::Null, "en-US")] {
        let mut body = browser.describe(&["orders"]);
        body["locale"] = locale;
        assert_eq!(shop.post(super::PATH).key(&token).json(body).await?.expect(201)?.text("locale"), kept);
    }
    let placed = confirmed(&shop, ada).await?;
    shop.settle().await?;
    let number = placed.read(&shop).await?.data()["number"].clone();
    assert_eq!(german.titles(), [format!("Bestellung {number} ist bestätigt")]);
    let english = vec![format!("Order {number} is confirmed")];
    assert_eq!((french.titles(), silent.titles()), (english.clone(), english));
    Ok(())
}

/// What happened before somebody asked for it is not told, and neither is what happened days ago.
#[test_on_every_database]
async fn one_is_told_of_what_happens_from_then_on(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    confirmed(&shop, ada).await?;
    shop.advance(TimeDelta::seconds(1));
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(browser.titles(), [""; 0]);

    // The page says the same again on each visit, between an event and its message: that loses nothing.
    let placed = confirmed(&shop, ada).await?;
    shop.advance(TimeDelta::seconds(1));
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(200)?;
    shop.settle().await?;
    assert_eq!(browser.titles().len(), 1);
    placed.fulfil(&shop, json!({})).await?.expect(201)?;
    while platform::outbox::relay_once(shop.context()).await? > 0 {}
    shop.advance(TimeDelta::days(1));
    shop.settle().await?;
    assert_eq!(browser.titles(), [""; 0]);
    Ok(())
}

/// Four workers at the same moment, as of four processes, and the events told twice: each browser hears each once.
#[test_on_every_database]
async fn many_processes_tell_each_browser_once(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let browsers = [Browser::open().await?, Browser::open().await?, Browser::open().await?];
    for browser in &browsers {
        subscribe(&shop, &token, browser, &["orders"]).await?.expect(201)?;
    }
    for _ in 0..3 {
        confirmed(&shop, ada).await?;
    }
    while platform::outbox::relay_once(shop.context()).await? > 0 {}
    let push = wiring::subscribers().into_iter().find(|subscriber| subscriber.name() == "push").ok_or("nobody")?;
    let handlers = wiring::handlers(shop.sales(), shop.accounts(), shop.notify());
    let last = events::last_seq(shop.context().db.reader()).await?;
    for _ in 0..2 {
        events::replay(shop.context(), push.as_ref(), 1, last).await?;
        loop {
            let ran = (0..4).map(|_| jobs::run_due(shop.context(), &handlers));
            if futures_util::future::try_join_all(ran).await?.into_iter().sum::<usize>() == 0 {
                break;
            }
        }
    }
    shop.settle().await?;
    assert_eq!((browsers.map(|browser| browser.titles().len()), messages(&shop, "sent").await?), ([3, 3, 3], 9));
    Ok(())
}

/// A push service that takes a message over while the process that brings it dies, and the way to the next.
#[derive(Debug, Default)]
struct LastBreath {
    taken: Mutex<Vec<Envelope>>,
    died: Signal,
}

#[async_trait::async_trait]
impl PushService for LastBreath {
    async fn deliver(&self, envelope: Envelope, _: Timestamp) -> PushAnswer {
        let is_first = {
            let mut taken = self.taken.lock().unwrap();
            taken.push(envelope);
            taken.len() == 1
        };
        if is_first {
            self.died.notify_one();
            return std::future::pending().await;
        }
        PushAnswer::Taken
    }
}

/// Dead before it was brought, it is brought once; dead before that was written down, it is brought again as the same: one `Topic`, for who
/// keeps it, and one `tag`, for who shows it.
#[test_on_every_database]
async fn a_process_that_dies_tells_nobody_twice(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    confirmed(&shop, ada).await?;
    // All but sending: the row and its job are there.
    tell(&shop).await?;
    let living = wiring::handlers(shop.sales(), shop.accounts(), shop.notify());
    while messages(&shop, "queued").await? == 0 {
        jobs::run_due(shop.context(), &living).await?;
    }
    let service = Arc::new(LastBreath::default());
    let dying = wiring::handlers(shop.sales(), shop.accounts(), &shop.notify().clone().pushing_by(service.clone()));
    let context = shop.context().clone();
    let process = tokio::spawn({
        let dying = dying.clone();
        async move { jobs::run_due(&context, &dying).await.map(drop) }
    });
    service.died.notified().await;
    process.abort();
    assert!(process.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!((messages(&shop, "queued").await?, messages(&shop, "sent").await?), (1, 0));

    // The lease ends; another process takes the job.
    shop.advance(TimeDelta::minutes(5));
    jobs::run_due(shop.context(), &dying).await?;
    shop.advance(TimeDelta::minutes(5));
    jobs::run_due(shop.context(), &dying).await?;
    assert_eq!((messages(&shop, "queued").await?, messages(&shop, "sent").await?), (0, 1));
    let taken = service.taken.lock().unwrap().clone();
    assert_eq!((taken.len(), &taken[0].topic), (2, &taken[1].topic));
    assert_ne!(taken[0].body, taken[1].body, "each with a key of its own");
    shop.settle().await?;
    assert_eq!(browser.told(), Vec::<Value>::new());
    Ok(())
}
