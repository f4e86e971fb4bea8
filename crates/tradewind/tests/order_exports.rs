//! Orders as a table (`/api/v1/orders/export`): a row for each line, however many orders there are.

use kernel::{OrderLineId, PageRequest};
use platform::db::insert_many;
use platform::values;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sales::order_exports;
use sales::orders::{OrderFilter, OrderQuery, OrderSort};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::orders::place;
use crate::support::{Reply, TestResult, TestShop, address, make_key, variant};

const PATH: &str = "/api/v1/orders/export";

/// The rows of a table by the names of its columns.
fn rows(bytes: &[u8]) -> TestResult<Vec<Value>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let head = reader.headers()?.clone();
    let row =
        |row: csv::StringRecord| -> Value { head.iter().zip(row.iter()).map(|(name, cell)| (name.to_owned(), json!(cell))).collect() };
    Ok(reader.records().map(|record| record.map(row)).collect::<Result<_, _>>()?)
}

async fn exported(shop: &TestShop, query: &str) -> TestResult<Reply> {
    shop.get(&format!("{PATH}?{query}")).await?.expect(200)
}

/// What was sold stands in the table to the cent, below the names of its columns; the filters are those of the list, and nobody's formula runs.
#[test_on_every_database]
async fn a_table_has_a_row_for_each_line_of_an_order(shop: TestShop) -> TestResult {
    let paid = place(&shop, "test").await?;
    let pot = shop.product("=HYPERLINK(\"x\")").variant(variant("POT", 700)).create().await?.variants[0].variant.id.to_string();
    let cup = shop.mug(300, 5).await?;
    let sell = json!({ "tracked": false });
    shop.patch(&format!("/api/v1/products/{}/variants/{pot}", "hyperlink-x")).version(1).json(sell).await?.expect(200)?;
    let cart = shop.cart(&[(&cup.id, 1), (&pot, 3)]).await?;
    let mut buyer = address();
    buyer["name"] = json!("+1, \"Ada\"");
    shop.edit(&cart, json!({ "shipping_address": buyer })).await?.expect(200)?;
    let second = shop.checkout(&cart).await?.expect(201)?;
    shop.settle().await?;

    let table = exported(&shop, "sort=number").await?;
    assert_eq!(
        (table.header("content-type"), table.header("content-disposition")),
        ("text/csv; charset=utf-8", "attachment; filename=\"orders.csv\"")
    );
    let text = String::from_utf8(table.bytes.clone())?;
    assert!(text.starts_with("order_number,order_id,placed_at,status,") && text.ends_with("\r\n"), "{text}");
    let rows = rows(&table.bytes)?;
    let order = shop.get(&format!("/api/v1/orders/{}", second.text("id"))).await?.expect(200)?;
    assert_eq!(rows.iter().map(|row| &row["order_id"]).collect::<Vec<_>>(), [&json!(paid.id), &second.data()["id"], &second.data()["id"]]);
    for (row, line) in rows[1..].iter().zip(order.data()["lines"].as_array().ok_or("lines")?) {
        let minor = |name: &str| line[name]["amount"].to_string();
        for (column, expected) in [
            ("line_id", line["id"].as_str().unwrap_or_default().to_owned()),
            ("quantity", line["quantity"].to_string()),
            ("unit_price", minor("unit_price")),
            ("discount", minor("discount")),
            ("net", minor("net")),
            ("tax", minor("tax")),
            ("gross", minor("total")),
            ("placed_at", "2026-03-02T09:30:00Z".to_owned()),
            ("order_total", order.data()["totals"]["total"]["amount"].to_string()),
            ("currency", "USD".to_owned()),
            ("status", "pending".to_owned()),
            ("email", "ada@example.com".to_owned()),
            ("customer_name", "'+1, \"Ada\"".to_owned()),
        ] {
            assert_eq!(row[column], expected, "{column}: {row}");
        }
    }
    assert_eq!((&rows[2]["title"], &rows[2]["sku"]), (&json!("'=HYPERLINK(\"x\")"), &json!("POT")));

    let confirmed = exported(&shop, "filter[status]=confirmed&filter[customer]=ada@example.com").await?;
    assert_eq!(self::rows(&confirmed.bytes)?.iter().map(|row| &row["order_id"]).collect::<Vec<_>>(), [&json!(paid.id)]);
    let none = exported(&shop, "filter[status]=cancelled").await?;
    assert_eq!((self::rows(&none.bytes)?.len(), String::from_utf8(none.bytes)?.lines().count()), (0, 1));
    Ok(())
}

