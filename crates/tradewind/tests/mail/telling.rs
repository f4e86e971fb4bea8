//! Which letters are written because of what happens.

use chrono::TimeDelta;
use platform::db::execute;
use platform::events;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{content, mails, mails_of};
use crate::orders::place;
use crate::support::{Receiver, TestResult, TestShop};
use crate::webhooks::{endpoint, reaching};

/// A pending order is no order yet; one that is paid is confirmed once, however often the event is told.
#[test_on_every_database]
async fn a_confirmed_order_is_confirmed_by_one_letter(shop: TestShop) -> TestResult {
    let placed = place(&shop, "manual").await?;
    assert_eq!(mails(&shop).await?, Vec::<Value>::new(), "it is pending");
    placed.pay(&shop, 3_000).await?.expect(201)?;
    let told = mails(&shop).await?;
    assert_eq!(told.len(), 1, "{told:?}");
    let mail = &told[0];
    assert_eq!((&mail["template"], &mail["state"], &mail["attempts"]), (&json!("order_confirmation"), &json!("sent"), &json!(1)));
    assert_eq!((&mail["to"], &mail["about"]), (&json!("ada@example.com"), &json!({"type": "order", "id": placed.id})));
    let event = shop.get("/api/v1/events?filter[type]=order.confirmed").await?.expect(200)?;
    assert_eq!(mail["event_id"], event.data()[0]["id"]);
    let letter = content(&shop, mail).await?;
    for said in [
        "To: ada@example.com",
        "Subject: Your order",
        "2 x Mug: $25.00",
        "Total: $30.00",
        "12 Analytical Row",
        "text/html",
        "Message-ID: <",
    ] {
        assert!(letter.contains(said), "{said}: {letter}");
    }

    // Told once more, whatever the cursor says: nothing new, neither a row nor a job that sends.
    let last = events::last_seq(shop.context().db.reader()).await?;
    let letters = tradewind::wiring::subscribers().into_iter().find(|subscriber| subscriber.name() == "letters").ok_or("nobody")?;
    events::replay(shop.context(), letters.as_ref(), 1, last).await?;
    assert_eq!(mails(&shop).await?, told);
    Ok(())
}

#[test_on_every_database]
async fn each_parcel_has_a_letter_with_or_without_a_number(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    let line = placed.read(&shop).await?.text("lines/0/id").to_owned();
    placed.fulfil(&shop, json!({"lines": [{"line_id": line, "quantity": 1}]})).await?.expect(201)?;
    let tracked = json!({"carrier": "UPS", "tracking_number": "1Z999", "tracking_url": "https://ups.example/1Z999"});
    placed.fulfil(&shop, tracked).await?.expect(201)?;
    let told = mails_of(&shop, "shipping_notice").await?;
    assert_eq!(told.len(), 2, "{told:?}");
    let mut letters = vec![content(&shop, &told[0]).await?, content(&shop, &told[1]).await?];
    // They are written in no order.
    letters.sort_by_key(|letter| letter.contains("Carrier"));
    let [first, second] = [letters.remove(0), letters.remove(0)];
    assert!(first.contains("1 x Mug") && !first.contains("Carrier"), "{first}");
    assert!(second.contains("Carrier: UPS") && second.contains("Tracking number: 1Z999") && second.contains("https://ups.example/1Z999"));
    assert_eq!(mails_of(&shop, "order_confirmation").await?.len(), 1);
    Ok(())
}

/// In the channel's language, and by what the shop wrote.
#[test_on_every_database]
async fn a_letter_is_in_the_language_of_its_channel(shop: TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "UPDATE channels SET locale = 'de-CH'", vec![]).await?;
    tx.commit().await?;
    place(&shop, "test").await?;
    let told = mails_of(&shop, "order_confirmation").await?;
    assert_eq!(told[0]["locale"], "de-CH");
    let letter = content(&shop, &told[0]).await?;
    assert!(letter.contains("Zwischensumme: USD") && letter.contains("25.00"), "{letter}");

    let own = json!({"subject": "Merci {{ order.number }}", "text": "Sali {{ order.customer_name }}", "html": "<p>Sali</p>"});
    shop.put("/api/v1/mail-templates/order_confirmation/de-CH").json(own).await?.expect(200)?;
    place(&shop, "test").await?;
    let told = mails_of(&shop, "order_confirmation").await?;
    let letter = content(&shop, &told[1]).await?;
    assert!(letter.contains("Subject: Merci") && letter.contains("Sali Ada Lovelace"), "{letter}");
    Ok(())
}

