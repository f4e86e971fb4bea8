//! The authorisation matrix: every route of the document against everybody who may not, and every write against fields that
//! are not its own. No route is named here: a new one has its row by being in the document.

mod bodies;
mod callers;
mod cards;
mod shaping;

use reqwest::Method;
use serde_json::Value;
use test_macro::test_on_every_database;
use tradewind::matrix::{self, Ask, Row, Variable};

use crate::support::{Reply, TestResult, TestShop, make_key};
use callers::{Callers, Things};

fn rows() -> Vec<Row> {
    let (rows, uncovered) = matrix::read(&document());
    assert_eq!(uncovered, [""; 0], "routes that do not say who may");
    assert!(rows.len() > 50);
    rows
}

fn document() -> Value {
    serde_json::to_value(api::document()).unwrap()
}

fn method(row: &Row) -> Method {
    row.method.parse().unwrap()
}

/// The body but for what differs between any two requests.
fn told(reply: &Reply) -> (u16, Value) {
    let mut json = reply.json.clone();
    if let Some(error) = json["error"].as_object_mut() {
        error.remove("timestamp").expect("a refusal tells the time");
        error.remove("request_id").expect("a refusal names its request");
    }
    (reply.status, json)
}

/// The permissions that open a route.
fn permissions(row: &Row) -> Vec<&'static str> {
    let name = |ask: &Ask| if let Ask::Permission(permission) = ask { Some(permission.name()) } else { None };
    row.asks.iter().filter_map(name).collect()
}

/// Two paths of a route: with things that exist, as far as there are any, and with ids of nothing.
fn paths(row: &Row, things: &Things) -> [String; 2] {
    [row.filled(|variable| things.existing(variable)), row.filled(Things::missing)]
}

#[test_on_every_database]
async fn a_stranger_is_told_401_whatever_there_is(shop: TestShop) -> TestResult {
    let (things, callers) = (Things::make(&shop).await?, Callers::make(&shop).await?);
    for row in rows() {
        let [existing, missing] = paths(&row, &things);
        for dead in [&callers.wrong, &callers.expired, &callers.revoked] {
            let first = shop.ask(method(&row), &existing).key(dead).await?;
            let second = shop.ask(method(&row), &missing).key(dead).await?;
            assert_eq!((first.status, first.error_code()), (401, "unauthenticated"), "{} {existing}", row.method);
            assert_eq!(told(&first), told(&second), "{} {existing}", row.method);
        }
        let first = shop.ask(method(&row), &existing).anonymous().await?;
        let second = shop.ask(method(&row), &missing).anonymous().await?;
        if row.asks.contains(&Ask::Anyone) {
            assert!(![401, 403].contains(&first.status) && ![401, 403].contains(&second.status), "{} {existing}", row.method);
        } else {
            assert_eq!(first.status, 401, "{} {existing}: {first:?}", row.method);
            assert_eq!(told(&first), told(&second), "{} {existing}", row.method);
        }
    }
    Ok(())
}

#[test_on_every_database]
async fn staff_without_the_permission_are_told_403_whatever_there_is(shop: TestShop) -> TestResult {
    let things = Things::make(&shop).await?;
    let publishable = callers::publishable(&shop).await?;
    let (_, person) = crate::me::somebody(&shop).await?;
    for row in rows() {
        let needed = permissions(&row);
        if needed.is_empty() || row.asks.contains(&Ask::Anyone) {
            continue;
        }
        let others: Vec<&str> = gateway::Permission::NAMES.iter().copied().filter(|name| !needed.contains(name)).collect();
        let [existing, missing] = paths(&row, &things);
        // A customer who signed in is nobody here, unless the route is for people, too.
        let customer = if row.asks.contains(&Ask::SignedIn) { &publishable } else { &person };
        for key in [&make_key(&shop, &others).await?, &publishable, customer] {
            let first = shop.ask(method(&row), &existing).key(key).await?;
            let second = shop.ask(method(&row), &missing).key(key).await?;
            assert_eq!((first.status, first.error_code()), (403, "forbidden"), "{} {existing}", row.method);
            assert_eq!(told(&first), told(&second), "{} {existing}", row.method);
        }
        // The document names the very permission that the handler asks for.
        for name in needed {
            let opened = shop.ask(method(&row), &missing).key(&make_key(&shop, &[name]).await?).await?;
            assert!(![401, 403].contains(&opened.status), "{} {missing} with {name}: {opened:?}", row.method);
        }
    }
    Ok(())
}

