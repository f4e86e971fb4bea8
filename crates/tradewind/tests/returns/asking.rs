//! Who may ask for what, until when, and who may see it.

use catalog::variants::VariantInput;
use chrono::TimeDelta;
use kernel::{Email, OrderId, Origin, ReturnId};
use platform::privacy;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;

use super::*;
use crate::mail::{content, mails_of};
use crate::me::somebody;
use crate::support::{make_key, traces_of, variant};

/// Whoever signed in as the buyer, whoever holds the cart, and staff ask; nobody else knows that there is anything.
#[test_on_every_database]
async fn whoever_bought_asks_and_sees_their_own_returns(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 9).await?;
    let cart = shop.cart(&[(&mug.id, 3)]).await?;
    let placed = Placed { id: shop.pay(&cart, "test", "once").await?.expect(201)?.text("id").to_owned(), mug };
    placed.fulfil(&shop, json!({})).await?.expect(201)?;
    let ((owner, mine), (_, other)) = (somebody(&shop).await?, somebody(&shop).await?);
    let stranger = shop.empty_cart().await?.token;
    for denied in [question(&shop, &placed, 1).await?.key(&mine), question(&shop, &placed, 1).await?.cart(&stranger)] {
        let denied = denied.idempotency("early").await?;
        assert_eq!((denied.status, denied.error_code()), (404, "order_not_found"), "another's order is none");
    }
    let guest = question(&shop, &placed, 1).await?.cart(&cart.token).idempotency("g").await?.expect(201)?;
    assert_eq!((guest.text("status"), guest.text("asked_by"), guest.text("note")), ("requested", "customer", "please"));
    sales::orders::claim(shop.context(), &Origin::system(), owner, &Email::parse("ada@example.com")?).await?;
    let signed_in = question(&shop, &placed, 1).await?.key(&mine).idempotency("m").await?.expect(201)?;
    let staff = question(&shop, &placed, 1).await?.idempotency("s").await?.expect(201)?;
    assert_eq!((signed_in.text("asked_by"), staff.text("asked_by")), ("customer", "staff"));
    assert_eq!(figures(&shop, &placed).await?, [0, 3, 0, 0]);

    let (path, note) = (format!("{RETURNS}/{}", guest.text("id")), json!({"staff_note": "a regular"}));
    shop.patch(&path).version(1).json(note).await?.expect(200)?;
    assert_eq!(shop.get(&path).await?.expect(200)?.text("staff_note"), "a regular");
    for seen in [shop.get(&path).key(&mine), shop.get(&path).cart(&cart.token)] {
        assert!(seen.await?.expect(200)?.data()["staff_note"].is_null(), "staff write for staff");
    }
    let own = shop.get("/api/v1/me/returns").key(&mine).await?.expect(200)?;
    assert_eq!((own.data().as_array().map(Vec::len), own.data()[2]["staff_note"].is_null()), (Some(3), true));
    assert_eq!(shop.get("/api/v1/me/returns").key(&other).await?.expect(200)?.data(), &json!([]));
    let list = format!("/api/v1/orders/{}/returns", placed.id);
    for seen in [shop.get(&list), shop.get(&list).key(&mine), shop.get(&list).cart(&cart.token)] {
        assert_eq!(seen.await?.expect(200)?.text("0/id"), guest.text("id"));
    }
    let blind = make_key(&shop, &["orders:read"]).await?;
    for (refused, status, code) in [
        (shop.get(&path).anonymous().await?, 401, "unauthenticated"),
        (shop.get(&path).key(&blind).await?, 403, "forbidden"),
        (shop.get(&path).key(&other).await?, 404, "return_not_found"),
        (shop.get(&path).cart(&stranger).await?, 404, "return_not_found"),
        (shop.get(&list).key(&other).await?, 404, "order_not_found"),
        (shop.get(&format!("{RETURNS}/{}", ReturnId::generate())).await?, 404, "return_not_found"),
    ] {
        assert_eq!((refused.status, refused.error_code()), (status, code));
    }
    // Customers call off what nobody has approved yet; staff what has not come.
    let off = |id: &str| shop.post(&format!("{RETURNS}/{id}/cancel")).idempotency("off").json(json!({}));
    assert_eq!(off(guest.text("id")).key(&other).await?.error_code(), "return_not_found");
    assert_eq!(off(guest.text("id")).cart(&cart.token).await?.expect(200)?.text("status"), "cancelled");
    act(&shop, signed_in.text("id"), "approve", json!({})).await?.expect(200)?;
    let late = off(signed_in.text("id")).key(&mine).await?;
    assert_eq!((late.status, late.error_code()), (409, "return_not_cancellable"));
    off(signed_in.text("id")).await?.expect(200)?;
    assert_eq!(figures(&shop, &placed).await?, [0, 1, 0, 0], "what is called off can be asked back again");
    shop.settle().await?;
    assert_eq!(mails_of(&shop, "return_requested").await?.len(), 2, "staff know what they asked for");
    Ok(())
}

