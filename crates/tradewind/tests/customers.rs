//! Customers: one row for everybody who bought something or has an account, with sums that are always those of the orders.

use accounts::users::{self, ChangeProfile, ProfileChanges};
use chrono::TimeDelta;
use kernel::{Actor, Email, Origin, UserId};
use platform::db::{execute, fetch_scalar, violations};
use platform::{events, values};
use sales::customers;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;

use crate::support::{Reply, TestCart, TestResult, TestShop, address};

const PATH: &str = "/api/v1/customers";

/// An order of one mug by whoever reads this mail; the order as the checkout answered it.
async fn order(shop: &TestShop, email: &str, said: Value) -> TestResult<Reply> {
    let mug = shop.mug(1_000, 5).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    let mut change = json!({"email": email, "shipping_address": address()});
    if let (Some(change), Some(said)) = (change.as_object_mut(), said.as_object()) {
        change.extend(said.clone());
    }
    shop.edit(&cart, change).await?.expect(200)?;
    shop.checkout(&cart).await?.expect(201)
}

async fn pay(shop: &TestShop, order: &Reply, minor: i64) -> TestResult {
    let path = format!("/api/v1/orders/{}/payments", order.text("id"));
    let body = json!({"amount": {"amount": minor, "currency": "USD"}});
    shop.post(&path).idempotency(&kernel::EventId::generate().to_string()).json(body).await?.expect(201)?;
    Ok(())
}

/// All customers, the newest first.
async fn all(shop: &TestShop) -> TestResult<Vec<Value>> {
    shop.settle().await?;
    let listed = shop.get(PATH).await?.expect(200)?;
    Ok(listed.data().as_array().cloned().unwrap_or_default())
}

/// Everybody whose address or name begins so.
async fn found(shop: &TestShop, text: &str) -> TestResult<Vec<Value>> {
    shop.settle().await?;
    let listed = shop.get(&format!("{PATH}?filter[text]={text}")).await?.expect(200)?;
    Ok(listed.data().as_array().cloned().unwrap_or_default())
}

fn path_of(customer: &Value) -> String {
    format!("{PATH}/{}", customer["id"].as_str().unwrap_or_default())
}

/// An account whose mail is proven to be read, known by its facts.
async fn account(shop: &TestShop, email: &str) -> TestResult<UserId> {
    let body = json!({"email": email, "password": "correct horse battery staple", "name": "Ada King"});
    let registered = shop.post("/api/v1/auth/register").anonymous().json(body).await?.expect(201)?;
    Ok(registered.text("user/id").parse()?)
}

#[test_on_every_database]
async fn a_guest_is_one_customer_whatever_the_capitals(shop: TestShop) -> TestResult {
    let first = order(&shop, "Ada@Example.com", json!({})).await?;
    shop.advance(chrono::TimeDelta::hours(1));
    let second = order(&shop, "ada@example.com", json!({"accepts_marketing": true})).await?;
    order(&shop, "eve@example.com", json!({})).await?;
    let total = first.data()["totals"]["total"]["amount"].as_i64().unwrap_or(0);
    pay(&shop, &first, total).await?;
    pay(&shop, &second, 300).await?;
    // A second part leaves the order part paid.
    pay(&shop, &second, 200).await?;
    let everybody = all(&shop).await?;
    assert_eq!(everybody.len(), 2, "{everybody:?}");
    let ada = &found(&shop, "ada@").await?[0];
    assert_eq!((&ada["order_count"], &ada["user_id"], &ada["name"]), (&json!(2), &Value::Null, &json!("Ada Lovelace")));
    assert_eq!(ada["spent"], json!([{"amount": total + 500, "currency": "USD", "formatted": ada["spent"][0]["formatted"]}]));
    assert_eq!((&ada["accepts_marketing"], &ada["accepts_marketing_source"]), (&json!(true), &json!("checkout")));
    assert_eq!((&ada["first_order_at"], &ada["last_order_at"]), (&first.data()["placed_at"], &second.data()["placed_at"]));
    let one = shop.get(&path_of(ada)).await?.expect(200)?;
    assert_eq!(one.data(), ada);
    let eve = &found(&shop, "EVE").await?[0];
    assert_eq!((&eve["order_count"], &eve["spent"][0]["amount"], &eve["accepts_marketing"]), (&json!(1), &json!(0), &json!(false)));
    Ok(())
}

