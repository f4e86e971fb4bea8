//! Variants of a product, one at a time.

use catalog::assortment::{self, CreateVariant, DeleteVariant, DeleteVariantError, UpdateVariant};
use catalog::inventory::{self, MoveReason};
use catalog::products::ProductRef;
use catalog::variants::{VariantChanges, VariantInput};
use kernel::DomainError;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, usd, variant, variant_of};

fn fields(error: &impl DomainError) -> Vec<String> {
    error.details().into_keys().collect()
}

/// A variant is made, changed under its own version and deleted; the product's version counts all of it.
#[test_on_every_database]
async fn a_variant_has_a_life_of_its_own(shop: TestShop) -> TestResult {
    let mug = shop.product("Mug").option("Color", &["Red", "Blue"]).variant(variant_of("R", 100, &[("Color", "Red")]));
    let mug = mug.create().await?;
    let product = ProductRef::Id(mug.product.id);
    let (context, origin) = (shop.context(), shop.origin());
    let create = |input: VariantInput| -> TestResult<CreateVariant> {
        Ok(CreateVariant { product: product.clone(), variant: VariantChanges::parse(input)? })
    };

    let alike = create(variant_of("R-2", 100, &[("Color", "red")]))?;
    let alike = assortment::create_variant(context, &origin, alike).await.expect_err("alike");
    assert_eq!(fields(&alike), ["options"]);
    let taken = create(variant_of("R", 100, &[("Color", "Blue")]))?;
    let taken = assortment::create_variant(context, &origin, taken).await.expect_err("taken");
    assert_eq!((taken.code(), fields(&taken)), ("sku_taken", vec!["sku".to_owned()]));
    let blue = assortment::create_variant(context, &origin, create(variant_of("B", 200, &[("Color", "Blue")]))?).await?;
    assert_eq!((blue.variant.version, blue.variant.position), (1, 1));

    let changes = VariantChanges::parse(VariantInput { price: Some(Some(usd(250))), ..VariantInput::default() })?;
    let update = UpdateVariant { product: product.clone(), variant_id: blue.variant.id, version: 1, changes };
    let dearer = assortment::update_variant(context, &origin, update.clone()).await?;
    assert_eq!((dearer.variant.version, dearer.price.map(|step| step.amount.minor())), (2, Some(250)));
    let stale = assortment::update_variant(context, &origin, update).await.expect_err("stale");
    assert_eq!(stale.code(), "version_conflict");

    let delete = |id, version| DeleteVariant { product: product.clone(), variant_id: id, version };
    assortment::delete_variant(context, &origin, delete(blue.variant.id, 2)).await?;
    let last = assortment::delete_variant(context, &origin, delete(mug.variants[0].variant.id, 1)).await.expect_err("the last one");
    assert_eq!(last.code(), "product_not_sellable");
    let names = ["product.created", "product.updated", "product.updated", "product.updated"];
    assert_eq!(shop.events_of("product").await?, names);
    Ok(())
}

/// What stock has booked stays, and stock that is promised stays counted.
#[test_on_every_database]
async fn a_stocked_variant_is_neither_deleted_nor_uncounted_while_it_is_promised(shop: TestShop) -> TestResult {
    let mug = shop.product("Mug").status("draft").variant(variant("MUG", 100)).create().await?;
    let id = mug.variants[0].variant.id;
    let tx = shop.context().begin(&shop.origin()).await?;
    inventory::set_on_hand(&tx, MoveReason::Initial, &[(id, None, 1)]).await?;
    tx.commit().await?;
    let delete = DeleteVariant { product: ProductRef::Id(mug.product.id), variant_id: id, version: 1 };
    let refused = assortment::delete_variant(shop.context(), &shop.origin(), delete).await.expect_err("in use");
    assert!(matches!(refused, DeleteVariantError::InUse), "{refused}");

    let changes = VariantChanges::parse(VariantInput { tracked: Some(false), ..VariantInput::default() })?;
    let update = UpdateVariant { product: ProductRef::Id(mug.product.id), variant_id: id, version: 1, changes };
    let uncounted = assortment::update_variant(shop.context(), &shop.origin(), update).await?;
    assert_eq!(uncounted.availability, inventory::Availability::InStock);
    Ok(())
}
