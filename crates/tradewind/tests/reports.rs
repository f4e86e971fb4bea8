//! Reports: what they say is what the orders say.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use kernel::Timestamp;
use platform::db::{self, FromQueryResult};
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{Reply, TestResult, TestShop};

const PATH: &str = "/api/v1/reports";

async fn report(shop: &TestShop, kind: &str, from: &str, to: &str) -> TestResult<Reply> {
    let asked = shop.post(PATH).json(json!({"kind": kind, "from": from, "to": to})).await?.expect(201)?;
    let path = asked.header("location").to_owned();
    let early = shop.get(&format!("{path}/content")).await?;
    assert_eq!((asked.text("state"), early.status, early.error_code()), ("queued", 409, "report_not_ready"));
    shop.settle().await?;
    shop.get(&path).await?.expect(200)
}

/// An order that is paid.
async fn sell(shop: &TestShop, lines: &[(&str, i64)]) -> TestResult<Reply> {
    let cart = shop.cart(lines).await?;
    shop.pay(&cart, "test", "once").await?.expect(201)
}

/// The rows of a table by the names of its columns.
async fn table(shop: &TestShop, report: &Reply) -> TestResult<Vec<BTreeMap<String, String>>> {
    let reply = shop.get(report.text("content_url")).await?.expect(200)?;
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
    assert!(reply.header("content-disposition").starts_with("attachment; filename=\"sales_by_"), "{reply:?}");
    let rows: Vec<BTreeMap<String, String>> = csv::Reader::from_reader(reply.bytes.as_slice()).deserialize().collect::<Result<_, _>>()?;
    assert_eq!(report.data()["row_count"], rows.len());
    Ok(rows)
}

/// An order as the database has it.
#[derive(FromQueryResult)]
struct Sold {
    placed_at: Timestamp,
    total_minor: i64,
    item_count: i64,
}

/// Days without a sale are in it, and each order is in the day of the shop's own clock on which it was placed, over a change of that clock.
#[test_on_every_database]
async fn a_report_by_day_says_what_the_orders_say(shop: TestShop) -> TestResult {
    let channel = shop.get("/api/v1/channels").await?.expect(200)?.data()[0].clone();
    let path = format!("/api/v1/channels/{}", channel["id"].as_str().unwrap_or_default());
    shop.patch(&path)
        .version(channel["version"].as_i64().unwrap_or(1))
        .json(json!({"time_zone": "America/New_York"}))
        .await?
        .expect(200)?;
    let mug = shop.mug(1_250, 1_000).await?;
    // From 2 March on, over the night of 8 March, when the clock there is put forward.
    for hours in [0, 19, 1, 3, 24, 70, 20, 5, 1] {
        shop.advance(TimeDelta::hours(hours));
        sell(&shop, &[(&mug.id, 1 + hours % 3)]).await?;
    }
    // What is called off, and what waits for money, is not sold.
    let cancelled = shop.checkout(&shop.cart(&[(&mug.id, 1)]).await?).await?.expect(201)?;
    shop.checkout(&shop.cart(&[(&mug.id, 1)]).await?).await?.expect(201)?;
    let order = format!("/api/v1/orders/{}", cancelled.text("id"));
    let version = shop.get(&order).await?.expect(200)?.data()["version"].as_i64().ok_or("a version")?;
    shop.post(&format!("{order}/cancel")).idempotency("off").version(version).json(json!({})).await?.expect(200)?;
    let report = report(&shop, "sales_by_day", "2026-03-01", "2026-03-10").await?;
    assert_eq!((report.text("state"), report.text("time_zone")), ("ready", "America/New_York"));

    let sql = "SELECT placed_at, total_minor, item_count FROM orders WHERE status IN ('confirmed', 'completed')";
    let mut expected: BTreeMap<NaiveDate, [i64; 3]> = BTreeMap::new();
    let sold: Vec<Sold> = db::fetch_all(shop.context().db.reader(), sql, vec![]).await?;
    for order in &sold {
        let day = expected.entry(order.placed_at.with_timezone(&Tz::America__New_York).date_naive()).or_default();
        *day = [day[0] + 1, day[1] + order.item_count, day[2] + order.total_minor];
    }
    assert!(sold.len() == 9 && expected.len() > 4, "{expected:?}");
    let rows = table(&shop, &report).await?;
    assert_eq!(rows.len(), 10);
    for row in rows {
        let told = ["orders", "items", "total_minor"].map(|column| row[column].parse::<i64>().unwrap_or(-1));
        assert_eq!(told, expected.remove(&row["day"].parse()?).unwrap_or_default(), "{row:?}");
        assert_eq!(row["currency"], if told[0] > 0 { "USD" } else { "" });
    }
    assert!(expected.is_empty(), "{expected:?}");
    Ok(())
}

