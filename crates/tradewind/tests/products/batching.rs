//! Many products in one transaction.

use catalog::assortment::{self, BatchItem, BatchOp, ChangeProducts, DeleteProduct, PatchProduct, ProductDocument, VariantsChange};
use catalog::products::{ProductChanges, ProductInput, ProductRef};
use kernel::DomainError;
use platform::db::fetch_scalar;
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, variant};

fn update(document: &ProductDocument, version: i64, brand: &str) -> TestResult<BatchItem> {
    let input = ProductInput { brand: Some(Some(brand.to_owned())), ..ProductInput::default() };
    let reference = ProductRef::Id(document.product.id);
    let patch = PatchProduct { reference, version, product: ProductChanges::parse(input)?, variants: VariantsChange::Keep };
    Ok(BatchItem::Update(Box::new(patch)))
}

async fn titles(shop: &TestShop) -> TestResult<i64> {
    let count = fetch_scalar(shop.context().db.reader(), "SELECT CAST(COUNT(*) AS BIGINT) FROM products", vec![]).await?;
    Ok(count.unwrap_or(0))
}

/// Each item has its own answer; what one refuses leaves the others alone.
#[test_on_every_database]
async fn an_item_that_fails_leaves_the_others_alone(shop: TestShop) -> TestResult {
    let mug = shop.product("Mug").variant(variant("MUG", 100)).create().await?;
    let tea = shop.product("Tea").variant(variant("TEA", 100)).create().await?;
    let create = |title: &str, sku: &str| -> TestResult<BatchItem> {
        Ok(BatchItem::Create(Box::new(shop.product(title).variant(variant(sku, 100)).command()?)))
    };
    let items = vec![
        create("Cup", "CUP")?,
        create("Plate", "MUG")?,
        update(&mug, 1, "Acme")?,
        update(&mug, 1, "Other")?,
        BatchItem::Delete(DeleteProduct { reference: ProductRef::Id(tea.product.id), version: 1 }),
    ];
    let outcomes = assortment::batch(shop.context(), &shop.origin(), ChangeProducts { items, dry_run: false }).await?;

    let told: Vec<Result<BatchOp, &str>> =
        outcomes.iter().map(|outcome| outcome.as_ref().map(|done| done.op).map_err(DomainError::code)).collect();
    let (create, update, delete) = (Ok(BatchOp::Create), Ok(BatchOp::Update), Ok(BatchOp::Delete));
    assert_eq!(told, [create, Err("sku_taken"), update, Err("version_conflict"), delete]);
    assert_eq!(titles(&shop).await?, 2);
    let events = ["product.created", "product.created", "product.created", "product.updated", "product.deleted"];
    assert_eq!(shop.events_of("product").await?, events);
    Ok(())
}

/// A dry run says what would change and changes nothing.
#[test_on_every_database]
async fn a_dry_run_answers_the_difference_and_leaves_nothing(shop: TestShop) -> TestResult {
    let mug = shop.product("Mug").variant(variant("MUG", 100)).create().await?;
    let items = vec![update(&mug, 1, "Acme")?, BatchItem::Create(Box::new(shop.product("Cup").status("draft").command()?))];
    let outcomes = assortment::batch(shop.context(), &shop.origin(), ChangeProducts { items, dry_run: true }).await?;

    let changed = outcomes[0].as_ref().map_err(ToString::to_string)?;
    assert_eq!(json!(changed.changes), json!([{"field": "brand", "old": null, "new": "Acme"}]));
    let made = outcomes[1].as_ref().map_err(ToString::to_string)?;
    assert!(made.changes.iter().any(|change| change.field == "title" && change.new == "Cup"));
    assert_eq!((titles(&shop).await?, shop.events_of("product").await?.len()), (1, 1));
    Ok(())
}

/// A batch has a bound, so that it holds nobody up for long.
#[test_on_every_database]
async fn a_batch_has_1_to_100_items(shop: TestShop) -> TestResult {
    let item = BatchItem::Create(Box::new(shop.product("Cup").command()?));
    for many in [0, 101] {
        let items = vec![item.clone(); many];
        let refused = assortment::batch(shop.context(), &shop.origin(), ChangeProducts { items, dry_run: false }).await;
        assert_eq!(refused.expect_err("the wrong size").code(), "validation_failed");
    }
    Ok(())
}
