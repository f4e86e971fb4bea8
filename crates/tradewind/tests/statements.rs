//! What reading costs: the statements of each route, which must not grow with its rows, are a contract.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, variant};

/// A list is a page of rows, its total, and one statement more.
const MOST_OF_A_LIST: u32 = 3;
/// The contract is written anew where this variable is set.
const WRITE_VARIABLE: &str = "TRADEWIND_WRITE_STATEMENTS";

fn contract() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts/statements.txt")
}

/// What says nothing without a parameter, and what is a table of several lists: asked for below, in a way of its own.
const NO_LISTS: [&str; 2] = ["/api/v1/orders/export", "/api/v1/redirects/resolve"];

/// The paths of all lists, and of the includes of products and categories.
async fn lists(shop: &TestShop) -> TestResult<Vec<String>> {
    let document = shop.get("/openapi.json").await?.expect(200)?.json;
    let paths = document["paths"].as_object().ok_or("paths")?;
    let lists = paths.iter().filter(|(path, item)| {
        path.starts_with("/api/") && !path.contains('{') && !path.starts_with("/api/v1/me") && !item["get"]["responses"]["200"].is_null()
    });
    let mut lists: Vec<String> = lists.map(|(path, _)| path.clone()).filter(|path| !NO_LISTS.contains(&path.as_str())).collect();
    lists.extend(["orders/export?sort=number", "redirects/resolve?path=/old"].map(|path| format!("/api/v1/{path}")));
    let includes = ["variants", "media", "categories", "variants,media,categories"];
    lists.extend(includes.map(|include| format!("/api/v1/products?include={include}")));
    lists.extend(["breadcrumbs", "product_count"].map(|include| format!("/api/v1/categories?include={include}")));
    lists.extend(["variants", "media"].map(|part| format!("/api/v1/products/mug/{part}")));
    Ok(lists)
}

async fn counted(shop: &TestShop, paths: &[String]) -> TestResult<BTreeMap<String, u32>> {
    let mut counted = BTreeMap::new();
    for path in paths {
        counted.insert(path.clone(), shop.statements_of(path).await?);
    }
    Ok(counted)
}

async fn order(shop: &TestShop, lines: &[(&str, i64)]) -> TestResult {
    let cart = shop.cart(lines).await?;
    shop.checkout(&cart).await?.expect(201)?;
    Ok(())
}

/// One product, one category and one order, then a whole catalogue and more orders: every list costs the same, and what the contract says.
#[test_on_every_database]
async fn a_list_costs_the_same_whatever_its_length(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 100).await?;
    // Whoever asks for it first has it made.
    shop.get("/api/v1/push/key").await?.expect(200)?;
    shop.post("/api/v1/categories").json(json!({ "name": "Mugs" })).await?.expect(201)?;
    shop.post("/api/v1/redirects").json(json!({ "from": "/old", "to": "/new" })).await?.expect(201)?;
    order(&shop, &[(&mug.id, 1)]).await?;
    let lists = lists(&shop).await?;
    let few = counted(&shop, &lists).await?;

    let filled = tradewind::demo::fill(shop.context()).await?;
    let other = filled.variant_id.to_string();
    for quantity in 1..=3 {
        order(&shop, &[(&mug.id, quantity), (&other, quantity)]).await?;
    }
    shop.settle().await?;
    let many = counted(&shop, &lists).await?;

    assert_eq!(few, many, "a list costs more when it has more rows");
    for (path, statements) in &many {
        assert!(*statements <= MOST_OF_A_LIST || path.contains('?'), "{path} costs {statements} statements");
    }
    compare(&many)
}

/// What is in a collection costs the statement that finds it and the size of its set more than all products, by hand as by rules; how large it is
/// is known for a while.
#[test_on_every_database]
async fn a_collection_costs_two_statements_more_than_all_products(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 100).await?;
    let gifts = shop.post("/api/v1/collections").json(json!({ "name": "Gifts" })).await?.expect(201)?;
    let path = format!("{}/products", gifts.header("location"));
    shop.post(&path).json(json!({ "product_ids": [mug.product_id] })).await?.expect(200)?;
    let rules = json!({ "match": "any", "conditions": [{ "field": "brand", "op": "is", "value": "acme" }, { "field": "tag", "op": "is", "value": "new" }] });
    shop.post("/api/v1/collections").json(json!({ "name": "New", "kind": "rules", "rules": rules })).await?.expect(201)?;
    shop.product("Cup").with(|input| input.tags = Some(vec!["new".to_owned()])).variant(variant("CUP", 100)).create().await?;
    shop.settle().await?;
    assert_eq!(shop.statements_of("/api/v1/products").await?, 2);
    for path in ["/api/v1/products?filter[collection]=gifts&sort=manual", "/api/v1/products?filter[collection]=new"] {
        assert_eq!((shop.statements_of(path).await?, shop.statements_of(path).await?), (4, 2), "{path}");
    }
    Ok(())
}

/// One line or three, one variant or many: a detail costs the same.
#[test_on_every_database]
async fn a_detail_costs_the_same_however_much_belongs_to_it(shop: TestShop) -> TestResult {
    let mugs = [shop.mug(900, 50).await?, shop.mug(1_100, 50).await?, shop.mug(1_300, 50).await?];
    tradewind::demo::fill(shop.context()).await?;
    let one: Vec<(&str, i64)> = mugs.iter().take(1).map(|mug| (mug.id.as_str(), 1)).collect();
    let three: Vec<(&str, i64)> = mugs.iter().map(|mug| (mug.id.as_str(), 1)).collect();
    let mut costs = Vec::new();
    for lines in [&one, &three] {
        let cart = shop.cart(lines).await?;
        let placed = shop.checkout(&cart).await?.expect(201)?;
        costs.push(shop.statements_of(&format!("/api/v1/orders/{}", placed.text("id"))).await?);
    }
    assert_eq!(costs[0], costs[1]);

    let single = shop.statements_of("/api/v1/products/espresso-cup-pair").await?;
    let of_eight = shop.statements_of("/api/v1/products/heavy-cotton-t-shirt").await?;
    assert_eq!(single, of_eight);
    Ok(())
}

fn compare(counted: &BTreeMap<String, u32>) -> TestResult {
    let mut text = String::new();
    for (path, statements) in counted {
        writeln!(text, "{statements} GET {path}")?;
    }
    if std::env::var_os(WRITE_VARIABLE).is_some() {
        std::fs::create_dir_all(contract().parent().ok_or("a folder")?)?;
        std::fs::write(contract(), &text)?;
    }
    let committed = std::fs::read_to_string(contract()).unwrap_or_default();
    assert_eq!(
        text, committed,
        "contracts/statements.txt is not what lists cost: mend it with `{WRITE_VARIABLE}=1 cargo xtask test a_list_costs`"
    );
    Ok(())
}
