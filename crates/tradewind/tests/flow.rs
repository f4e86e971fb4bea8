//! What a whole checkout sends to the database, request by request: the list that the bench's bare client runs.
//!
//! A value that differs from flow to flow is kept as what it stands for: `{"id": 3}` is the third new id, `{"the": "variants"}` a row that
//! was there before, `{"after_s": 0}` the moment of the flow, `{"number": true}` the order's. In a text, `<3>` is the third new id as a TypeID.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use platform::db::{DbBackend, Sent, Value as Bound, fetch_scalar, record_statements};
use platform::values;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;
use uuid::Uuid;

use crate::support::{TestResult, TestShop, address};

/// The lists are written anew where this variable is set.
const WRITE_VARIABLE: &str = "TRADEWIND_WRITE_STATEMENTS";
/// Rows that a shop has before anybody buys.
const STANDING: [&str; 6] = ["channels", "price_lists", "stock_locations", "shipping_methods", "products", "variants"];

/// A request of the flow, with what it answered and sent.
struct Step {
    name: &'static str,
    answer: Value,
    sent: Vec<Sent>,
}

/// One customer's way from an empty cart to an order.
async fn flow(shop: &TestShop, variant: &str) -> TestResult<Vec<Step>> {
    let made = step(shop, "create cart", ("POST", "/api/v1/carts"), "", json!({})).await?;
    let text = |step: &Step, name: &str| step.answer["data"][name].as_str().unwrap_or_default().to_owned();
    let (id, token) = (text(&made, "id"), text(&made, "token"));
    let cart = format!("/api/v1/carts/{id}");
    let (lines, methods, checkout) = (format!("{cart}/lines"), format!("{cart}/shipping-methods"), format!("{cart}/checkout"));
    let line = step(shop, "add line", ("POST", &lines), &token, json!({"variant_id": variant, "quantity": 1})).await?;
    let said = json!({"email": "ada@example.com", "shipping_address": address()});
    let said = step(shop, "address", ("PATCH", &cart), &token, said).await?;
    let offered = step(shop, "ways to ship", ("GET", &methods), &token, Value::Null).await?;
    let chosen = json!({"shipping_method_id": offered.answer["data"][0]["id"]});
    let chosen = step(shop, "way to ship", ("PATCH", &cart), &token, chosen).await?;
    let ordered = step(shop, "checkout", ("POST", &checkout), &token, json!({"payment_method": "manual"})).await?;
    Ok(vec![made, line, said, offered, chosen, ordered])
}

async fn step(shop: &TestShop, name: &'static str, (method, path): (&str, &str), token: &str, body: Value) -> TestResult<Step> {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let request = request.header("x-cart-token", token).header("idempotency-key", path);
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    // In this very task: what the server's own tasks send is not kept.
    let gateway = wiring::gateway(&wiring::shop(shop.sales().clone(), shop.accounts().clone())?);
    let (answer, sent) = record_statements(gateway.answer(request.body(body)?, None)).await;
    let status = answer.status();
    let bytes = axum::body::to_bytes(Body::new(answer.into_body()), usize::MAX).await?;
    if !status.is_success() {
        return Err(format!("{name} answered {status}: {}", String::from_utf8_lossy(&bytes)).into());
    }
    Ok(Step { name, answer: serde_json::from_slice(&bytes)?, sent })
}

/// What values stand for.
struct Meanings<'a> {
    shop: &'a TestShop,
    number: i64,
    ids: Vec<Uuid>,
    tokens: Vec<Vec<u8>>,
}

