//! The demo: what it prints works, what it sells is there, and starting it twice is starting it once.

use std::collections::BTreeSet;

use serde_json::Value;
use test_macro::test_on_every_database;
use tokio::process::Command;

use crate::support::{Demo, TestResult, TestShop};

/// The lines that a visitor copies place an order.
#[test_on_every_database]
async fn the_printed_lines_place_an_order(shop: TestShop) -> TestResult {
    let mut demo = Demo::start(&shop, &[])?;
    let said = demo.said_until("Ctrl-C").await?;
    let lines: Vec<&str> = said.iter().filter(|line| line.contains("curl") || line.contains("=$(")).map(String::as_str).collect();
    assert!(lines.len() >= 8, "{said:?}");

    let ran = Command::new("sh").args(["-ec", &lines.join("\n")]).output().await?;
    let answers: Vec<Value> = String::from_utf8(ran.stdout)?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{error}: {said:?}"))?;
    let [.., placed, listed] = answers.as_slice() else { return Err("too few answers".into()) };
    assert_eq!(placed["data"]["status"], "confirmed", "{placed}");
    assert_eq!(listed["data"][0]["id"], placed["data"]["id"], "{listed}");
    assert_eq!(demo.stop().await?, Some(0));
    Ok(())
}

/// Programs get one line; the shop is full, healthy, and not filled again.
#[test_on_every_database]
async fn a_demo_is_filled_once(shop: TestShop) -> TestResult {
    let mut counts = Vec::new();
    for _ in 0..2 {
        let mut demo = Demo::start(&shop, &["--json"])?;
        let ready: Value = serde_json::from_str(&demo.said_until("api_key").await?.remove(0))?;
        let client = reqwest::Client::new();
        let orders =
            client.get(format!("{}/api/v1/orders", ready["url"].as_str().unwrap())).bearer_auth(ready["api_key"].as_str().unwrap());
        assert_eq!(orders.send().await?.status(), 200);
        assert_eq!(client.get(ready["docs_url"].as_str().unwrap()).send().await?.status(), 200);
        assert_eq!(demo.stop().await?, Some(0));

        let stock = shop.run(&["stock", "list", "--json"]).await?.expect(0)?.lines()?;
        counts.push(stock.len());
        let products = shop.run(&["product", "list", "--json"]).await?.expect(0)?.lines()?;
        let slugs: BTreeSet<&str> = products.iter().filter_map(|product| product["slug"].as_str()).collect();
        assert!(slugs.len() >= 60 && slugs.len() == products.len(), "{}", slugs.len());
        let some = shop.run(&["product", "list", "--json", "--limit", "7"]).await?.expect(0)?.lines()?;
        assert_eq!(some, products[..7]);
    }
    assert_eq!(counts[0], counts[1]);
    let mug = shop.run(&["product", "show", "harbour-stoneware-mug", "--json"]).await?.expect(0)?.lines()?.remove(0);
    assert_eq!(
        (mug["variants"].as_array().map(Vec::len), mug["variants"][0]["price"]["formatted"].as_str()),
        (Some(3), Some("$18.00")),
        "{mug}"
    );
    shop.run(&["doctor"]).await?.expect(0)?;
    Ok(())
}
