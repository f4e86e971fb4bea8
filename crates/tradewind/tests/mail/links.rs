//! What the link in a letter about a cart opens, for whom, and for how long.

use chrono::TimeDelta;
use kernel::{Actor, Origin};
use platform::privacy;
use sales::carts::{self, CartAccess};
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;

use super::reminding::{guest, link, look};
use super::{content, mails};
use crate::support::{Receiver, TestCart, TestResult, TestShop};

/// A cart that was left behind, with what the link of the letter about it has.
async fn reminded(shop: &TestShop) -> TestResult<(TestCart, TestCart)> {
    let mug = shop.mug(1_250, 20).await?;
    guest(shop, &mug.id, true).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    shop.advance(TimeDelta::days(1));
    let told = look(shop).await?;
    let letter = content(shop, told.last().ok_or("no letter")?).await?;
    let linked = TestCart { id: cart.id.clone(), token: link(&letter, "twct_")?.to_owned() };
    shop.read(&linked).await?.expect(200)?;
    Ok((cart, linked))
}

/// The server takes a letter and its answer is lost: mailboxes keep the first of two letters with one id.
#[test_on_every_database]
async fn the_link_is_the_same_in_every_try(shop: TestShop) -> TestResult {
    let receiver = Receiver::start().await?;
    let address = receiver.base().trim_start_matches("http://").to_owned();
    let mug = shop.mug(1_250, 10).await?;
    guest(&shop, &mug.id, true).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    shop.advance(TimeDelta::days(1));
    let shop = shop.configured(|config| config.mail.url = format!("sendgrid://apikey:SG.otter@{address}?tls=none").into())?;
    receiver.will_answer([503, 202]);
    look(&shop).await?;
    shop.advance(TimeDelta::minutes(1));
    assert_eq!(mails(&shop).await?.last().map(|mail| mail["state"].clone()), Some(json!("sent")));
    let letters = receiver.take();
    let links =
        letters.iter().map(|letter| link(letter.json()["content"][0]["value"].as_str().unwrap_or_default(), "twct_").map(str::to_owned));
    let links = links.collect::<TestResult<Vec<_>>>()?;
    assert_eq!((links.len(), &links[0]), (2, &links[1]));
    assert_ne!(links[0], cart.token);
    shop.read(&TestCart { id: cart.id, token: links[0].clone() }).await?.expect(200)?;
    Ok(())
}

/// The letter went to an address that its holder had mistyped: whoever reads it sees neither the cart nor the order any more.
#[test_on_every_database]
async fn a_link_opens_nothing_once_the_address_is_another(shop: TestShop) -> TestResult {
    let (cart, linked) = reminded(&shop).await?;
    shop.edit(&cart, json!({"email": "ADA@example.com", "accepts_marketing": true})).await?.expect(200)?;
    shop.read(&linked).await?.expect(200)?;
    shop.edit(&cart, json!({"email": "ada@example.org"})).await?.expect(200)?;
    assert_eq!(shop.read(&linked).await?.error_code(), "cart_not_found");
    let order = shop.checkout(&cart).await?.expect(201)?;
    let path = format!("/api/v1/orders/{}", order.text("id"));
    shop.get(&path).anonymous().cart(&cart.token).await?.expect(200)?;
    assert_eq!(shop.get(&path).anonymous().cart(&linked.token).await?.status, 404);
    shop.settle().await
}

/// Whoever came by the link and corrects the address goes on by it: the other token may be on a device that is lost.
#[test_on_every_database]
async fn whoever_came_by_the_link_may_correct_the_address(shop: TestShop) -> TestResult {
    let (cart, linked) = reminded(&shop).await?;
    shop.edit(&linked, json!({"email": "ada@example.org"})).await?.expect(200)?;
    shop.read(&linked).await?.expect(200)?;
    shop.edit(&cart, json!({"email": "ada@example.net"})).await?.expect(200)?;
    assert_eq!(shop.read(&linked).await?.error_code(), "cart_not_found");
    Ok(())
}

#[test_on_every_database]
async fn a_link_opens_nothing_once_the_cart_is_somebodys(shop: TestShop) -> TestResult {
    let (cart, linked) = reminded(&shop).await?;
    let (ada, eve) = (shop.user().await?, shop.user().await?);
    let adopt = async |user, by: &TestCart| {
        carts::merge(shop.sales(), &Origin::of(Actor::User(user)), user, &CartAccess::by_token(cart.id.parse()?, &by.token)).await?;
        TestResult::Ok(())
    };
    adopt(ada, &cart).await?;
    assert_eq!(shop.read(&linked).await?.error_code(), "cart_not_found");
    shop.read(&cart).await?.expect(200)?;

    let (other, linked) = reminded(&shop).await?;
    let by_link = CartAccess::by_token(other.id.parse()?, &linked.token);
    let adopted = carts::merge(shop.sales(), &Origin::of(Actor::User(eve)), eve, &by_link).await?;
    assert_eq!((adopted.cart.user_id, shop.read(&linked).await?.status), (Some(eve), 200), "by its own reader");
    Ok(())
}

/// A letter that was written while the cart was a guest's tells whose mail it went to until the account that has the cart is forgotten.
#[test_on_every_database]
async fn letters_about_a_cart_are_forgotten_with_its_owner(shop: TestShop) -> TestResult {
    let (cart, _) = reminded(&shop).await?;
    let ada = shop.user().await?;
    let access = CartAccess::by_token(cart.id.parse()?, &cart.token);
    carts::merge(shop.sales(), &Origin::of(Actor::User(ada)), ada, &access).await?;
    let places = wiring::personal_places();
    let place = places.iter().find(|place| place.name() == "mails").ok_or("no place")?;
    let known = place.export(shop.context().db.reader(), ada).await?;
    assert_eq!((&known[0]["to"], &known[0]["letter"]), (&json!("ada@example.com"), &json!("abandoned_cart")));
    let tx = shop.context().begin(&shop.origin()).await?;
    privacy::erase_in(&tx, &places, ada).await?;
    tx.commit().await?;
    let told: Vec<Value> = mails(&shop).await?.into_iter().filter(|mail| mail["about"]["id"] == json!(cart.id)).collect();
    assert_eq!((told.len(), &told[0]["to"]), (1, &Value::Null));
    Ok(())
}