#[test_on_every_database]
async fn reports_by_product_and_by_customer_add_up(shop: TestShop) -> TestResult {
    let (mug, plate) = (shop.mug(1_000, 100).await?, shop.mug(300, 100).await?);
    for lines in [&[(mug.id.as_str(), 2)][..], &[(&mug.id, 1), (&plate.id, 4)], &[(&plate.id, 1)]] {
        sell(&shop, lines).await?;
    }
    shop.settle().await?;
    let by_product = table(&shop, &report(&shop, "sales_by_product", "2026-03-01", "2026-03-31").await?).await?;
    let sums: Vec<_> =
        by_product.iter().map(|row| (row["product_id"].as_str(), row["orders"].as_str(), row["quantity"].as_str())).collect();
    let (mug, plate) = (mug.product_id.to_string(), plate.product_id.to_string());
    assert_eq!(sums, [(mug.as_str(), "2", "3"), (plate.as_str(), "2", "5")]);
    let by_customer = table(&shop, &report(&shop, "sales_by_customer", "2026-03-01", "2026-03-31").await?).await?;
    assert_eq!((by_customer.len(), by_customer[0]["orders"].as_str()), (1, "3"));
    let customer = shop.get("/api/v1/customers").await?.expect(200)?.data()[0]["id"].clone();
    assert_eq!(json!(by_customer[0]["customer_id"]), customer);
    let total =
        |rows: &[BTreeMap<String, String>], column: &str| rows.iter().filter_map(|row| row[column].parse::<i64>().ok()).sum::<i64>();
    let of_orders = total(&by_customer, "total_minor") - total(&by_customer, "shipping_minor");
    assert!(of_orders > 0 && total(&by_product, "gross_minor") <= total(&by_customer, "total_minor"));
    Ok(())
}

#[test_on_every_database]
async fn a_report_that_could_not_be_made_is_refused_and_old_ones_go(shop: TestShop) -> TestResult {
    for (body, field) in [
        (json!({"kind": "sales_by_moon", "from": "2026-03-01", "to": "2026-03-02"}), "kind"),
        (json!({"kind": "sales_by_day", "from": "yesterday", "to": "2026-03-02"}), "from"),
        (json!({"kind": "sales_by_day", "from": "2026-03-03", "to": "2026-03-02"}), "to"),
        (json!({"kind": "sales_by_day", "from": "2025-03-01", "to": "2026-03-02"}), "to"),
    ] {
        let refused = shop.post(PATH).json(body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{body}");
        assert!(refused.json["error"]["details"].get(field).is_some(), "{body}: {refused:?}");
    }
    let whole_year = report(&shop, "sales_by_day", "2025-03-02", "2026-03-02").await?;
    assert_eq!(whole_year.data()["row_count"], 366);
    let missing = shop.get(&format!("{PATH}/{}/content", kernel::ReportId::generate())).await?;
    assert_eq!((missing.status, missing.error_code()), (404, "report_not_found"));
    assert_eq!(shop.get(PATH).await?.expect(200)?.data()[0]["id"], whole_year.data()["id"]);
    shop.advance(TimeDelta::days(31));
    shop.sweep(sales::reports::SWEEP).await?;
    assert_eq!(shop.get(PATH).await?.expect(200)?.data(), &json!([]));
    Ok(())
}
