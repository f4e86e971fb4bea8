//! What becomes of messages that push services do not take.

use std::sync::Arc;

use chrono::TimeDelta;
use kernel::Timestamp;
use notify::push::{Envelope, PushAnswer, PushService};
use platform::config::Mode;
use platform::db::fetch_scalar;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tokio::sync::Semaphore;
use tradewind::wiring;

use super::browser::Browser;
use super::{browsers, confirmed, messages, sign_in, subscribe, tell};
use crate::me::somebody;
use crate::support::{TestResult, TestShop, Working, until};
use crate::webhooks::reaching;

/// Why the only message was given up, or waits.
async fn why(shop: &TestShop) -> TestResult<String> {
    Ok(fetch_scalar(shop.context().db.reader(), "SELECT error FROM push_messages", vec![]).await?.unwrap_or_default())
}

#[test_on_every_database]
async fn a_browser_that_its_push_service_calls_gone_is_told_no_more(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, _) = somebody(&shop).await?;
    for status in [404, 410] {
        let token = sign_in(&shop, ada).await?;
        let (gone, other) = (Browser::open().await?, Browser::open().await?);
        for browser in [&gone, &other] {
            subscribe(&shop, &token, browser, &["orders"]).await?.expect(201)?;
        }
        let before = browsers(&shop, ada).await?;
        gone.service.will_answer([status]);
        let placed = confirmed(&shop, ada).await?;
        shop.settle().await?;
        assert_eq!((gone.titles().len(), other.titles().len(), browsers(&shop, ada).await?), (1, 1, before - 1), "{status}");
        placed.fulfil(&shop, json!({})).await?.expect(201)?;
        shop.settle().await?;
        assert_eq!((gone.titles().len(), other.titles().len()), (0, 1), "{status}");
        shop.advance(TimeDelta::days(1));
        shop.settle().await?;
        assert_eq!((gone.titles().len(), other.titles().len()), (0, 0), "{status}");
    }
    Ok(())
}

/// Not sooner than it asked, and then once.
#[test_on_every_database]
async fn a_push_service_that_asks_for_a_pause_has_it(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    browser.service.will_ask_for_a_pause("3600");
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    assert_eq!((browser.titles().len(), why(&shop).await?.as_str()), (1, "the push service answered 429"));
    shop.advance(TimeDelta::minutes(59));
    shop.settle().await?;
    assert_eq!(browser.titles().len(), 0);
    shop.advance(TimeDelta::minutes(1));
    shop.settle().await?;
    assert_eq!((browser.titles().len(), messages(&shop, "sent").await?), (1, 1));
    shop.advance(TimeDelta::days(1));
    shop.settle().await?;
    assert_eq!(browser.titles().len(), 0);
    Ok(())
}

#[test_on_every_database]
async fn what_may_pass_is_tried_seven_times_within_a_day(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    browser.service.will_answer([500, 502, 503, 504, 408, 500, 503]);
    confirmed(&shop, ada).await?;
    for minutes in [0, 1, 5, 30, 120, 360] {
        shop.advance(TimeDelta::minutes(minutes));
        shop.settle().await?;
        assert_eq!((browser.titles().len(), messages(&shop, "queued").await?), (1, 1), "{minutes}");
    }
    shop.advance(TimeDelta::minutes(720));
    shop.settle().await?;
    assert_eq!((browser.titles().len(), messages(&shop, "failed").await?), (1, 1));
    assert_eq!((why(&shop).await?.as_str(), browsers(&shop, ada).await?), ("the push service answered 503", 1));
    shop.advance(TimeDelta::days(1));
    shop.settle().await?;
    assert_eq!(browser.titles().len(), 0);
    Ok(())
}

/// A redirect among it: it might lead into the house.
#[test_on_every_database]
async fn what_is_refused_for_good_is_not_tried_again(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    for (given_up, status) in [400, 413, 403, 302].into_iter().enumerate() {
        browser.service.will_answer([status]);
        confirmed(&shop, ada).await?;
        shop.settle().await?;
        shop.advance(TimeDelta::days(1));
        shop.settle().await?;
        assert_eq!((browser.titles().len(), messages(&shop, "failed").await?), (1, i64::try_from(given_up)? + 1), "{status}");
    }
    assert_eq!(browsers(&shop, ada).await?, 1);
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    assert_eq!(browser.titles().len(), 1, "the next one arrives");
    Ok(())
}

