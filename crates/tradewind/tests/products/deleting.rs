//! Deleting products that nothing names.

use catalog::assortment::{self, ArchiveProduct, DeleteProduct, DeleteProductError, ProductDocument, ReplaceProduct};
use catalog::inventory::{self, MoveReason};
use catalog::products::{ProductChanges, ProductInput, ProductRef, ProductStatus, RelationInput};
use catalog::variants::{VariantChanges, VariantInput};
use kernel::DomainError;
use platform::db::fetch_scalar;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, option, variant, variant_of};

async fn delete(shop: &TestShop, document: &ProductDocument, version: i64) -> Result<(), DeleteProductError> {
    let command = DeleteProduct { reference: ProductRef::Id(document.product.id), version };
    assortment::delete(shop.context(), &shop.origin(), command).await
}

/// What was never booked leaves nothing behind, even where others point at it.
#[test_on_every_database]
async fn a_product_that_nothing_names_is_deleted_with_all_its_rows(shop: TestShop) -> TestResult {
    let mug = shop.product("Mug").option("Color", &["Red"]).variant(variant_of("MUG", 100, &[("Color", "Red")])).create().await?;
    let points = RelationInput { kind: "upsell".to_owned(), product_id: mug.product.id.to_string() };
    shop.product("Tea").variant(variant("TEA", 100)).with(|input| input.relations = Some(vec![points])).create().await?;

    let stale = delete(&shop, &mug, 7).await.expect_err("stale");
    assert_eq!((stale.code(), stale.context().as_deref()), ("version_conflict", Some(r#"{"current_version": 1}"#)));
    delete(&shop, &mug, 1).await?;

    assert_eq!(delete(&shop, &mug, 1).await.expect_err("gone").code(), "product_not_found");
    for table in ["products", "variants", "product_listings", "prices", "stock_levels"] {
        let rows: Option<i64> =
            fetch_scalar(shop.context().db.reader(), &format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}"), vec![]).await?;
        assert_eq!(rows, Some(1), "{table}");
    }
    assert_eq!(shop.events_of("product").await?, ["product.created", "product.created", "product.deleted"]);
    Ok(())
}

/// The ledger names a variant for good; its product can only be archived.
#[test_on_every_database]
async fn a_product_that_was_stocked_is_archived_not_deleted(shop: TestShop) -> TestResult {
    let mug = shop.product("Mug").variant(variant("MUG", 100)).create().await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    inventory::set_on_hand(&tx, MoveReason::Initial, &[(mug.variants[0].variant.id, None, 1)]).await?;
    tx.commit().await?;

    assert_eq!(delete(&shop, &mug, 1).await.expect_err("in use").code(), "product_in_use");

    let command = ArchiveProduct { reference: ProductRef::Id(mug.product.id), version: 1 };
    let archived = assortment::archive(shop.context(), &shop.origin(), command).await?;
    assert_eq!((archived.product.content.status, archived.product.version), (ProductStatus::Archived, 2));
    assert_eq!(shop.events_of("product").await?, ["product.created", "product.archived"]);
    Ok(())
}

/// What lies in a cart is named by it: a replacement archives such a variant, and the product cannot go.
#[test_on_every_database]
async fn what_lies_in_a_cart_is_kept(shop: TestShop) -> TestResult {
    let digital = |sku: &str| VariantInput { kind: Some("digital".to_owned()), ..variant_of(sku, 100, &[("Format", sku)]) };
    let song = shop.product("Song").option("Format", &["MP3", "FLAC"]).variant(digital("MP3")).variant(digital("FLAC"));
    let song = song.create().await?;
    let cart = shop.empty_cart().await?;
    shop.add(&cart, &song.variants[1].variant.id.to_string(), 1).await?.expect(201)?;

    assert_eq!(delete(&shop, &song, 1).await.expect_err("in a cart").code(), "product_in_use");

    let product =
        ProductInput { title: Some("Song".to_owned()), options: Some(vec![option("Format", &["MP3", "FLAC"])]), ..ProductInput::default() };
    let command = ReplaceProduct {
        reference: ProductRef::Id(song.product.id),
        version: 1,
        product: ProductChanges::parse_whole(product)?,
        variants: vec![VariantChanges::parse(digital("MP3"))?],
    };
    let after = assortment::replace(shop.context(), &shop.origin(), command).await?;
    let told: Vec<_> = after.variants.iter().map(|stocked| (stocked.variant.id, stocked.variant.content.archived)).collect();
    assert_eq!(told, [(song.variants[0].variant.id, false), (song.variants[1].variant.id, true)]);
    Ok(())
}