#[test_on_every_database]
async fn an_order_that_is_called_off_counts_no_more(shop: TestShop) -> TestResult {
    let placed = order(&shop, "ada@example.com", json!({})).await?;
    assert_eq!(found(&shop, "ada").await?[0]["order_count"], 1);
    let cancel = format!("/api/v1/orders/{}/cancel", placed.text("id"));
    let version = placed.data()["version"].as_i64().unwrap_or(0);
    shop.post(&cancel).idempotency("off").version(version).json(json!({})).await?.expect(200)?;
    let ada = &found(&shop, "ada").await?[0];
    assert_eq!((&ada["order_count"], &ada["first_order_at"], &ada["last_order_at"]), (&json!(0), &Value::Null, &Value::Null));
    Ok(())
}

#[test_on_every_database]
async fn whoever_registers_is_a_customer_and_takes_the_guests_orders(shop: TestShop) -> TestResult {
    order(&shop, "ada@example.com", json!({"accepts_marketing": true})).await?;
    let guest = found(&shop, "ada").await?[0].clone();
    let group = shop.post("/api/v1/customer-groups").json(json!({"name": "Dealers"})).await?.expect(201)?;
    let said = json!({"tags": ["VIP"], "note": "Wants oak", "group_id": group.text("id")});
    shop.patch(&path_of(&guest)).version(1).json(said).await?.expect(200)?;
    let user = account(&shop, "ada@example.com").await?;
    let both = found(&shop, "ada").await?;
    assert_eq!(both.len(), 2, "an address that nobody has proven claims nothing");
    let known = both.iter().find(|customer| customer["user_id"] == json!(user)).ok_or("no row of the account")?.clone();
    assert_eq!((&known["order_count"], &known["name"], &known["accepts_marketing"]), (&json!(0), &json!("Ada King"), &json!(false)));
    shop.patch(&path_of(&known)).version(1).json(json!({"tags": ["vip", "b2b"], "note": "Since 2026"})).await?.expect(200)?;
    sales::orders::claim(shop.context(), &Origin::system(), user, &Email::parse("ada@example.com")?).await?;
    let merged = found(&shop, "ada").await?;
    assert_eq!(merged.len(), 1, "{merged:?}");
    let ada = &merged[0];
    assert_eq!((&ada["id"], &ada["order_count"], &ada["accepts_marketing"]), (&known["id"], &json!(1), &json!(false)));
    assert_eq!((&ada["tags"], &ada["note"]), (&json!(["vip", "b2b"]), &json!("Since 2026\nWants oak")));
    assert_eq!(ada["group_id"], group.data()["id"]);
    assert_eq!(shop.get(&path_of(&guest)).await?.error_code(), "customer_not_found");
    let counted = shop.get(&format!("/api/v1/customer-groups/{}", group.text("id"))).await?.expect(200)?;
    assert_eq!(counted.data()["member_count"], 1);
    assert_eq!(shop.events_of("customer").await?, ["customer.changed", "customer.changed", "customer.merged"]);
    Ok(())
}

#[test_on_every_database]
async fn of_whoever_has_an_account_the_accounts_word_on_advertising_counts(shop: TestShop) -> TestResult {
    let user = account(&shop, "ada@example.com").await?;
    let ada = found(&shop, "ada").await?[0].clone();
    shop.advance(chrono::TimeDelta::minutes(1));
    let given = shop.patch(&path_of(&ada)).version(1).json(json!({"accepts_marketing": true})).await?.expect(200)?;
    assert_eq!((given.text("accepts_marketing_source"), given.data()["accepts_marketing"].as_bool()), ("staff", Some(true)));
    let account = shop.get(&format!("/api/v1/users/{user}")).await?.expect(200)?;
    assert_eq!(account.data()["accepts_marketing"], true);
    shop.patch(&path_of(&ada)).version(2).json(json!({"accepts_marketing": false})).await?.expect(200)?;
    assert_eq!(found(&shop, "ada").await?[0]["accepts_marketing"], false);
    // What the holder of the account says at the checkout is said to the account.
    shop.advance(chrono::TimeDelta::minutes(1));
    let placed = order(&shop, "ada@example.com", json!({"accepts_marketing": true})).await?;
    let claimed = sales::orders::claim(shop.context(), &Origin::of(Actor::User(user)), user, &Email::parse("ada@example.com")?).await?;
    assert_eq!(claimed, 1, "{placed:?}");
    assert_eq!(found(&shop, "ada").await?[0]["accepts_marketing_source"], "checkout");
    assert_eq!(shop.get(&format!("/api/v1/users/{user}")).await?.expect(200)?.data()["accepts_marketing"], true);
    Ok(())
}

