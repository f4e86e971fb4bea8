//! Browsers that come and go.

use chrono::TimeDelta;
use platform::db::{execute, fetch_scalar};
use platform::privacy;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;

use super::browser::{Browser, SECRET_PATH, claims};
use super::{PATH, browsers, confirmed, messages, sign_in, subscribe};
use crate::me::somebody;
use crate::support::{TestResult, TestShop, traces_of};
use crate::webhooks::reaching;

#[test_on_every_database]
async fn whoever_unsubscribes_is_told_no_more_and_nobody_elses_browser_is_theirs(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let ((ada, token), (other, eve)) = (somebody(&shop).await?, somebody(&shop).await?);
    let browser = Browser::open().await?;
    let made = subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    let path = format!("{PATH}/{}", made.text("id"));
    assert_eq!((made.text("origin"), &made.data()["topics"]), (browser.service.base(), &json!(["orders"])));
    let listed = shop.get(PATH).key(&token).await?.expect(200)?;
    assert_eq!((listed.data(), browsers(&shop, other).await?), (&json!([made.data()]), 0));

    browser.service.will_answer([503]);
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    assert_eq!((browser.titles().len(), messages(&shop, "queued").await?), (1, 1), "it is tried again");
    let foreign = shop.delete(&path).key(&eve).await?;
    let missing = shop.delete(&format!("{PATH}/psub_00000000000000000000000000")).key(&token).await?;
    for refused in [&foreign, &missing] {
        assert_eq!((refused.status, refused.error_code()), (404, "push_subscription_not_found"));
    }
    shop.delete(&path).key(&token).await?.expect(204)?;
    shop.delete(&path).key(&token).await?.expect(404)?;
    confirmed(&shop, ada).await?;
    shop.advance(TimeDelta::days(1));
    shop.settle().await?;
    assert_eq!((browser.titles().len(), browsers(&shop, ada).await?), (0, 0));
    Ok(())
}

/// Whoever asks for less is told less, what is on its way included.
#[test_on_every_database]
async fn a_browser_is_known_by_its_address_and_replaced(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let ((ada, token), (bob, _)) = (somebody(&shop).await?, somebody(&shop).await?);
    super::employ(&shop, bob, true).await?;
    let browser = Browser::open().await?;
    let first = subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    shop.advance(TimeDelta::hours(1));
    let renewed = browser.renewed()?;
    let again = subscribe(&shop, &sign_in(&shop, ada).await?, &renewed, &["orders"]).await?.expect(200)?;
    assert_eq!((again.text("id"), again.text("created_at")), (first.text("id"), first.text("created_at")));
    assert_ne!(again.text("updated_at"), first.text("updated_at"));
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    let arrived = renewed.service.take();
    assert!(arrived.len() == 1 && renewed.read(&arrived[0]).is_some() && browser.read(&arrived[0]).is_none());

    // Somebody else signs in at the same browser: it is theirs from then on.
    renewed.service.will_answer([503]);
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    assert_eq!(renewed.titles().len(), 1);
    let theirs = subscribe(&shop, &sign_in(&shop, bob).await?, &renewed, &["new_orders"]).await?.expect(201)?;
    assert_ne!(theirs.text("id"), first.text("id"));
    assert_eq!((browsers(&shop, ada).await?, browsers(&shop, bob).await?), (0, 1));
    shop.advance(TimeDelta::days(1));
    shop.settle().await?;
    assert_eq!(renewed.titles().len(), 0, "what was Ada's is nobody's");

    // A topic that is not asked for any more is not told, though it was on its way.
    renewed.service.will_answer([503]);
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    assert_eq!(renewed.titles().len(), 1);
    subscribe(&shop, &sign_in(&shop, bob).await?, &renewed, &["orders"]).await?.expect(200)?;
    shop.advance(TimeDelta::days(1));
    shop.settle().await?;
    assert_eq!(renewed.titles().len(), 0);
    Ok(())
}

