//! Carts that were left behind, and letters that are not wanted.

use chrono::TimeDelta;
use kernel::CartId;
use notify::mails::RemindOfCarts;
use platform::jobs::{self, NewJob};
use sales::carts::QuietCart;
use sales::customers;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{content, mails, mails_of};
use crate::support::{TestCart, TestResult, TestShop};

/// Looks for carts that were left behind, as the time-table does.
pub(super) async fn look(shop: &TestShop) -> TestResult<Vec<Value>> {
    let tx = shop.context().begin(&shop.origin()).await?;
    jobs::enqueue(&tx, NewJob::new(RemindOfCarts::KIND, Value::Null, tx.now())).await?;
    tx.commit().await?;
    mails_of(shop, "abandoned_cart").await
}

/// Somebody who bought once as a guest, and said whether news are wanted.
pub(super) async fn guest(shop: &TestShop, mug: &str, wants_news: bool) -> TestResult {
    let cart = shop.cart(&[(mug, 1)]).await?;
    shop.edit(&cart, json!({"accepts_marketing": wants_news})).await?.expect(200)?;
    shop.checkout(&cart).await?.expect(201)?;
    shop.settle().await
}

/// The link in a letter that begins like this.
pub(super) fn link<'a>(letter: &'a str, begins: &str) -> TestResult<&'a str> {
    let start = letter.find(begins).ok_or_else(|| format!("no {begins} in {letter}"))?;
    let rest = &letter[start..];
    Ok(rest.split(|sign: char| sign.is_whitespace() || sign == '"' || sign == '>').next().unwrap_or_default())
}

#[test_on_every_database]
async fn whoever_left_a_cart_behind_is_reminded_once(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    guest(&shop, &mug.id, true).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    shop.advance(TimeDelta::minutes(1_439));
    assert_eq!(look(&shop).await?, Vec::<Value>::new(), "it is not quiet for long enough");
    shop.advance(TimeDelta::minutes(1));
    let told = look(&shop).await?;
    assert_eq!((told.len(), &told[0]["state"], &told[0]["to"]), (1, &json!("sent"), &json!("ada@example.com")));
    assert_eq!((&told[0]["about"], &told[0]["event_id"]), (&json!({"type": "cart", "id": cart.id}), &Value::Null));
    let letter = content(&shop, &told[0]).await?;
    assert!(letter.contains("2 x Mug") && letter.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{letter}");

    // The link opens the cart, beside the token that its holder has.
    let token = link(&letter, "twct_")?;
    let again = TestCart { id: cart.id.clone(), token: token.to_owned() };
    assert_eq!(shop.read(&again).await?.expect(200)?.data()["lines"][0]["quantity"], 2);
    shop.read(&cart).await?.expect(200)?;

    // Once ever: not when it is left behind again.
    shop.add(&again, &mug.id, 1).await?.expect(201)?;
    shop.advance(TimeDelta::days(2));
    assert_eq!(look(&shop).await?.len(), 1);
    Ok(())
}

/// No consent, an order meanwhile, nothing in it, no address: nobody is written to.
#[test_on_every_database]
async fn nobody_is_written_to_without_consent_or_need(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 20).await?;
    guest(&shop, &mug.id, false).await?;
    // What a cart itself says counts for nothing until somebody has shown who it is.
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    shop.edit(&cart, json!({"accepts_marketing": true})).await?.expect(200)?;
    shop.advance(TimeDelta::days(1));
    assert_eq!(look(&shop).await?, Vec::<Value>::new());

    guest(&shop, &mug.id, true).await?;
    let ordered = shop.cart(&[(&mug.id, 1)]).await?;
    shop.checkout(&ordered).await?.expect(201)?;
    let empty = shop.empty_cart().await?;
    shop.edit(&empty, json!({"email": "ada@example.com"})).await?.expect(200)?;
    let nameless = shop.empty_cart().await?;
    shop.add(&nameless, &mug.id, 1).await?.expect(201)?;
    let off = shop.configured(|config| config.carts.abandoned_after_minutes = 0)?;
    shop.cart(&[(&mug.id, 3)]).await?;
    shop.advance(TimeDelta::days(1));
    assert_eq!(look(&off).await?, Vec::<Value>::new());
    let told = look(&shop).await?;
    // The one of before as well: news are wanted by now.
    assert_eq!(told.len(), 2, "only those with an address and a mug in them: {told:?}");
    Ok(())
}