/// A cart that is ready to be ordered, with the box for news ticked now.
async fn ticked(shop: &TestShop, email: &str) -> TestResult<TestCart> {
    let mug = shop.mug(1_000, 5).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    shop.edit(&cart, json!({"email": email, "accepts_marketing": true})).await?.expect(200)?;
    shop.advance(TimeDelta::minutes(1));
    Ok(cart)
}

/// The box was ticked, then news were refused elsewhere, then the cart was ordered: no is the newer word, also of whoever had said nothing
/// or no before.
#[test_on_every_database]
async fn a_box_that_was_ticked_before_somebody_refused_says_nothing(shop: TestShop) -> TestResult {
    let user = account(&shop, "ada@example.com").await?;
    let say = async |changes: ProfileChanges| -> TestResult {
        let command = ChangeProfile { user_id: user, version: None, changes, source: "profile" };
        users::change_profile(shop.context(), &shop.origin(), command).await?;
        shop.advance(TimeDelta::minutes(1));
        Ok(())
    };
    let order = async |cart: &TestCart| -> TestResult<bool> {
        // Another change of the profile says nothing of news.
        say(ProfileChanges::parse(Some(Some(&cart.id)), None, None)?).await?;
        shop.checkout(cart).await?.expect(201)?;
        sales::orders::claim(shop.context(), &Origin::of(Actor::User(user)), user, &Email::parse("ada@example.com")?).await?;
        Ok(found(&shop, "ada").await?[0]["accepts_marketing"] == json!(true))
    };
    let accepts = |accepts| ProfileChanges::parse(None, None, Some(accepts));
    let cart = ticked(&shop, "ada@example.com").await?;
    say(accepts(false)?).await?;
    assert!(!order(&cart).await?, "no was said for the first time");
    let cart = ticked(&shop, "ada@example.com").await?;
    say(accepts(false)?).await?;
    assert!(!order(&cart).await?, "no was said again");
    assert!(order(&ticked(&shop, "ada@example.com").await?).await?, "yes was said last");
    let cart = ticked(&shop, "ada@example.com").await?;
    say(accepts(false)?).await?;
    assert!(!order(&cart).await?, "yes was taken back");

    let cart = ticked(&shop, "ada@example.com").await?;
    say(accepts(false)?).await?;
    // Ticked already: the form that is sent once more is no new word.
    shop.edit(&cart, json!({"accepts_marketing": true})).await?.expect(200)?;
    assert!(!order(&cart).await?, "the box stayed ticked");
    shop.edit(&ticked(&shop, "ada@example.com").await?, json!({"accepts_marketing": false})).await?.expect(200)?;
    Ok(())
}

#[test_on_every_database]
async fn a_guest_who_refused_since_the_box_was_ticked_is_not_asked_again(shop: TestShop) -> TestResult {
    order(&shop, "ada@example.com", json!({"accepts_marketing": true})).await?;
    let ada = found(&shop, "ada").await?[0].clone();
    shop.advance(TimeDelta::minutes(1));
    let cart = ticked(&shop, "ada@example.com").await?;
    shop.patch(&path_of(&ada)).version(1).json(json!({"accepts_marketing": false})).await?.expect(200)?;
    shop.advance(TimeDelta::minutes(1));
    shop.checkout(&cart).await?.expect(201)?;
    assert_eq!(found(&shop, "ada").await?[0]["accepts_marketing"], false);
    let cart = ticked(&shop, "ada@example.com").await?;
    shop.checkout(&cart).await?.expect(201)?;
    let ada = found(&shop, "ada").await?[0].clone();
    assert_eq!((&ada["accepts_marketing"], &ada["order_count"]), (&json!(true), &json!(3)));
    let said: Option<kernel::Timestamp> = ada["accepts_marketing_at"].as_str().and_then(|at| at.parse().ok());
    assert_eq!(said, Some(shop.now() - TimeDelta::minutes(1)), "when the box was ticked");
    Ok(())
}

