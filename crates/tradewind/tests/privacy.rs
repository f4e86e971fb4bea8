//! What the shop knows of persons: listed whole, told on demand, forgotten on demand.

use std::collections::{BTreeMap, BTreeSet};

use accounts::addresses::{self, AddAddress, Defaults};
use kernel::{Actor, Email, Origin, UserId};
use platform::privacy::{self, ExportStatus};
use sales::orders;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;

use crate::support::{TestResult, TestShop, columns, place, traces_of};

/// Columns that tell of nobody, a table a line: `table: column column`. A new column is put here, or into the list of the place
/// that knows of persons, by somebody who has thought about it.
const IMPERSONAL: &str = include_str!("privacy/impersonal.txt");

#[test_on_every_database]
async fn every_column_tells_of_a_person_or_is_known_not_to(shop: TestShop) -> TestResult {
    let in_schema: BTreeSet<String> = columns(&shop).await?.into_iter().map(|row| format!("{}.{}", row.of_table, row.name)).collect();
    let places = wiring::personal_places();
    let personal: Vec<String> = places
        .iter()
        .flat_map(|place| place.columns().iter().flat_map(|(table, names)| names.iter().map(move |name| format!("{table}.{name}"))))
        .collect();
    let lines = IMPERSONAL.lines().filter_map(|line| line.split_once(": "));
    let impersonal: Vec<String> =
        lines.flat_map(|(table, names)| names.split_whitespace().map(move |name| format!("{table}.{name}"))).collect();
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for name in personal.iter().chain(&impersonal) {
        *told.entry(name).or_default() += 1;
    }
    let twice: Vec<&&str> = told.iter().filter(|(_, count)| **count > 1).map(|(name, _)| name).collect();
    let unknown: Vec<&&str> = told.keys().filter(|name| !in_schema.contains(**name)).collect();
    let missing: Vec<&String> = in_schema.iter().filter(|name| !told.contains_key(name.as_str())).collect();
    assert!(twice.is_empty() && unknown.is_empty(), "listed twice: {twice:?}; in no table: {unknown:?}");
    assert!(missing.is_empty(), "do these tell of a person? {missing:?}");
    Ok(())
}

/// Texts that no other test knows, so that whoever finds one has found this person.
const CANARIES: [&str; 3] = ["ada@example.com", "Analytical Row", "Ada Lovelace"];

/// Somebody who bought something, kept an address and has a cart.
async fn customer(shop: &TestShop) -> TestResult<UserId> {
    let ada = shop.user().await?;
    let mug = shop.mug(1_250, 10).await?;
    let order = shop.order(&mug.id, 1, "manual").await?.text("id").to_owned();
    let other = shop.order(&mug.id, 1, "manual").await?.text("id").to_owned();
    crate::promotions::order_with_everything_limited(shop).await?;
    // Words of staff that tell of the person, wherever they may write some.
    let words = CANARIES[2];
    let cancel = json!({"reason": format!("{words} changed her mind"), "version": 1});
    shop.post(&format!("/api/v1/orders/{other}/cancel")).idempotency("cancel").json(cancel).await?.expect(200)?;
    let paid = json!({"amount": {"amount": 100, "currency": "USD"}, "note": format!("handed over by {words}")});
    shop.post(&format!("/api/v1/orders/{order}/payments")).idempotency("pay").json(paid).await?.expect(201)?;
    shop.post(&format!("/api/v1/orders/{order}/notes")).json(json!({"body": format!("{words} calls often")})).await?.expect(201)?;
    let user = format!("/api/v1/users/{ada}");
    let closed = json!({"status": "deactivated", "reason": format!("{words} is on holiday"), "version": 1});
    shop.patch(&user).json(closed).await?.expect(200)?;
    orders::claim(shop.context(), &Origin::system(), ada, &Email::parse(CANARIES[0])?).await?;
    let by = Origin::of(Actor::User(ada));
    addresses::add(shop.context(), &by, ada, AddAddress { address: place("12 Analytical Row")?, defaults: Defaults::default() }).await?;
    Ok(ada)
}

#[test_on_every_database]
async fn an_archive_has_a_part_from_every_place(shop: TestShop) -> TestResult {
    let ada = customer(&shop).await?;
    let by = Origin::of(Actor::User(ada));
    let asked = privacy::request_export(shop.context(), &by, ada).await?;
    let again = privacy::request_export(shop.context(), &by, ada).await?;
    assert_eq!((asked.status, asked.id), (ExportStatus::Pending, again.id), "one is under way");
    shop.settle().await?;
    let ready = privacy::latest_export(shop.context().db.reader(), ada, shop.now()).await?.ok_or("no archive")?;
    let archive: Value = serde_json::from_str(&ready.archive.ok_or("it is not ready")?)?;
    let parts: Vec<&str> = wiring::personal_places().iter().map(platform::privacy::PersonalPlace::name).collect();
    assert_eq!(archive["data"].as_object().map(|data| data.keys().map(String::as_str).collect()), Some(parts));
    assert_eq!(archive["data"]["orders"][0]["email"], CANARIES[0]);
    assert_eq!(archive["data"]["promotions"][0]["name"], "Tenth");
    assert_eq!(archive["data"]["addresses"][0]["address"]["line1"], "12 Analytical Row");
    shop.advance(chrono::TimeDelta::days(7));
    assert!(privacy::latest_export(shop.context().db.reader(), ada, shop.now()).await?.is_none(), "it is kept for a week");
    Ok(())
}

#[test_on_every_database]
async fn nothing_tells_who_it_was_once_a_person_is_erased(shop: TestShop) -> TestResult {
    let ada = customer(&shop).await?;
    privacy::request_export(shop.context(), &Origin::of(Actor::User(ada)), ada).await?;
    shop.settle().await?;
    assert!(orders::has_open_orders(shop.context().db.reader(), ada).await?);
    let places = traces_of(&shop, &CANARIES).await?;
    assert!(
        [
            "order_contacts.email",
            "idempotency_keys.answer_body",
            "orders.cancel_reason",
            "payments.note",
            "promotion_customers.customer_key",
            "promotion_uses.email_key",
            "users.status_reason"
        ]
        .iter()
        .all(|place| places.contains(&(*place).to_owned())),
        "{places:?}"
    );
    let tx = shop.context().begin(&shop.origin()).await?;
    privacy::erase_in(&tx, &wiring::personal_places(), ada).await?;
    tx.commit().await?;
    assert_eq!(traces_of(&shop, &CANARIES).await?, Vec::<String>::new());
    let order = orders::list(shop.context().db.reader(), &crate::belongings::of(ada)).await?;
    assert_eq!(order.items.first().map(|order| (order.total.minor() > 0, order.email.as_str())), Some((true, "erased@erased.invalid")));
    Ok(())
}