/// Production speaks HTTPS to the public internet, to browsers that were subscribed before, too, and to names that lead into the house.
#[test_on_every_database]
async fn production_sends_nothing_into_the_house(shop: TestShop) -> TestResult {
    let lenient = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let (browser, named) = (Browser::open().await?, Browser::open().await?);
    let port = named.endpoint.rsplit(':').next().unwrap_or_default().to_owned();
    let production = shop.configured(|config| config.mode = Mode::Production)?;
    for endpoint in [
        browser.endpoint.clone(),
        browser.endpoint.replace("http:", "https:"),
        format!("http://localhost:{port}"),
        "http://push.example/x".to_owned(),
        "https://[::1]/x".to_owned(),
        "https://10.0.0.7/x".to_owned(),
        "https://169.254.169.254/x".to_owned(),
        "https://ada:pw@push.example/x".to_owned(),
        "ftp://push.example/x".to_owned(),
        "push.example".to_owned(),
    ] {
        let mut body = browser.describe(&["orders"]);
        body["endpoint"] = json!(endpoint);
        let refused = production.post(super::PATH).key(&token).json(body).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{endpoint}");
        let details = &refused.json["error"]["details"];
        assert!(details["endpoint"][0].is_string() && !refused.json.to_string().contains("otter"), "{endpoint}: {refused:?}");
    }
    // A name tells only when it is asked for where it leads.
    let mut by_name = named.describe(&["orders"]);
    by_name["endpoint"] = json!(format!("https://localhost:{port}"));
    production.post(super::PATH).key(&token).json(by_name).await?.expect(201)?;
    subscribe(&lenient, &token, &browser, &["orders"]).await?.expect(201)?;
    confirmed(&shop, ada).await?;
    for minutes in [0, 1, 5, 30, 120, 360, 720] {
        production.advance(TimeDelta::minutes(minutes));
        production.settle().await?;
    }
    let none: [Vec<Value>; 2] = [browser.told(), named.told()];
    assert_eq!((none, messages(&shop, "failed").await?), ([vec![], vec![]], 2));
    Ok(())
}

/// Takes a message over when it is let through, and not before.
#[derive(Debug)]
struct Hanging(Semaphore);

#[async_trait::async_trait]
impl PushService for Hanging {
    async fn deliver(&self, _: Envelope, _: Timestamp) -> PushAnswer {
        assert!(self.0.acquire().await.is_err(), "it is only ever closed");
        PushAnswer::Taken
    }
}

/// A push service that does not answer has all the places that there are for messages to browsers; letters have their own.
#[test_on_every_database]
async fn a_push_service_that_hangs_delays_no_letter(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?.configured(|config| (config.jobs.mail, config.jobs.push) = (1, 1))?;
    let (ada, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    let service = Arc::new(Hanging(Semaphore::new(0)));
    let handlers = wiring::handlers(shop.sales(), shop.accounts(), &shop.notify().clone().pushing_by(service.clone()));
    let count = async |sql: &str| TestResult::Ok(fetch_scalar(shop.context().db.reader(), sql, vec![]).await?.unwrap_or(0_i64));
    let hanging = "SELECT CAST(COUNT(*) AS BIGINT) FROM jobs WHERE kind = 'push.send' AND state = 'running'";
    let sent = "SELECT CAST(COUNT(*) AS BIGINT) FROM mails WHERE template = 'order_confirmation' AND state = 'sent'";

    let working = Working::begin(&shop, handlers);
    confirmed(&shop, ada).await?;
    tell(&shop).await?;
    until(async || Ok(count(hanging).await? == 1)).await?;
    confirmed(&shop, ada).await?;
    tell(&shop).await?;
    until(async || Ok(count(sent).await? == 2)).await?;
    assert_eq!((count(hanging).await?, messages(&shop, "sent").await?), (1, 0));

    service.0.close();
    until(async || Ok(messages(&shop, "sent").await? == 2)).await?;
    working.end().await?;
    shop.settle().await
}