/// Carts have the address as it was typed; who reads its mail is one person.
#[test_on_every_database]
async fn whoever_takes_consent_back_takes_it_from_carts_of_all_capitals(shop: TestShop) -> TestResult {
    let (typed, other) = (ticked(&shop, "Ada@Example.com").await?, ticked(&shop, "eve@example.com").await?);
    let tx = shop.context().begin(&shop.origin()).await?;
    customers::withdraw_in(&tx, &Email::parse("ada@example.com")?).await?;
    tx.commit().await?;
    assert_eq!(shop.read(&typed).await?.expect(200)?.data()["accepts_marketing"], false);
    assert_eq!(shop.read(&other).await?.expect(200)?.data()["accepts_marketing"], true);
    Ok(())
}

#[test_on_every_database]
async fn staff_change_what_is_theirs_to_change(shop: TestShop) -> TestResult {
    order(&shop, "ada@example.com", json!({})).await?;
    let ada = found(&shop, "ada").await?[0].clone();
    let path = path_of(&ada);
    assert_eq!(shop.patch(&path).json(json!({})).await?.error_code(), "version_required");
    for (body, field) in [
        (json!({"tags": ["x", " "]}), "tags.1"),
        (json!({"group_id": "group_00000000000000000000000000"}), "group_id"),
        (json!({"group_id": "role_x"}), "group_id"),
        (json!({"note": "4242 4242 4242 4242"}), "note"),
        (json!({"email": "eve@example.com"}), "email"),
        (json!({"order_count": 9}), "order_count"),
    ] {
        let refused = shop.patch(&path).version(1).json(body).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{field}");
        assert!(refused.json["error"]["details"].get(field).is_some(), "{field}: {refused:?}");
    }
    let said = shop.patch(&path).version(1).json(json!({"tags": ["VIP", "vip", "Oak"], "note": "call\nback"})).await?.expect(200)?;
    assert_eq!((&said.data()["tags"], said.text("note"), &said.data()["version"]), (&json!(["VIP", "Oak"]), "call\nback", &json!(2)));
    let stale = shop.patch(&path).version(1).json(json!({"note": null})).await?;
    assert_eq!((stale.error_code(), &stale.json["error"]["context"]["current_version"]), ("version_conflict", &json!(2)));
    let tagged = shop.get(&format!("{PATH}?filter[tag]=vIP")).await?.expect(200)?;
    assert_eq!(tagged.data()[0]["id"], ada["id"]);
    let given = shop.patch(&path).version(2).json(json!({"accepts_marketing": true, "note": null})).await?.expect(200)?;
    assert_eq!((given.text("accepts_marketing_source"), &given.data()["note"]), ("staff", &Value::Null));
    const CHANGES: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM audit_records WHERE action = 'customer.changed' AND changes LIKE $1";
    for (word, count) in [("%Oak%", 1), ("%back%", 0), ("%accepts_marketing%", 1)] {
        assert_eq!(fetch_scalar::<i64>(shop.context().db.reader(), CHANGES, values![word]).await?, Some(count), "{word}");
    }
    Ok(())
}