/// What did not leave, is no thing, came back, or is waited for already is not asked back.
#[test_on_every_database]
async fn what_cannot_come_back_is_refused_and_changes_nothing(shop: TestShop) -> TestResult {
    let (held, placed) = (place(&shop, "test").await?, sent(&shop).await?);
    let unsent = question(&shop, &held, 1).await?.idempotency("u").await?;
    assert_eq!((unsent.status, unsent.error_code()), (409, "order_not_returnable"));
    let line = line_of(&shop, &placed).await?;
    let one = |line: &str, quantity: i64| json!({"line_id": line, "quantity": quantity, "reason": "other"});
    let foreign = one(&kernel::OrderLineId::generate().to_string(), 1);
    for (lines, field) in [
        (json!([]), "lines"),
        (json!([one(&line, 3)]), "lines.0.quantity"),
        (json!([one(&line, 0)]), "lines.0.quantity"),
        (json!([one(&line, 1), one(&line, 1)]), "lines.1.line_id"),
        (json!([foreign]), "lines.0.line_id"),
        (json!([{"line_id": line, "quantity": 1, "reason": "because"}]), "lines.0.reason"),
        (json!([{"line_id": line, "quantity": 1, "reason": "other", "note": "x".repeat(501)}]), "lines.0.note"),
    ] {
        let refused = shop.post(RETURNS).idempotency(&fresh()).json(json!({"order_id": placed.id, "lines": lines})).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{field}");
        assert!(!refused.json["error"]["details"][field].is_null(), "{field}: {}", refused.json);
    }
    let nowhere = json!({"order_id": OrderId::generate(), "lines": [one(&line, 1)]});
    assert_eq!(shop.post(RETURNS).idempotency("n").json(nowhere).await?.error_code(), "order_not_found");
    assert_eq!(figures(&shop, &placed).await?, [0, 0, 0, 0]);

    // A piece that was paid back for good is the customer's.
    crate::refunds::give_back(&shop, &placed, json!({"lines": [[1, false]]})).await?.expect(201)?;
    shop.settle().await?;
    let kept = question(&shop, &placed, 2).await?.idempotency("k").await?;
    assert_eq!(kept.json["error"]["details"]["lines.0.quantity"], json!(["only 1 can be sent back"]));
    question(&shop, &placed, 1).await?.idempotency("l").await?.expect(201)?;
    let waited = crate::refunds::give_back(&shop, &placed, json!({"lines": [[1, true]]})).await?;
    assert_eq!((waited.status, waited.error_code()), (422, "validation_failed"), "what a return is about is paid back with it");
    Ok(())
}

