//! Products under many hands at once.

use catalog::assortment::{self, PatchProduct, VariantsChange, WriteProductError};
use catalog::inventory::{self, MoveReason};
use catalog::listing::Audience;
use catalog::products::{ProductChanges, ProductInput, ProductRef};
use catalog::variants::{VariantChanges, VariantInput};
use futures_util::future::try_join_all;
use kernel::{ProductId, VariantId};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, variant, variant_of};

/// Whoever makes the same slug of the same title waits for the other.
#[test_on_every_database]
async fn products_of_one_title_made_at_once_get_a_number_each(shop: TestShop) -> TestResult {
    let made = try_join_all((0..8).map(|number| shop.product("Mug").variant(variant(&number.to_string(), 100)).create())).await?;
    let mut slugs: Vec<String> = made.into_iter().map(|document| document.product.slug.to_string()).collect();
    slugs.sort();
    assert_eq!(slugs, ["mug", "mug-2", "mug-3", "mug-4", "mug-5", "mug-6", "mug-7", "mug-8"]);
    Ok(())
}

/// Changes the backorder limits of all variants, whatever version the product has by now.
async fn edit(shop: &TestShop, id: ProductId, variants: &[VariantId], limit: i64) -> TestResult {
    loop {
        let db = shop.context().db.reader();
        let found = assortment::find(db, &ProductRef::Id(id), Audience::Staff, shop.now()).await?.ok_or("gone")?;
        let change =
            |id: &VariantId| VariantInput { id: Some(id.to_string()), backorder_limit: Some(Some(limit)), ..VariantInput::default() };
        let changes = variants.iter().rev().map(|id| VariantChanges::parse(change(id))).collect::<Result<_, _>>()?;
        let product = ProductChanges::parse(ProductInput { brand: Some(Some(format!("Brand {limit}"))), ..ProductInput::default() })?;
        let command = PatchProduct {
            reference: ProductRef::Id(id),
            version: found.product.version,
            product,
            variants: VariantsChange::Merge(changes),
        };
        match assortment::patch(shop.context(), &shop.origin(), command).await {
            Ok(_) => return Ok(()),
            Err(WriteProductError::VersionConflict { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
}

async fn count(shop: &TestShop, variants: &[VariantId], pieces: i64) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    let counted: Vec<_> = variants.iter().map(|id| (*id, None, pieces)).collect();
    inventory::set_on_hand(&tx, MoveReason::Counted, &counted).await?;
    Ok(tx.commit().await?)
}

/// Editing a product and counting its stock lock the same things in the same order: nobody waits in a circle, and the
/// list says what both left behind.
#[test_on_every_database]
async fn editors_and_counters_do_not_lock_each_other_out(shop: TestShop) -> TestResult {
    let mug = shop.product("Mug").option("Size", &["S", "M", "L"]);
    let mug = mug.variant(variant_of("S", 1, &[("Size", "S")])).variant(variant_of("M", 1, &[("Size", "M")]));
    let mug = mug.variant(variant_of("L", 1, &[("Size", "L")])).create().await?;
    let ids: Vec<VariantId> = mug.variants.iter().map(|stocked| stocked.variant.id).collect();
    let work = (0..6_i64).map(|number| {
        let (shop, ids, product) = (shop.clone(), ids.clone(), mug.product.id);
        async move {
            for round in 0..5 {
                if number % 2 == 0 {
                    edit(&shop, product, &ids, number + round).await?;
                } else {
                    count(&shop, &ids, (number + round) % 3).await?;
                }
            }
            TestResult::Ok(())
        }
    });
    try_join_all(work).await.map(drop)
}
