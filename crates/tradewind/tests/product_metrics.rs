//! What was sold of each product by day: what is told is what the orders say, however often the events are told.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use kernel::Timestamp;
use platform::db::{self, FromQueryResult, violations};
use platform::events;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;

use crate::support::{Reply, TestResult, TestShop, TestVariant, make_key};

/// Orders, units, called off, net and gross.
type Figures = [i64; 5];

const CONSUMER: &str = "sales.product_metrics";

/// A line as the database has it.
#[derive(FromQueryResult)]
struct Line {
    placed_at: Timestamp,
    status: String,
    quantity: i64,
    net_minor: i64,
    gross_minor: i64,
}

/// What the orders say, worked out here: each order has one line of a product.
async fn of_orders(shop: &TestShop, of: &TestVariant, zone: Tz) -> TestResult<BTreeMap<NaiveDate, Figures>> {
    const SELECT: &str = "SELECT o.placed_at, o.status, l.quantity, l.net_minor, l.gross_minor
        FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE l.product_id = $1";
    let lines: Vec<Line> = db::fetch_all(shop.context().db.reader(), SELECT, platform::values![of.product_id]).await?;
    let mut days: BTreeMap<NaiveDate, Figures> = BTreeMap::new();
    for line in lines {
        let more = match line.status.as_str() {
            "confirmed" | "completed" => [1, line.quantity, 0, line.net_minor, line.gross_minor],
            "cancelled" | "expired" => [0, 0, line.quantity, 0, 0],
            _ => continue,
        };
        let day = days.entry(line.placed_at.with_timezone(&zone).date_naive()).or_default();
        for (sum, more) in day.iter_mut().zip(more) {
            *sum += more;
        }
    }
    Ok(days)
}

async fn read(shop: &TestShop, of: &TestVariant) -> TestResult<Reply> {
    shop.get(&format!("/api/v1/products/{}/metrics?from=2026-02-01&to=2026-05-31", of.product_id)).await?.expect(200)
}

fn figures(of: &Value) -> Figures {
    let number = |path: &str| of.pointer(path).and_then(Value::as_i64).unwrap_or(-1);
    ["/orders", "/units", "/cancelled_units", "/net/amount", "/gross/amount"].map(number)
}

async fn told(shop: &TestShop, of: &TestVariant) -> TestResult<BTreeMap<NaiveDate, Figures>> {
    let reply = read(shop, of).await?;
    let day = |row: &Value| Ok((row["day"].as_str().unwrap_or_default().parse()?, figures(row)));
    let days: BTreeMap<NaiveDate, Figures> = reply.data()["days"].as_array().into_iter().flatten().map(day).collect::<TestResult<_>>()?;
    let sums = days.values().fold([0; 5], |sums, day| std::array::from_fn(|place| sums[place] + day[place]));
    let totals = &reply.data()["totals"];
    assert_eq!(totals.as_array().map(Vec::len), Some(usize::from(!days.is_empty())), "{totals}");
    assert!(days.is_empty() || figures(&totals[0]) == sums, "{totals}");
    Ok(days)
}

async fn live_in(shop: &TestShop, zone: Tz) -> TestResult {
    let channel = shop.get("/api/v1/channels").await?.expect(200)?.data()[0].clone();
    let path = format!("/api/v1/channels/{}", channel["id"].as_str().unwrap_or_default());
    let version = channel["version"].as_i64().unwrap_or(1);
    shop.patch(&path).version(version).json(json!({"time_zone": zone.name()})).await?.expect(200)?;
    Ok(())
}

async fn cancel(shop: &TestShop, order: &Reply) -> TestResult {
    let path = format!("/api/v1/orders/{}", order.text("id"));
    let version = shop.get(&path).await?.expect(200)?.data()["version"].as_i64().ok_or("a version")?;
    shop.post(&format!("{path}/cancel")).idempotency(&path).version(version).json(json!({})).await?.expect(200)?;
    Ok(())
}

/// Orders as a shop has them: many are paid, some are called off, some are never paid, and the shop's clock goes on in steps that no day
/// divides, over the night of 8 March, when it is put forward.
async fn trade(shop: &TestShop, wares: &[TestVariant]) -> TestResult {
    for round in 0_usize..18 {
        shop.advance(TimeDelta::hours([1, 19, 3, 24, 7, 30][round % 6]));
        let (first, second) = (&wares[round % wares.len()], &wares[(round + 1) % wares.len()]);
        let lines = [(first.id.as_str(), 1 + (round % 4) as i64), (second.id.as_str(), 2)];
        let cart = shop.cart(if round % 3 == 0 { &lines } else { &lines[..1] }).await?;
        match round % 5 {
            0 => cancel(shop, &shop.checkout(&cart).await?.expect(201)?).await?,
            1 => drop(shop.checkout(&cart).await?.expect(201)?),
            _ => drop(shop.pay(&cart, "test", "once").await?.expect(201)?),
        }
        if round % 4 == 0 {
            shop.settle().await?;
        }
    }
    // What still waits for money is called off by time; one that is placed now waits on.
    shop.advance(TimeDelta::days(20));
    shop.settle().await?;
    shop.checkout(&shop.cart(&[(wares[0].id.as_str(), 1)]).await?).await?.expect(201)?;
    shop.settle().await
}

