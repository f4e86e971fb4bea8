//! The ledger over HTTP: what moved, and what all of it comes to.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::orders::place;
use crate::refunds::give_back;
use crate::support::{TestResult, TestShop};

const ENTRIES: &str = "/api/v1/ledger/entries";

/// Two paid orders and a refund of one: entries that each sum to zero, and balances that are their sums: nobody owes anything.
#[test_on_every_database]
async fn every_movement_is_an_entry_and_balances_are_their_sums(shop: TestShop) -> TestResult {
    let (first, second) = (place(&shop, "test").await?, place(&shop, "test").await?);
    place(&shop, "manual").await?;
    give_back(&shop, &first, json!({ "lines": [[1, false]] })).await?.expect(201)?;
    shop.settle().await?;

    let all = shop.get(ENTRIES).await?.expect(200)?;
    let kinds: Vec<&str> = all.data().as_array().ok_or("no list")?.iter().filter_map(|entry| entry["kind"].as_str()).collect();
    assert_eq!(kinds, ["allowance", "refund", "sale", "capture", "sale", "capture"], "the newest first; what nobody paid is none");
    for entry in all.data().as_array().into_iter().flatten() {
        let amounts = entry["lines"].as_array().ok_or("no lines")?.iter().filter_map(|line| line["amount"]["amount"].as_i64());
        assert_eq!((amounts.clone().count() >= 2, amounts.sum::<i64>()), (true, 0), "{entry}");
    }
    let of_second = shop.get(&format!("{ENTRIES}?filter[order]={}", second.id)).await?.expect(200)?;
    assert_eq!((of_second.data().as_array().map(Vec::len), of_second.text("0/order_id")), (Some(2), second.id.as_str()));
    let lines = |entry: usize| -> Vec<(&str, i64)> {
        let line = |line: &'_ Value| line["amount"]["amount"].as_i64().unwrap_or(0);
        let lines = of_second.data()[entry]["lines"].as_array();
        lines.into_iter().flatten().map(|of| (of["account"].as_str().unwrap_or_default(), line(of))).collect()
    };
    assert_eq!(lines(0), [("customer_receivable", 3_000), ("revenue", -2_500), ("shipping", -500)]);
    assert_eq!(lines(1), [("customer_receivable", -3_000), ("provider:test", 3_000)]);

    let of_provider = shop.get(&format!("{ENTRIES}?filter[account]=provider:test&sort=created_at&limit=2")).await?.expect(200)?;
    let next = of_provider.json["meta"]["next_cursor"].as_str().ok_or("no cursor")?;
    let rest = shop.get(&format!("{ENTRIES}?filter[account]=provider:test&sort=created_at&limit=2&after={next}")).await?.expect(200)?;
    assert_eq!((of_provider.data().as_array().map(Vec::len), rest.text("0/kind")), (Some(2), "refund"));
    assert_eq!(shop.get(&format!("{ENTRIES}?filter[account]=cash:till")).await?.expect(200)?.data(), &json!([]));
    let refused = shop.get(&format!("{ENTRIES}?filter[account]=Nowhere")).await?;
    assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"));

    let balances = shop.get("/api/v1/ledger/balances").await?.expect(200)?;
    let sum_of = |entries: &Value, account: &str| -> i64 {
        let lines = entries.as_array().into_iter().flatten().flat_map(|entry| entry["lines"].as_array().into_iter().flatten());
        lines.filter(|line| line["account"] == account).filter_map(|line| line["amount"]["amount"].as_i64()).sum()
    };
    let accounts = ["customer_receivable", "provider:test", "refunds", "revenue", "shipping"];
    let expected: Vec<(&str, i64)> = accounts.into_iter().map(|account| (account, sum_of(all.data(), account))).collect();
    let balances: Vec<(&str, i64)> = balances
        .data()
        .as_array()
        .ok_or("no balances")?
        .iter()
        .map(|line| (line["account"].as_str().unwrap_or_default(), line["amount"]["amount"].as_i64().unwrap_or(0)))
        .collect();
    assert_eq!(balances, expected);
    let figures: Vec<i64> = expected.iter().map(|(_, minor)| *minor).collect();
    assert_eq!(figures, [0, 4_750, 1_250, -5_000, -1_000]);
    Ok(())
}