#[test_on_every_database]
async fn downloads_do_not_come_back(shop: TestShop) -> TestResult {
    let input = VariantInput { kind: Some("digital".to_owned()), requires_shipping: Some(false), ..variant("SONG", 100) };
    let song = shop.product("Song").variant(input).create().await?.variants.first().ok_or("no variant")?.variant.id.to_string();
    let cart = shop.cart(&[(&song, 1)]).await?;
    let placed = Placed { id: shop.pay(&cart, "test", "once").await?.expect(201)?.text("id").to_owned(), mug: shop.mug(1, 1).await? };
    placed.fulfil(&shop, json!({})).await?.expect(201)?;
    let refused = question(&shop, &placed, 1).await?.idempotency("d").await?;
    assert_eq!(refused.json["error"]["details"]["lines.0.line_id"], json!(["is nothing that can be sent back"]));
    Ok(())
}

/// Customers ask for thirty days, from when a parcel arrived where that is known; staff at any time.
#[test_on_every_database]
async fn customers_ask_within_the_window(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 9).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let placed = Placed { id: shop.pay(&cart, "test", "once").await?.expect(201)?.text("id").to_owned(), mug };
    let line = line_of(&shop, &placed).await?;
    for _ in 0..2 {
        placed.fulfil(&shop, json!({"lines": [{"line_id": line, "quantity": 1}]})).await?.expect(201)?;
    }
    let as_customer = async |quantity: i64| {
        let reply = question(&shop, &placed, quantity).await?.cart(&cart.token).idempotency(&fresh()).await?;
        TestResult::Ok((reply.status, reply.error_code().to_owned(), reply.text("id").to_owned()))
    };
    let parcel = placed.read(&shop).await?.text("fulfilments/1/id").to_owned();
    let arrived = json!({"delivered_at": "2026-03-12T09:30:00Z"});
    shop.patch(&format!("/api/v1/orders/{}/fulfilments/{parcel}", placed.id)).version(1).json(arrived).await?.expect(200)?;
    shop.advance(TimeDelta::days(31));
    assert_eq!(as_customer(2).await?.1, "return_window_over", "one parcel left 31 days ago");
    set(&shop, "enabled", 0, json!(false)).await?;
    assert_eq!(as_customer(1).await?.1, "returns_disabled");
    set(&shop, "enabled", 1, json!(true)).await?;
    set(&shop, "window_days", 0, json!(0)).await?;
    assert_eq!(as_customer(1).await?.1, "returns_disabled");
    set(&shop, "window_days", 1, json!(30)).await?;
    let (status, _, id) = as_customer(1).await?;
    assert_eq!(status, 201, "the other arrived ten days later");
    act(&shop, &id, "reject", json!({"reason": "used"})).await?.expect(200)?;
    shop.advance(TimeDelta::days(20));
    assert_eq!(as_customer(1).await?.1, "return_window_over");
    let line = json!({"line_id": line, "quantity": 1, "reason": "other"});
    let said = json!({"order_id": placed.id, "lines": [line], "approved": true});
    let unasked = shop.post(RETURNS).cart(&cart.token).idempotency("a").json(said).await?;
    assert_eq!((unasked.status, unasked.error_code()), (422, "validation_failed"), "customers do not approve");
    question(&shop, &placed, 2).await?.idempotency("staff").await?.expect(201)?;
    shop.settle().await?;
    Ok(())
}