/// Whoever takes orders out may read them, and is noted with what was filtered by, but not with whom that named.
#[test_on_every_database]
async fn an_export_is_noted_and_needs_the_permission(shop: TestShop) -> TestResult {
    let writer = make_key(&shop, &["orders:write"]).await?;
    assert_eq!(shop.get(PATH).key(&writer).await?.error_code(), "forbidden");
    assert_eq!(shop.get(PATH).anonymous().await?.error_code(), "unauthenticated");
    assert_eq!(shop.get(&format!("{PATH}?filter[colour]=red")).await?.error_code(), "unknown_parameter");
    assert_eq!(shop.get(&format!("{PATH}?filter[customer]=nobody")).await?.status, 422);
    exported(&shop, "filter[customer]=ada@example.com&filter[status]=pending").await?;
    shop.settle().await?;
    let noted = shop.get("/api/v1/audit-log?filter[action]=orders.exported").await?.expect(200)?;
    assert_eq!(noted.data().as_array().map(Vec::len), Some(1));
    let text = noted.data().to_string();
    assert!(text.contains("customer") && text.contains("status") && !text.contains("ada@"), "{text}");
    Ok(())
}

/// Page behind page, each order comes once and in the order of the list, whatever ties stand at the ends of pages.
#[test_on_every_database]
async fn every_order_comes_once_however_many_there_are(shop: TestShop) -> TestResult {
    let mug = shop.mug(100, 1).await?;
    let (filter, page) = (OrderFilter::default(), PageRequest::first(1));
    let query = OrderQuery { filter, sort: OrderSort::Total, descending: true, page };
    let mut export = order_exports::begin(shop.context(), &shop.origin(), query.clone()).await?;
    let mut all =
        crate::order_list::population(&mut StdRng::seed_from_u64(20_261_124), shop.now(), [shop.user().await?, shop.user().await?]);
    all.truncate(350);
    let tx = shop.context().begin(&shop.origin()).await?;
    crate::order_list::insert(&tx, &all).await?;
    let insert =
        "INSERT INTO order_lines (id, order_id, position, variant_id, product_id, title, variant_title, options, custom_options, kind,
        requires_shipping, tracked, tax_class, quantity, unit_price_minor, net_minor, tax_minor, gross_minor, created_at) VALUES";
    let line = |order: &crate::order_list::Known, position: i64| {
        let (nothing, title) = (|| json!({}), format!("{}-{position}", order.number));
        values![
            OrderLineId::generate(),
            order.id,
            position,
            mug.variant_id,
            mug.product_id,
            title,
            "",
            nothing(),
            nothing(),
            "physical",
            true,
            true,
            "standard",
            1,
            0,
            0,
            0,
            0,
            shop.now()
        ]
    };
    insert_many(&tx, insert, all.iter().flat_map(|order| [line(order, 0), line(order, 1)]).collect(), "").await?;

    let (mut table, mut pieces) = (String::new(), 0);
    while let Some(piece) = export.next(&tx).await? {
        pieces += 1;
        table.push_str(&piece);
    }
    let found: Vec<String> = rows(table.as_bytes())?.iter().filter_map(|row| row["title"].as_str()).map(str::to_owned).collect();
    let page = PageRequest::first(100);
    let mut expected = Vec::new();
    for number in 1..=4 {
        let position = kernel::Position::Number(number);
        let listed = sales::orders::list(&tx, &OrderQuery { page: PageRequest { position, ..page.clone() }, ..query.clone() }).await?;
        expected.extend(listed.items.iter().flat_map(|order| [0, 1].map(|position| format!("{}-{position}", order.number))));
    }
    assert_eq!((found.len(), pieces), (700, 4));
    assert_eq!(found, expected);
    Ok(tx.rollback().await?)
}