#[test_on_every_database]
async fn whoever_shows_that_an_address_is_theirs_is_welcomed_once(shop: TestShop) -> TestResult {
    let body = json!({"email": "grace@example.com", "password": "a mug of tea at seven", "name": "Grace Hopper"});
    shop.post("/api/v1/auth/register").anonymous().json(body).await?.expect(201)?;
    assert_eq!(mails(&shop).await?, Vec::<Value>::new(), "the address may be anybody's");
    let token = crate::auth::link(&shop, "/account/verify").await?;
    shop.advance(TimeDelta::minutes(1));
    shop.post("/api/v1/auth/verify-email").anonymous().json(json!({"token": token})).await?.expect(204)?;
    let told = mails(&shop).await?;
    assert_eq!((told.len(), &told[0]["template"], &told[0]["to"]), (1, &json!("welcome"), &json!("grace@example.com")));
    assert_eq!(told[0]["about"]["id"], told[0]["user_id"]);
    assert!(content(&shop, &told[0]).await?.contains("Hello Grace Hopper,"));
    Ok(())
}

/// Once each time that the stock falls below the threshold, to whoever is to know.
#[test_on_every_database]
async fn little_stock_is_told_once_for_each_crossing(shop: TestShop) -> TestResult {
    let shop = shop.configured(|config| config.mail.alerts_to = "stock@mugs.example".to_owned())?;
    let mug = shop.mug(1_250, 6).await?;
    let path = format!("/api/v1/products/{}/variants/{}", mug.product_id, mug.id);
    shop.patch(&path).version(1).json(json!({"low_stock_threshold": 3})).await?.expect(200)?;
    let adjust = async |delta: i64, key: &str| -> TestResult {
        let body = json!({"items": [{"variant_id": mug.id, "delta": delta}], "reason": "correction"});
        shop.post("/api/v1/stock-adjustments").idempotency(key).json(body).await?.expect(201)?;
        Ok(())
    };
    for (step, (delta, letters)) in [(-2, 0), (-1, 1), (-1, 1), (4, 1), (-4, 2)].into_iter().enumerate() {
        adjust(delta, &format!("step-{step}")).await?;
        assert_eq!(mails_of(&shop, "low_stock").await?.len(), letters, "step {step}");
    }
    let told = mails_of(&shop, "low_stock").await?;
    assert_eq!((&told[0]["to"], &told[0]["about"]["id"]), (&json!("stock@mugs.example"), &json!(mug.id)));
    let letter = content(&shop, &told[0]).await?;
    assert!(letter.contains("Subject: 3 left: Mug") && letter.contains("Threshold: 3"), "{letter}");
    Ok(())
}

/// What happened days ago is no news: whoever begins to write letters writes none about it.
#[test_on_every_database]
async fn old_events_are_no_news(shop: TestShop) -> TestResult {
    place(&shop, "test").await?;
    while platform::outbox::relay_once(shop.context()).await? > 0 {}
    shop.advance(TimeDelta::days(3));
    assert_eq!(mails(&shop).await?, Vec::<Value>::new());
    Ok(())
}

/// Nothing arrives at an endpoint: somebody is told after an hour, and when it is told no more; whoever switches it off knows.
#[test_on_every_database]
async fn an_endpoint_that_is_not_well_is_told_of(shop: TestShop) -> TestResult {
    let shop = reaching(&shop)?.configured(|config| config.mail.alerts_to = "hooks@mugs.example".to_owned())?;
    let receiver = Receiver::start().await?;
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    receiver.will_answer([503; 3]);
    shop.post("/api/v1/customer-groups").json(json!({"name": "Friends"})).await?.expect(201)?;
    shop.settle().await?;
    assert!(mails(&shop).await?.is_empty());
    for minutes in [40, 40] {
        shop.advance(TimeDelta::minutes(minutes));
        shop.settle().await?;
    }
    let failing = mails_of(&shop, "webhook_failing").await?;
    assert_eq!((failing.len(), &failing[0]["to"], &failing[0]["about"]["id"]), (1, &json!("hooks@mugs.example"), &made.data()["id"]));
    let letter = content(&shop, &failing[0]).await?;
    // The address without its path, which may open something.
    assert!(letter.contains(receiver.base()) && !letter.contains("/hooks") && letter.contains("Last answer: 503"), "{letter}");

    receiver.will_answer([410]);
    shop.advance(TimeDelta::hours(3));
    shop.settle().await?;
    assert_eq!(mails_of(&shop, "webhook_disabled").await?.len(), 1);
    let path = format!("/api/v1/webhooks/{}", made.text("id"));
    for enabled in [true, false] {
        let version = shop.get(&path).await?.expect(200)?.data()["version"].as_i64().unwrap_or(0);
        shop.patch(&path).version(version).json(json!({"enabled": enabled})).await?.expect(200)?;
    }
    assert_eq!(mails(&shop).await?.len(), 2);
    Ok(())
}