#[test_on_every_database]
async fn the_figures_of_a_product_are_those_of_its_orders_however_often_they_are_told(shop: TestShop) -> TestResult {
    let zone = Tz::America__New_York;
    live_in(&shop, zone).await?;
    let wares = [shop.mug(1_250, 1_000).await?, shop.mug(300, 1_000).await?, shop.mug(99, 1_000).await?];
    trade(&shop, &wares).await?;
    let states = "SELECT CAST(COUNT(DISTINCT status) AS BIGINT) FROM orders";
    assert_eq!(db::fetch_scalar::<i64>(shop.context().db.reader(), states, vec![]).await?, Some(4), "all but completed");

    let mut before = Vec::new();
    for ware in &wares {
        let (told, expected) = (told(&shop, ware).await?, of_orders(&shop, ware, zone).await?);
        assert_eq!(told, expected);
        assert!(told.len() > 3 && told.values().any(|day| day[2] > 0) && told.values().any(|day| day[0] > 0), "{told:?}");
        before.push(told);
    }
    // Everything from the first event on, as after a rewind; and a part of it, as an operator may ask for.
    let tx = shop.context().begin(&shop.origin()).await?;
    events::rewind(&tx, CONSUMER).await?;
    tx.commit().await?;
    shop.settle().await?;
    let subscribers = wiring::subscribers();
    let counts = subscribers.iter().find(|subscriber| subscriber.name() == CONSUMER).ok_or("a consumer")?;
    for (from, to) in [(1, i64::MAX), (40, 110), (75, 80)] {
        events::replay(shop.context(), counts.as_ref(), from, to).await?;
    }
    for (ware, before) in wares.iter().zip(&before) {
        assert_eq!(&told(&shop, ware).await?, before);
    }
    Ok(())
}

/// What somebody broke by hand is found, and counted anew by the clock that the shop has then.
#[test_on_every_database]
async fn a_recount_is_right_whatever_was_there_before(shop: TestShop) -> TestResult {
    let wares = [shop.mug(1_250, 1_000).await?, shop.mug(300, 1_000).await?];
    trade(&shop, &wares).await?;
    live_in(&shop, Tz::Pacific__Auckland).await?;
    assert_eq!(told(&shop, &wares[0]).await?, of_orders(&shop, &wares[0], Tz::UTC).await?, "what was counted stays in its day");
    let tx = shop.context().begin(&shop.origin()).await?;
    db::execute(&tx, "UPDATE product_days SET units = units + 7", vec![]).await?;
    db::execute(&tx, "UPDATE product_orders SET net_minor = 1", vec![]).await?;
    tx.commit().await?;
    let broken = violations(shop.context().db.reader(), &wiring::invariants(), shop.now()).await?;
    assert_eq!(broken.iter().map(|rule| rule.code).collect::<Vec<_>>(), ["k05", "k06"]);
    assert!(sales::product_metrics::rebuild(shop.context()).await? > 0);
    for ware in &wares {
        assert_eq!(told(&shop, ware).await?, of_orders(&shop, ware, Tz::Pacific__Auckland).await?);
    }
    Ok(())
}

#[test_on_every_database]
async fn figures_are_for_staff_who_read_reports_and_for_days_that_make_sense(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    let path = format!("/api/v1/products/{}/metrics", mug.product_id);
    let unasked = shop.get(&path).await?.expect(200)?;
    assert_eq!((unasked.text("from"), unasked.text("to"), unasked.text("time_zone")), ("2026-02-01", "2026-03-02", "UTC"));
    assert_eq!((&unasked.data()["days"], &unasked.data()["totals"]), (&json!([]), &json!([])));
    for (query, field) in [("from=yesterday", "from"), ("to=2026-02-30", "to"), ("from=2026-03-03", "to"), ("from=2025-03-01", "to")] {
        let refused = shop.get(&format!("{path}?{query}")).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{query}");
        assert!(refused.json["error"]["details"].get(field).is_some(), "{query}: {refused:?}");
    }
    assert_eq!(shop.get(&format!("{path}?since=2026-03-01")).await?.status, 400);
    let missing = shop.get(&format!("/api/v1/products/{}/metrics", kernel::ProductId::generate())).await?;
    assert_eq!((missing.status, missing.error_code()), (404, "product_not_found"));
    let key = make_key(&shop, &["products:read"]).await?;
    assert_eq!(shop.get(&path).key(&key).await?.status, 403);
    Ok(())
}