#[test_on_every_database]
async fn groups_live_over_http_and_count_their_members(shop: TestShop) -> TestResult {
    const GROUPS: &str = "/api/v1/customer-groups";
    order(&shop, "ada@example.com", json!({})).await?;
    let ada = path_of(&found(&shop, "ada").await?[0]);
    let dealers = shop.post(GROUPS).json(json!({"name": "Dealers", "description": "They resell"})).await?.expect(201)?;
    let press = shop.post(GROUPS).json(json!({"name": "Press"})).await?.expect(201)?;
    assert_eq!(shop.post(GROUPS).json(json!({"name": "DEALERS"})).await?.error_code(), "customer_group_name_taken");
    let (dealers_path, press_path) = (dealers.header("location").to_owned(), press.header("location").to_owned());
    shop.patch(&ada).version(1).json(json!({"group_id": dealers.text("id")})).await?.expect(200)?;
    let kept = shop.delete(&dealers_path).version(1).await?;
    assert_eq!((kept.status, kept.error_code()), (409, "customer_group_in_use"));
    let members = shop.get(&format!("{PATH}?filter[group]={}", dealers.text("id"))).await?.expect(200)?;
    assert_eq!(members.data().as_array().map(Vec::len), Some(1));
    shop.patch(&ada).version(2).json(json!({"group_id": press.text("id")})).await?.expect(200)?;
    assert_eq!(shop.get(&press_path).await?.expect(200)?.data()["member_count"], 1);
    let named = shop.patch(&dealers_path).version(1).json(json!({"name": "Trade", "description": null})).await?.expect(200)?;
    assert_eq!((named.text("name"), &named.data()["description"], &named.data()["member_count"]), ("Trade", &Value::Null, &json!(0)));
    assert_eq!(shop.patch(&dealers_path).version(1).json(json!({})).await?.error_code(), "version_conflict");
    shop.delete(&dealers_path).version(2).await?.expect(204)?;
    shop.get(&dealers_path).await?.expect(404)?;
    shop.patch(&ada).version(3).json(json!({"group_id": null})).await?.expect(200)?;
    let names: Vec<Value> = shop.get(GROUPS).await?.expect(200)?.data().as_array().cloned().unwrap_or_default();
    assert_eq!(names.iter().map(|group| (&group["name"], &group["member_count"])).collect::<Vec<_>>(), [(&json!("Press"), &json!(0))]);
    assert_eq!(
        shop.events_of("customer_group").await?,
        ["customer_group.created", "customer_group.created", "customer_group.changed", "customer_group.deleted"]
    );
    Ok(())
}

/// Nothing that was told before counts again, and what somebody broke by hand is found and repaired.
#[test_on_every_database]
async fn the_sums_are_those_of_the_orders_however_often_they_are_told(shop: TestShop) -> TestResult {
    let first = order(&shop, "ada@example.com", json!({"accepts_marketing": true})).await?;
    order(&shop, "eve@example.com", json!({})).await?;
    pay(&shop, &first, 700).await?;
    let before = all(&shop).await?;
    let told = |customers: &[Value]| -> Vec<Value> {
        let plain = |customer: &Value| json!([customer["id"], customer["order_count"], customer["spent"], customer["last_order_at"]]);
        customers.iter().map(plain).collect()
    };
    let again = async || -> TestResult {
        let tx = shop.context().begin(&shop.origin()).await?;
        events::rewind(&tx, "sales.customers").await?;
        Ok(tx.commit().await?)
    };
    again().await?;
    assert_eq!(told(&all(&shop).await?), told(&before));
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "UPDATE customer_orders SET spent_minor = 1", vec![]).await?;
    execute(&tx, "UPDATE customers SET order_count = 7", vec![]).await?;
    tx.commit().await?;
    let broken = violations(shop.context().db.reader(), &wiring::invariants(), shop.now()).await?;
    assert_eq!(broken.iter().map(|rule| rule.code).collect::<Vec<_>>(), ["k01", "k02", "k03"]);
    assert!(customers::rebuild(shop.context()).await? > 0);
    assert_eq!(told(&all(&shop).await?), told(&before));
    Ok(())
}

/// The keeper and staff write the same rows at the same time, from several processes.
#[test_on_every_database]
async fn several_keepers_and_staff_at_once_lose_nothing(shop: TestShop) -> TestResult {
    for number in 0..4 {
        order(&shop, &format!("guest{}@example.com", number % 2), json!({})).await?;
    }
    while platform::outbox::relay_once(shop.context()).await? > 0 {}
    let subscriber = &wiring::subscribers()[0];
    let keep = async || events::deliver_once(shop.context(), subscriber.as_ref()).await;
    let (first, second, third) = tokio::join!(keep(), keep(), keep());
    let read = first? + second? + third?;
    assert!(read > 0);
    let counts: Vec<Value> = all(&shop).await?.iter().map(|customer| customer["order_count"].clone()).collect();
    assert_eq!(counts, [json!(2), json!(2)]);
    Ok(())
}