/// However many do not want to be written to, whoever does is found: the list has nobody else. The word of an account counts above a guest's.
#[test_on_every_database]
async fn those_without_consent_keep_nobody_waiting(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 20).await?;
    let left = async |email: &str| -> TestResult<CartId> {
        let cart = shop.cart(&[(&mug.id, 1)]).await?;
        shop.edit(&cart, json!({"email": email})).await?.expect(200)?;
        shop.advance(TimeDelta::minutes(1));
        Ok(cart.id.parse()?)
    };
    let quiet = async |behind: Option<&QuietCart>, most| {
        let reader = shop.context().db.reader();
        customers::quiet_carts(reader, (shop.now() - TimeDelta::days(1), shop.now()), behind, most).await
    };
    let ids = |carts: &[QuietCart]| carts.iter().map(|cart| cart.id).collect::<Vec<_>>();
    guest(&shop, &mug.id, true).await?;
    left("eve@example.com").await?;
    let first = left("ada@example.com").await?;
    left("bob@example.com").await?;
    let second = left("ADA@example.com").await?;
    let found = quiet(None, 1).await?;
    assert_eq!(ids(&found), [first]);
    assert_eq!(ids(&quiet(found.first(), 9).await?), [second]);
    let body = json!({"email": "ada@example.com", "password": "correct horse battery staple"});
    shop.post("/api/v1/auth/register").anonymous().json(body).await?.expect(201)?;
    shop.settle().await?;
    assert!(quiet(None, 9).await?.is_empty(), "the account said nothing yet");
    Ok(())
}

/// To look at the link changes nothing; to press the button does, for good, and is told and recorded.
#[test_on_every_database]
async fn whoever_wants_no_such_letters_gets_none(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    guest(&shop, &mug.id, true).await?;
    shop.cart(&[(&mug.id, 2)]).await?;
    shop.advance(TimeDelta::days(1));
    let told = look(&shop).await?;
    let letter = content(&shop, told.first().ok_or("no letter")?).await?;
    let unfolded = letter.replace("\r\n ", "");
    let path = link(&unfolded, "/api/v1/mail/unsubscribe/")?;
    for _ in 0..2 {
        let shown = shop.get(path).anonymous().await?.expect(200)?;
        assert_eq!((shown.text("email"), &shown.data()["wanted"]), ("ada@example.com", &json!(true)));
    }
    let other = shop.cart(&[(&mug.id, 1)]).await?;
    shop.edit(&other, json!({"accepts_marketing": true})).await?.expect(200)?;
    for _ in 0..2 {
        let button = shop.post(path).anonymous().header("content-type", "application/x-www-form-urlencoded");
        button.raw("List-Unsubscribe=One-Click").await?.expect(204)?;
    }
    assert_eq!(shop.get(path).anonymous().await?.expect(200)?.data()["wanted"], false);
    let customer = shop.get("/api/v1/customers").await?.expect(200)?;
    assert_eq!(customer.data()[0]["accepts_marketing"], false);
    assert_eq!(shop.events_of("customer").await?, ["customer.changed"]);
    let audited = shop.get("/api/v1/audit-log?filter[action]=customer.changed").await?.expect(200)?;
    assert_eq!(audited.data().as_array().map(Vec::len), Some(1));
    // The cart that was filled before does not bring the consent back when it is ordered.
    shop.checkout(&other).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(shop.get(path).anonymous().await?.expect(200)?.data()["wanted"], false);
    shop.cart(&[(&mug.id, 3)]).await?;
    shop.advance(TimeDelta::days(1));
    assert_eq!(look(&shop).await?.len(), 1, "the letter of before");
    for link in ["x", &path[26..path.len() - 2], "AAAA"] {
        let refused = shop.post(&format!("/api/v1/mail/unsubscribe/{}", link.trim_start_matches('/'))).anonymous().await?;
        assert_eq!((refused.status, refused.error_code()), (404, "unsubscribe_link_not_found"), "{link}");
    }
    Ok(())
}

/// The word counts in the moment in which the letter would leave.
#[test_on_every_database]
async fn consent_that_is_taken_back_meanwhile_counts(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    guest(&shop, &mug.id, true).await?;
    shop.cart(&[(&mug.id, 2)]).await?;
    shop.advance(TimeDelta::days(1));
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("smtp://{}?tls=none", closed.local_addr()?);
    drop(closed);
    let cut_off = shop.configured(|config| config.mail.url = url.into())?;
    assert_eq!(look(&cut_off).await?[0]["state"], "queued");
    let customer = shop.get("/api/v1/customers").await?.expect(200)?;
    let path = format!("/api/v1/customers/{}", customer.text("0/id"));
    shop.patch(&path)
        .version(customer.data()[0]["version"].as_i64().unwrap_or(1))
        .json(json!({"accepts_marketing": false}))
        .await?
        .expect(200)?;
    shop.advance(TimeDelta::hours(1));
    let told = mails(&shop).await?;
    assert_eq!(told.iter().find(|mail| mail["template"] == "abandoned_cart").map(|mail| &mail["state"]), Some(&json!("failed")));
    Ok(())
}
