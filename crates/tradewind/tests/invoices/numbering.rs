//! Numbers without gaps, however many issue at once and whoever fails on the way.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use kernel::OrderId;
use serde_json::json;
use test_macro::test_on_every_database;

use super::{by_hand, issue};
use crate::orders::place;
use crate::support::{TestResult, TestShop};

const MANY: i64 = 64;

/// 64 orders, 64 connections, and every third issue is rolled back once after it has taken its number.
#[test_on_every_database]
async fn sixty_four_issues_at_once_leave_no_gap(shop: TestShop) -> TestResult {
    by_hand(&shop).await?;
    let mug = shop.mug(1_250, MANY).await?;
    let mut orders: Vec<OrderId> = Vec::new();
    for _ in 0..MANY {
        orders.push(shop.order(&mug.id, 1, "test").await?.text("id").parse()?);
    }
    let wide = shop.with_connections(64).await?;
    let one = |(place, order): (usize, &OrderId)| {
        let (wide, order) = (wide.clone(), *order);
        async move {
            if place % 3 == 0 {
                let tx = wide.context().begin(&wide.origin()).await?;
                let lost = sales::invoices::issue_in(&tx, order).await?;
                assert!(lost.invoice.number.starts_with("INV-2026-"));
                tx.rollback().await?;
            }
            Ok(issue(&wide, &order.to_string()).await?.expect(201)?.text("number").to_owned())
        }
    };
    let numbers = join_all(orders.iter().enumerate().map(one)).await.into_iter().collect::<TestResult<BTreeSet<String>>>()?;
    let expected: BTreeSet<String> = (1..=MANY).map(|number| format!("INV-2026-{number:04}")).collect();
    assert_eq!(numbers, expected);
    wide.close().await;
    shop.settle().await?;
    let page = shop.get("/api/v1/invoices?filter[kind]=invoice&sort=created_at&limit=40").await?.expect(200)?;
    let next = page.json["meta"]["next_cursor"].as_str().ok_or("no cursor")?;
    let rest = shop.get(&format!("/api/v1/invoices?filter[kind]=invoice&sort=created_at&limit=40&after={next}")).await?.expect(200)?;
    assert_eq!((page.data().as_array().map(Vec::len), rest.data().as_array().map(Vec::len)), (Some(40), Some(24)));
    Ok(())
}

/// The year is that of the channel's clocks, and each begins at 1; one that is gone goes on where it was.
#[test_on_every_database]
async fn a_new_year_begins_at_one_where_the_shop_is(shop: TestShop) -> TestResult {
    by_hand(&shop).await?;
    let number = async |zone: &str| {
        let channel = shop.get("/api/v1/channels/default").await?.expect(200)?;
        let moved = json!({"time_zone": zone, "version": channel.data()["version"]});
        shop.patch(&format!("/api/v1/channels/{}", channel.text("id"))).json(moved).await?.expect(200)?;
        let placed = place(&shop, "test").await?;
        let issued = issue(&shop, &placed.id).await?.expect(201)?;
        shop.settle().await?;
        TestResult::Ok((issued.text("number").to_owned(), issued.text("issued_on").to_owned()))
    };
    let told = |number: &str, day: &str| (number.to_owned(), day.to_owned());
    assert_eq!(number("UTC").await?, told("INV-2026-0001", "2026-03-02"));
    let new_year = "2026-12-31T23:30:00Z".parse::<kernel::Timestamp>()?;
    shop.advance(new_year - shop.now());
    assert_eq!(number("Europe/Berlin").await?, told("INV-2027-0001", "2027-01-01"));
    assert_eq!(number("UTC").await?, told("INV-2026-0002", "2026-12-31"));
    shop.advance(TimeDelta::hours(1));
    assert_eq!(number("UTC").await?, told("INV-2027-0002", "2027-01-01"));
    Ok(())
}

#[test_on_every_database]
async fn a_channel_may_have_numbers_of_its_own(shop: TestShop) -> TestResult {
    by_hand(&shop).await?;
    let path = "/api/v1/invoice-ranges";
    let standing = shop.get(path).await?.expect(200)?;
    let prefixes: Vec<&str> = ["0/prefix", "1/prefix"].map(|place| standing.text(place)).to_vec();
    assert_eq!(prefixes, ["INV-{year}-", "CN-{year}-"]);
    let channel = shop.get("/api/v1/channels/default").await?.expect(200)?.text("id").to_owned();
    let first = place(&shop, "test").await?;
    assert_eq!(issue(&shop, &first.id).await?.expect(201)?.text("number"), "INV-2026-0001");

    let wanted = json!({"kind": "invoice", "channel_id": channel, "prefix": "WEB/", "digits": 6});
    let made = shop.post(path).json(wanted.clone()).await?.expect(201)?;
    let second = place(&shop, "test").await?;
    assert_eq!(issue(&shop, &second.id).await?.expect(201)?.text("number"), "WEB/000001");
    let one = format!("{path}/{}", made.text("id"));
    let changed = shop.patch(&one).json(json!({"prefix": "SHOP/", "digits": 2, "version": 1})).await?.expect(200)?;
    assert_eq!((changed.text("prefix"), &changed.data()["version"]), ("SHOP/", &json!(2)));
    let third = place(&shop, "test").await?;
    assert_eq!(issue(&shop, &third.id).await?.expect(201)?.text("number"), "SHOP/02", "numbers go on");

    for (body, status, code) in [
        (wanted, 409, "invoice_range_exists"),
        (json!({"kind": "credit_note", "channel_id": channel, "prefix": "SHOP/"}), 409, "invoice_prefix_taken"),
        (json!({"kind": "credit_note", "channel_id": channel, "prefix": "NO 1"}), 422, "validation_failed"),
        (json!({"kind": "receipt", "channel_id": channel, "prefix": "R-"}), 422, "validation_failed"),
        (json!({"kind": "credit_note", "channel_id": kernel::ChannelId::generate(), "prefix": "R-"}), 422, "validation_failed"),
    ] {
        let refused = shop.post(path).json(body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (status, code), "{body}");
    }
    let stale = shop.patch(&one).json(json!({"digits": 3, "version": 1})).await?;
    assert_eq!((stale.status, stale.error_code()), (409, "version_conflict"));
    let taken = shop.patch(&one).json(json!({"prefix": "CN-{year}-", "version": 2})).await?;
    assert_eq!((taken.status, taken.error_code()), (409, "invoice_prefix_taken"));
    shop.settle().await?;
    Ok(())
}
