//! Products and categories that have another slug now.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{body, create};
use crate::support::{Reply, TestResult, TestShop};

/// Gives a thing another slug.
async fn rename(shop: &TestShop, path: &str, slug: &str) -> TestResult {
    let version = shop.get(path).await?.expect(200)?.data()["version"].as_i64().unwrap_or(0);
    shop.patch(path).version(version).json(json!({ "slug": slug })).await?.expect(200).map(drop)
}

async fn read(shop: &TestShop, path: &str) -> TestResult<Reply> {
    shop.get(path).anonymous().await
}

/// Where an old address leads.
async fn leads_to(shop: &TestShop, path: &str) -> TestResult<String> {
    let moved = read(shop, path).await?;
    assert_eq!((moved.status, moved.error_code()), (301, "moved"), "{path}: {moved:?}");
    Ok(moved.header("location").to_owned())
}

/// However often a product is renamed, each of its addresses leads to the present one at once, with what else is asked.
#[test_on_every_database]
async fn a_product_is_found_by_each_slug_that_it_had(shop: TestShop) -> TestResult {
    let mug = create(&shop, body("Mug", "MUG", 1_000)).await?.header("location").to_owned();
    rename(&shop, &mug, "cup").await?;
    assert_eq!(leads_to(&shop, "/api/v1/products/mug").await?, "/api/v1/products/cup");
    rename(&shop, &mug, "beaker").await?;
    assert_eq!(leads_to(&shop, "/api/v1/products/mug?include=media").await?, "/api/v1/products/beaker?include=media");
    assert_eq!(leads_to(&shop, "/api/v1/products/cup").await?, "/api/v1/products/beaker");
    rename(&shop, &mug, "кружка").await?;
    assert_eq!(leads_to(&shop, "/api/v1/products/cup").await?, "/api/v1/products/%D0%BA%D1%80%D1%83%D0%B6%D0%BA%D0%B0");
    rename(&shop, &mug, "mug").await?;
    assert_eq!(read(&shop, "/api/v1/products/mug").await?.expect(200)?.text("title"), "Mug", "its own again");
    assert_eq!(leads_to(&shop, "/api/v1/products/beaker").await?, "/api/v1/products/mug");

    let version = shop.get(&mug).await?.expect(200)?.data()["version"].as_i64().unwrap_or(0);
    shop.patch(&mug).version(version).json(json!({ "status": "draft" })).await?.expect(200)?;
    assert_eq!(read(&shop, "/api/v1/products/cup").await?.error_code(), "product_not_found", "nobody learns the address of a draft");
    assert_eq!(shop.get("/api/v1/products/cup").await?.status, 301, "but for staff");
    shop.delete(&mug).version(version + 1).await?.expect(204)?;
    assert_eq!(shop.get("/api/v1/products/cup").await?.error_code(), "product_not_found");
    Ok(())
}

/// Whoever takes a former slug has it, and whoever had it last is led to.
#[test_on_every_database]
async fn a_slug_that_is_taken_anew_is_the_new_products(shop: TestShop) -> TestResult {
    let first = create(&shop, body("Mug", "MUG-1", 1_000)).await?.header("location").to_owned();
    rename(&shop, &first, "old-mug").await?;
    let second = create(&shop, body("Mug", "MUG-2", 2_000)).await?;
    assert_eq!(second.text("slug"), "mug");
    assert_eq!(read(&shop, "/api/v1/products/mug").await?.expect(200)?.text("id"), second.text("id"));
    rename(&shop, second.header("location"), "new-mug").await?;
    assert_eq!(leads_to(&shop, "/api/v1/products/mug").await?, "/api/v1/products/new-mug");
    Ok(())
}

#[test_on_every_database]
async fn a_category_is_found_by_each_slug_that_it_had(shop: TestShop) -> TestResult {
    let made: Reply = shop.post("/api/v1/categories").json(json!({ "name": "Mugs" })).await?.expect(201)?;
    let path = format!("/api/v1/categories/{}", made.text("id"));
    rename(&shop, &path, "cups").await?;
    rename(&shop, &path, "beakers").await?;
    for former in ["mugs", "cups"] {
        assert_eq!(leads_to(&shop, &format!("/api/v1/categories/{former}")).await?, "/api/v1/categories/beakers");
    }
    let missing: Value = read(&shop, "/api/v1/categories/plates").await?.json;
    assert_eq!(missing["error"]["code"], "category_not_found");
    Ok(())
}