#[test_on_every_database]
async fn returns_are_found_by_what_they_are(shop: TestShop) -> TestResult {
    let (first, second) = (sent(&shop).await?, sent(&shop).await?);
    let asked = question(&shop, &first, 1).await?.idempotency("f").await?.expect(201)?.text("id").to_owned();
    let open = approved(&shop, &second, 1).await?;
    let found = async |query: &str| {
        let listed = shop.get(&format!("{RETURNS}?{query}")).await?.expect(200)?;
        let id = |back: &Value| back["id"].as_str().unwrap_or_default().to_owned();
        TestResult::Ok(listed.data().as_array().into_iter().flatten().map(id).collect::<Vec<_>>())
    };
    assert_eq!(found("").await?, [open.clone(), asked.clone()]);
    assert_eq!(found("sort=created_at").await?, [asked.clone(), open.clone()]);
    assert_eq!(found("filter[status]=approved,received").await?, std::slice::from_ref(&open));
    assert_eq!(found(&format!("filter[order]={}", first.id)).await?, std::slice::from_ref(&asked));
    assert_eq!(found("filter[customer]=ADA@example.com").await?.len(), 2);
    assert_eq!(found("filter[customer]=grace@example.com").await?, Vec::<String>::new());
    let page = shop.get(&format!("{RETURNS}?limit=1")).await?.expect(200)?;
    let next = page.json["meta"]["next_cursor"].as_str().ok_or("no cursor")?;
    assert_eq!(found(&format!("limit=1&after={next}")).await?, [asked]);
    assert!(shop.statements_of(RETURNS).await? <= 3);
    Ok(())
}

/// What customers wrote is told to them, and forgotten with them.
#[test_on_every_database]
async fn words_of_returns_are_forgotten_with_their_customer(shop: TestShop) -> TestResult {
    let placed = sent(&shop).await?;
    let (owner, mine) = somebody(&shop).await?;
    sales::orders::claim(shop.context(), &Origin::system(), owner, &Email::parse("ada@example.com")?).await?;
    let line = json!({"line_id": line_of(&shop, &placed).await?, "quantity": 1, "reason": "other", "note": "quagga in it"});
    let body = json!({"order_id": placed.id, "note": "quagga please", "lines": [line]});
    let id = shop.post(RETURNS).key(&mine).idempotency("q").json(body).await?.expect(201)?.text("id").to_owned();
    act(&shop, &id, "reject", json!({"reason": "no quagga"})).await?.expect(200)?;
    shop.settle().await?;
    let places = wiring::personal_places();
    let told = places.iter().find(|place| place.name() == "returns").ok_or("no place")?.export(shop.context().db.reader(), owner).await?;
    assert_eq!((&told[0]["note"], &told[0]["lines"][0]["note"]), (&json!("quagga please"), &json!("quagga in it")));
    assert!(!traces_of(&shop, &["quagga"]).await?.is_empty());
    let tx = shop.context().begin(&Origin::system()).await?;
    privacy::erase_in(&tx, &places, owner).await?;
    tx.commit().await?;
    assert_eq!(traces_of(&shop, &["quagga"]).await?, Vec::<String>::new());
    Ok(())
}

/// The customer reads how it comes back, or why it does not.
#[test_on_every_database]
async fn the_customer_is_told_of_each_step(shop: TestShop) -> TestResult {
    let placed = sent(&shop).await?;
    let label = "https://labels.example/1";
    let open = question(&shop, &placed, 2).await?.idempotency("1").await?.expect(201)?.text("id").to_owned();
    let how = json!({"instructions": "Use any post office.", "label_url": label,
        "lines": [{"line_id": line_of(&shop, &placed).await?, "quantity": 1}]});
    act(&shop, &open, "approve", how).await?.expect(200)?;
    act(&shop, &open, "receive", came(&shop, &placed, 1, false).await?).await?.expect(200)?;
    let no = question(&shop, &placed, 1).await?.idempotency("2").await?.expect(201)?.text("id").to_owned();
    act(&shop, &no, "reject", json!({"reason": "It was used."})).await?.expect(200)?;
    shop.settle().await?;
    for (template, says) in [
        ("return_approved", vec!["Use any post office.", label, "1 x Mug"]),
        ("return_received", vec!["1 x Mug"]),
        ("return_rejected", vec!["It was used.", "1 x Mug"]),
    ] {
        let letters = mails_of(&shop, template).await?;
        let letter = content(&shop, letters.first().ok_or("no letter")?).await?;
        assert!(letters.len() == 1 && says.iter().all(|text| letter.contains(text)), "{template}: {letter}");
    }
    Ok(())
}