#[test_on_every_database]
async fn one_has_twenty_browsers_at_most_however_many_ask_at_once(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (_, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    let body = |number: usize| {
        let mut body = browser.describe(&["orders"]);
        body["endpoint"] = json!(format!("{}/{number}", browser.endpoint));
        body
    };
    for number in 0..18 {
        shop.post(PATH).key(&token).json(body(number)).await?.expect(201)?;
    }
    let asked = (18..23).map(|number| shop.post(PATH).key(&token).json(body(number)).into_future());
    let mut answers: Vec<u16> = futures_util::future::try_join_all(asked).await?.iter().map(|answer| answer.status).collect();
    answers.sort_unstable();
    assert_eq!(answers, [201, 201, 409, 409, 409]);
    let full = shop.post(PATH).key(&token).json(body(99)).await?;
    assert_eq!(full.error_code(), "too_many_push_subscriptions");
    shop.post(PATH).key(&token).json(body(3)).await?.expect(200)?;
    let page = shop.get(&format!("{PATH}?limit=15")).key(&token).await?.expect(200)?;
    let next = page.json["meta"]["next_cursor"].as_str().ok_or("no second page")?.to_owned();
    let rest = shop.get(&format!("{PATH}?limit=15&after={next}")).key(&token).await?.expect(200)?;
    assert_eq!((page.data().as_array().map(Vec::len), rest.data().as_array().map(Vec::len)), (Some(15), Some(5)));
    Ok(())
}

#[test_on_every_database]
async fn what_no_browser_says_is_refused_with_what_to_do(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (_, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    let off_the_curve = format!("B{}", "A".repeat(86));
    let cases = [
        ("/keys/p256dh", json!(off_the_curve), "keys.p256dh"),
        ("/keys/p256dh", json!("BA"), "keys.p256dh"),
        ("/keys/auth", json!("c2hvcnQ"), "keys.auth"),
        ("/endpoint", json!("nowhere"), "endpoint"),
        ("/topics", json!([]), "topics"),
        ("/topics", json!(["orders", "weather"]), "topics.1"),
        ("/locale", json!("deutsch"), "locale"),
        ("/expirationTime", json!("soon"), "expirationTime"),
    ];
    for (place, value, field) in cases {
        let mut body = browser.describe(&["orders"]);
        body["locale"] = json!("de");
        *body.pointer_mut(place).ok_or("no such place")? = value.clone();
        let refused = shop.post(PATH).key(&token).json(body).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{place} {value}");
        let told = &refused.json["error"]["details"][field][0];
        assert!(told.as_str().is_some_and(|told| told.contains("must") || told.contains("expected")), "{place} {value}: {refused:?}");
    }
    let mut lives = browser.describe(&["orders"]);
    lives["expirationTime"] = json!(1_772_443_800_123.5_f64);
    shop.post(PATH).key(&token).json(lives).await?.expect(201)?;
    assert_eq!(shop.post(PATH).anonymous().json(browser.describe(&["orders"])).await?.status, 401);
    assert_eq!(shop.post(PATH).json(browser.describe(&["orders"])).await?.status, 403, "a program has no browser");
    Ok(())
}

/// The first who asks has the key made, whoever asks at the same time; it stays, and another process of the shop has the same.
#[test_on_every_database]
async fn the_key_is_made_once(shop: TestShop) -> TestResult {
    let other = shop.configured(|_| {})?;
    let asked =
        (0..6).map(|turn| if turn % 2 == 0 { &shop } else { &other }).map(|shop| shop.get("/api/v1/push/key").anonymous().into_future());
    let keys: Vec<String> =
        futures_util::future::try_join_all(asked).await?.iter().map(|answer| answer.text("public_key").to_owned()).collect();
    assert!(keys[0].len() == 87 && keys[0].starts_with('B') && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    let rows: Option<i64> = fetch_scalar(shop.context().db.reader(), "SELECT CAST(COUNT(*) AS BIGINT) FROM push_keys", vec![]).await?;
    assert_eq!(rows, Some(1));
    Ok(())
}

/// Its master key is lost: another key is made, and browsers that subscribe anew are told.
#[test_on_every_database]
async fn a_key_that_cannot_be_opened_is_not_in_the_way(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    let key =
        async || -> TestResult<String> { Ok(shop.get("/api/v1/push/key").anonymous().await?.expect(200)?.text("public_key").to_owned()) };
    let before = key().await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "UPDATE push_keys SET sealed_private_key = public_key", vec![]).await?;
    tx.commit().await?;
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    let error: Option<String> = fetch_scalar(shop.context().db.reader(), "SELECT error FROM push_messages", vec![]).await?;
    assert!(browser.titles().is_empty() && error.is_some_and(|error| error.contains("has to subscribe again")));
    let after = key().await?;
    assert!(before != after && after == key().await?);
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(200)?;
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    let arrived = browser.service.take();
    assert!(arrived.len() == 1 && browser.read(&arrived[0]).is_some());
    claims(&shop, &arrived[0]).await?;
    Ok(())
}

/// Signing out takes the browser along that was signed in there, and no other; a closed account has none.
#[test_on_every_database]
async fn whoever_signs_out_is_told_no_more(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let elsewhere = sign_in(&shop, ada).await?;
    let (here, there) = (Browser::open().await?, Browser::open().await?);
    subscribe(&shop, &token, &here, &["orders"]).await?.expect(201)?;
    subscribe(&shop, &elsewhere, &there, &["orders"]).await?.expect(201)?;
    let sessions = shop.get("/api/v1/me/sessions").key(&token).await?.expect(200)?;
    let current = sessions.data().as_array().into_iter().flatten().find(|one| one["current"] == true).ok_or("no session")?;
    let path = format!("/api/v1/me/sessions/{}", current["id"].as_str().unwrap_or_default());
    shop.delete(&path).key(&token).await?.expect(204)?;
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    assert_eq!((here.titles().len(), there.titles().len(), browsers(&shop, ada).await?), (0, 1, 1));

    let account = format!("/api/v1/users/{ada}");
    let version = shop.get(&account).await?.expect(200)?.data()["version"].as_i64();
    shop.patch(&account).json(json!({"status": "deactivated", "version": version})).await?.expect(200)?;
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    assert_eq!(there.titles().len(), 0);
    let left: Option<i64> =
        fetch_scalar(shop.context().db.reader(), "SELECT CAST(COUNT(*) AS BIGINT) FROM push_subscriptions", vec![]).await?;
    assert_eq!(left, Some(0));
    Ok(())
}

/// Nothing in the database tells where a browser is reached; an archive tells that there is one, and who is forgotten has none.
#[test_on_every_database]
async fn whoever_is_forgotten_has_no_browsers(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    let made = subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    let auth = browser.describe(&[])["keys"]["auth"].as_str().unwrap_or_default().to_owned();
    browser.service.will_answer([503]);
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    assert_eq!(browser.titles().len(), 1);
    assert_eq!(traces_of(&shop, &[SECRET_PATH, "otter", &auth]).await?, Vec::<String>::new());

    let places = wiring::personal_places();
    let place = places.iter().find(|place| place.name() == "push_subscriptions").ok_or("no place")?;
    let known = place.export(shop.context().db.reader(), ada).await?;
    assert_eq!(
        (&known[0]["id"], &known[0]["origin"], &known[0]["topics"]),
        (&made.data()["id"], &made.data()["origin"], &json!(["orders"]))
    );
    assert!(!known.to_string().contains("otter"));

    let tx = shop.context().begin(&shop.origin()).await?;
    privacy::erase_in(&tx, &places, ada).await?;
    tx.commit().await?;
    assert_eq!(place.export(shop.context().db.reader(), ada).await?, json!([]));
    shop.advance(TimeDelta::days(1));
    shop.settle().await?;
    assert_eq!(browser.told(), Vec::<Value>::new());
    assert_eq!(traces_of(&shop, &[browser.service.base()]).await?, Vec::<String>::new());
    Ok(())
}

#[test_on_every_database]
async fn what_was_told_is_forgotten_after_a_month(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?;
    let (ada, token) = somebody(&shop).await?;
    let browser = Browser::open().await?;
    subscribe(&shop, &token, &browser, &["orders"]).await?.expect(201)?;
    confirmed(&shop, ada).await?;
    shop.settle().await?;
    for (days, left) in [(29, 1), (2, 0)] {
        shop.advance(TimeDelta::days(days));
        shop.sweep(notify::push::SWEEP).await?;
        assert_eq!(messages(&shop, "sent").await?, left);
    }
    assert_eq!((browser.titles().len(), browsers_left(&shop).await?), (1, Some(1)), "the browser stays");
    Ok(())
}

async fn browsers_left(shop: &TestShop) -> TestResult<Option<i64>> {
    Ok(fetch_scalar(shop.context().db.reader(), "SELECT CAST(COUNT(*) AS BIGINT) FROM push_subscriptions", vec![]).await?)
}