#[test_on_every_database]
async fn what_is_missing_answers_like_what_is_no_id(shop: TestShop) -> TestResult {
    let (things, document) = (Things::make(&shop).await?, document());
    let (_, person) = crate::me::somebody(&shop).await?;
    for row in rows().into_iter().filter(|row| row.variables.iter().any(|variable| matches!(variable, Variable::Id(_)))) {
        let body = row.body.as_ref().map(|schema| bodies::sample(&document, schema));
        let is_holders = row.asks.contains(&Ask::CartToken) && permissions(&row).is_empty();
        let last = row.variables.iter().rposition(|variable| matches!(variable, Variable::Id(_)));
        let [missing, nonsense] = [Things::missing as fn(&Variable) -> String, |_| "x".to_owned()].map(|instead| {
            let mut place = 0..;
            row.filled(|variable| if place.next() == last { instead(variable) } else { things.existing(variable) })
        });
        let mut answers = Vec::new();
        for path in [&missing, &nonsense] {
            let ask = shop.ask(method(&row), path).idempotency("once");
            let ask = if row.method == "GET" { ask } else { ask.version(1) };
            let ask = if is_holders { ask.cart(things.cart_token()) } else { ask };
            let ask = if row.asks == [Ask::SignedIn] { ask.key(&person) } else { ask };
            let ask = if let Some(body) = &body { ask.json(body.clone()) } else { ask };
            answers.push(told(&ask.await?));
        }
        assert_eq!(answers[0].0, 404, "{} {missing}: {answers:?} {body:?}", row.method);
        assert_eq!(answers[0], answers[1], "{} {missing}", row.method);
    }
    Ok(())
}

#[test_on_every_database]
async fn another_carts_things_answer_like_missing_ones(shop: TestShop) -> TestResult {
    let (things, document) = (Things::make(&shop).await?, document());
    for row in rows().into_iter().filter(|row| row.asks.contains(&Ask::CartToken) && !row.variables.is_empty()) {
        let body = row.body.as_ref().map(|schema| bodies::sample(&document, schema));
        let mut answers = Vec::new();
        for path in paths(&row, &things) {
            let ask = shop.ask(method(&row), &path).cart(things.other_cart_token()).idempotency("once");
            let ask = if let Some(body) = &body { ask.json(body.clone()) } else { ask };
            answers.push(told(&ask.await?));
        }
        assert_eq!(answers[0].0, 404, "{} {}: {answers:?}", row.method, row.path);
        assert_eq!(answers[0], answers[1], "{} {}", row.method, row.path);
    }
    Ok(())
}

/// What attackers add to bodies in the hope that somebody stores it.
const FOREIGN: [&str; 16] = [
    "id",
    "user_id",
    "owner",
    "role",
    "roles",
    "is_admin",
    "paid",
    "payment_status",
    "status",
    "total",
    "price",
    "discount",
    "created_by",
    "created_at",
    "__proto__",
    "tenant_id",
];

#[test_on_every_database]
async fn fields_that_are_not_in_the_schema_are_refused_on_every_write(shop: TestShop) -> TestResult {
    let (things, document) = (Things::make(&shop).await?, document());
    let facts = || platform::db::fetch_scalar::<i64>(shop.context().db.reader(), "SELECT CAST(COUNT(*) AS BIGINT) FROM outbox", vec![]);
    let (_, person) = crate::me::somebody(&shop).await?;
    let before = facts().await?;
    for row in rows() {
        let Some(schema) = &row.body else { continue };
        let own = bodies::members(&document, schema);
        let path = row.filled(|variable| things.existing(variable));
        for field in FOREIGN.iter().filter(|field| !own.contains(&(**field).to_owned())) {
            let mut body = bodies::sample(&document, schema);
            body[*field] = "x".into();
            let ask = shop.ask(method(&row), &path).idempotency("once").version(1).json(body);
            let ask = if row.asks.contains(&Ask::CartToken) && permissions(&row).is_empty() { ask.cart(things.cart_token()) } else { ask };
            let ask = if row.asks == [Ask::SignedIn] { ask.key(&person) } else { ask };
            let refused = ask.await?;
            assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{} {path} {field}: {refused:?}", row.method);
            assert!(refused.json["error"]["details"].get(field).is_some(), "{} {path} {field}: {refused:?}", row.method);
        }
    }
    assert_eq!(facts().await?, before, "something was written");
    Ok(())
}

/// The same at any depth, as the document promises it.
#[test]
fn no_body_takes_unknown_members_at_any_depth() {
    let document = document();
    for row in rows() {
        if let Some(schema) = &row.body {
            bodies::refuse_open_objects(&document, schema, &format!("{} {}", row.method, row.path), 0);
        }
    }
}