impl Meanings<'_> {
    async fn of(&mut self, value: &Bound) -> TestResult<Value> {
        Ok(match value {
            Bound::Uuid(Some(id)) => self.id(*id).await?,
            Bound::Time(Some(time)) => json!({"after_s": (*time - self.shop.now()).num_seconds()}),
            Bound::BigInt(Some(number)) if *number == self.number => json!({"number": true}),
            Bound::BigInt(Some(number)) => json!({"int": number}),
            Bound::Bool(Some(truth)) => json!({"bool": truth}),
            Bound::Text(Some(text)) => json!({"text": self.text(text)}),
            Bound::Json(Some(value)) => json!({"json": self.text(&value.to_string())}),
            Bound::Bytes(Some(bytes)) => json!({"token": self.token(bytes)}),
            Bound::Uuid(None) => json!({"null": "uuid"}),
            Bound::Time(None) => json!({"null": "time"}),
            Bound::BigInt(None) => json!({"null": "int"}),
            Bound::Bool(None) => json!({"null": "bool"}),
            Bound::Text(None) => json!({"null": "text"}),
            Bound::Json(None) => json!({"null": "json"}),
            Bound::Bytes(None) => json!({"null": "bytes"}),
        })
    }

    async fn id(&mut self, id: Uuid) -> TestResult<Value> {
        if let Some(place) = self.ids.iter().position(|known| *known == id) {
            return Ok(json!({"id": place}));
        }
        for table in STANDING {
            let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table} WHERE id = $1");
            if fetch_scalar::<i64>(self.shop.context().db.reader(), &sql, values![id]).await? == Some(1) {
                return Ok(json!({"the": table}));
            }
        }
        self.ids.push(id);
        Ok(json!({"id": self.ids.len() - 1}))
    }

    fn token(&mut self, bytes: &[u8]) -> usize {
        let place = self.tokens.iter().position(|known| known == bytes);
        place.unwrap_or_else(|| {
            self.tokens.push(bytes.to_vec());
            self.tokens.len() - 1
        })
    }

    fn text(&self, text: &str) -> String {
        let digits = |id: &Uuid| kernel::OrderId::from_uuid(*id).to_string().trim_start_matches("order_").to_owned();
        self.ids.iter().enumerate().fold(text.to_owned(), |text, (place, id)| {
            text.replace(&digits(id), &format!("<{place}>")).replace(&id.to_string(), &format!("<{place}>"))
        })
    }
}

async fn list(shop: &TestShop, steps: &[Step]) -> TestResult<Value> {
    let number = steps.last().and_then(|step| step.answer["data"]["number"].as_i64()).ok_or("an order has a number")?;
    let mut meanings = Meanings { shop, number, ids: Vec::new(), tokens: Vec::new() };
    let mut list = Vec::new();
    for step in steps {
        let mut statements = Vec::new();
        for sent in &step.sent {
            let mut values = Vec::new();
            for value in &sent.values {
                values.push(meanings.of(value).await?);
            }
            statements.push(json!({"sql": sent.sql, "in_write": sent.in_write, "values": values}));
        }
        list.push(json!({"step": step.name, "statements": statements}));
    }
    Ok(Value::Array(list))
}

fn file(backend: DbBackend) -> PathBuf {
    let name = if backend == DbBackend::Sqlite { "sqlite" } else { "postgres" };
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../bench/flow/{name}.json"))
}

fn texts(list: &Value) -> Vec<(&str, Vec<&str>)> {
    let steps = list.as_array().into_iter().flatten();
    steps
        .map(|step| {
            let statements = step["statements"].as_array().into_iter().flatten();
            (step["step"].as_str().unwrap_or_default(), statements.filter_map(|one| one["sql"].as_str()).collect())
        })
        .collect()
}

/// The second flow of a shop is like every later one: what the first finds out for all is known.
#[test_on_every_database]
async fn a_checkout_sends_what_the_bench_holds_it_against(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 100).await?;
    flow(&shop, &mug.id).await?;
    shop.advance(TimeDelta::seconds(1));
    let steps = flow(&shop, &mug.id).await?;
    let list = list(&shop, &steps).await?;
    let file = file(shop.context().db.backend());
    if std::env::var_os(WRITE_VARIABLE).is_some() {
        std::fs::create_dir_all(file.parent().ok_or("a folder")?)?;
        std::fs::write(&file, serde_json::to_string_pretty(&list)? + "\n")?;
    }
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap_or_default()).unwrap_or_default();
    assert_eq!(
        texts(&list),
        texts(&committed),
        "bench/flow is not what a checkout sends: mend it with `{WRITE_VARIABLE}=1 cargo xtask test a_checkout_sends`"
    );
    Ok(())
}
