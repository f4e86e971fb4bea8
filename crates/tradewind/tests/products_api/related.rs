//! The products that one points at.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{address, body, create};
use crate::support::{TestResult, TestShop};

fn titles(related: &Value, kind: &str) -> Vec<String> {
    related[kind].as_array().into_iter().flatten().map(|card| card["title"].as_str().unwrap_or_default().to_owned()).collect()
}

/// By kind, in the order of staff, with what a list shows of them; what is not for sale is for staff alone.
#[test_on_every_database]
async fn a_product_shows_those_that_it_points_at(shop: TestShop) -> TestResult {
    let mut ids = Vec::new();
    for (place, title) in (1_i64..).zip(["Saucer", "Teapot", "Spoon"]) {
        ids.push(create(&shop, body(title, title, 100 * place)).await?.text("id").to_owned());
    }
    let draft = create(&shop, json!({ "title": "Tray", "status": "draft" })).await?.text("id").to_owned();
    let relation = |kind: &str, id: &str| json!({ "kind": kind, "product_id": id });
    let mut mug = body("Mug", "MUG", 1_000);
    mug["relations"] = json!([
        relation("cross_sell", &ids[2]),
        relation("upsell", &ids[1]),
        relation("cross_sell", &ids[0]),
        relation("cross_sell", &draft)
    ]);
    let path = format!("{}/related", address(&create(&shop, mug).await?));

    let shown = shop.get(&path).anonymous().await?.expect(200)?;
    assert_eq!(
        (titles(shown.data(), "cross_sell"), titles(shown.data(), "upsell")),
        (vec!["Spoon".into(), "Saucer".into()], vec!["Teapot".into()])
    );
    assert_eq!((&shown.data()["grouped"], &shown.data()["upsell"][0]["price_min"]["amount"]), (&json!([]), &json!(200)));
    let for_staff = shop.get(&path).await?.expect(200)?;
    assert_eq!(titles(for_staff.data(), "cross_sell"), ["Spoon", "Saucer", "Tray"]);
    let by_slug = shop.get("/api/v1/products/mug/related").anonymous().await?.expect(200)?;
    assert_eq!(by_slug.data(), shown.data());

    let spoon = format!("/api/v1/products/{}", ids[2]);
    shop.patch(&spoon).version(1).json(json!({ "status": "archived" })).await?.expect(200)?;
    let shown = shop.get(&path).anonymous().await?.expect(200)?;
    assert_eq!(titles(shown.data(), "cross_sell"), ["Saucer"], "what is in memory follows");
    let missing = shop.get(&format!("/api/v1/products/{draft}/related")).anonymous().await?;
    assert_eq!((missing.status, missing.error_code()), (404, "product_not_found"));
    Ok(())
}
