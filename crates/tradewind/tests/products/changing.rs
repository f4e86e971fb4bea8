//! Changing products: whole, in parts, and at the same time.

use catalog::assortment::{self, PatchProduct, ProductDocument, ReplaceProduct, VariantsChange, WriteProductError};
use catalog::inventory::{self, MoveReason};
use catalog::products::{ProductChanges, ProductInput, ProductRef};
use catalog::variants::{VariantChanges, VariantInput};
use kernel::DomainError;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, option, usd, variant, variant_of};

fn reference(document: &ProductDocument) -> ProductRef {
    ProductRef::Id(document.product.id)
}

fn parsed(variants: Vec<VariantInput>) -> TestResult<Vec<VariantChanges>> {
    Ok(variants.into_iter().map(VariantChanges::parse).collect::<Result<_, _>>()?)
}

async fn replace(
    shop: &TestShop,
    before: &ProductDocument,
    input: ProductInput,
    variants: Vec<VariantInput>,
) -> TestResult<ProductDocument> {
    let input = ProductInput { title: Some("Mug".to_owned()), ..input };
    let product = ProductChanges::parse_whole(input)?;
    let command = ReplaceProduct { reference: reference(before), version: before.product.version, product, variants: parsed(variants)? };
    Ok(assortment::replace(shop.context(), &shop.origin(), command).await?)
}

async fn patch(
    shop: &TestShop,
    before: &ProductDocument,
    input: ProductInput,
    variants: Vec<VariantInput>,
) -> TestResult<Result<ProductDocument, WriteProductError>> {
    let variants = if variants.is_empty() { VariantsChange::Keep } else { VariantsChange::Merge(parsed(variants)?) };
    let product = ProductChanges::parse(input)?;
    let command = PatchProduct { reference: reference(before), version: before.product.version, product, variants };
    Ok(assortment::patch(shop.context(), &shop.origin(), command).await)
}

fn skus(document: &ProductDocument) -> Vec<(&str, bool)> {
    let of = |stocked: &'_ assortment::StockedVariant| stocked.variant.content.archived;
    document.variants.iter().map(|stocked| (stocked.variant.content.sku.as_deref().unwrap_or("-"), of(stocked))).collect()
}

async fn colored(shop: &TestShop) -> TestResult<ProductDocument> {
    let mug = shop.product("Mug").option("Color", &["Red", "Blue", "Green"]);
    let mug = mug.variant(variant_of("R", 100, &[("Color", "Red")])).variant(variant_of("B", 200, &[("Color", "Blue")]));
    mug.variant(variant_of("G", 300, &[("Color", "Green")])).create().await
}

fn colors() -> ProductInput {
    let options = Some(vec![option("Color", &["Red", "Blue", "Green"])]);
    ProductInput { status: Some("active".to_owned()), options, ..ProductInput::default() }
}

/// A replacement keeps the variants it names, by whatever names them; what was booked is archived, the rest is gone.
#[test_on_every_database]
async fn a_replacement_keeps_what_it_names(shop: TestShop) -> TestResult {
    let before = colored(&shop).await?;
    let id = |document: &ProductDocument, sku: &str| {
        document.variants.iter().find(|stocked| stocked.variant.content.sku.as_deref() == Some(sku)).map(|stocked| stocked.variant.id)
    };
    let tx = shop.context().begin(&shop.origin()).await?;
    inventory::set_on_hand(&tx, MoveReason::Initial, &[(id(&before, "G").ok_or("green")?, None, 3)]).await?;
    tx.commit().await?;

    let blue_by_options = variant_of("B-2", 250, &[("Color", "blue")]);
    let after = replace(&shop, &before, colors(), vec![blue_by_options]).await?;

    assert_eq!(skus(&after), [("B-2", false), ("G", true)]);
    assert_eq!((id(&after, "B-2"), id(&after, "G")), (id(&before, "B"), id(&before, "G")));
    assert_eq!((after.product.version, after.product.slug.as_str()), (2, "mug"));
    assert_eq!((after.variants[0].variant.version, after.product.content.tags.len()), (2, 0));

    let again = vec![variant_of("G", 300, &[("Color", "Green")]), variant_of("B-2", 250, &[("Color", "Blue")])];
    let back = replace(&shop, &after, colors(), again).await?;
    assert_eq!(skus(&back), [("G", false), ("B-2", false)]);
    assert_eq!(id(&back, "G"), id(&before, "G"));
    assert_eq!(shop.events_of("product").await?, ["product.created", "product.updated", "product.updated"]);
    Ok(())
}

/// Two variants may exchange what no two variants may share.
#[test_on_every_database]
async fn variants_swap_their_skus_and_options(shop: TestShop) -> TestResult {
    let before = colored(&shop).await?;
    let ids: Vec<String> = before.variants.iter().map(|stocked| stocked.variant.id.to_string()).collect();
    let swapped = |place: usize, sku: &str, color: &str| {
        let id = ids.get(place).cloned();
        VariantInput { id, ..variant_of(sku, 100, &[("Color", color)]) }
    };
    let after = patch(&shop, &before, ProductInput::default(), vec![swapped(0, "B", "Blue"), swapped(1, "R", "Red")]).await??;
    assert_eq!(skus(&after), [("B", false), ("R", false), ("G", false)]);
    assert_eq!(after.variants[1].variant.id.to_string(), ids[1]);
    Ok(())
}

/// Absent is not null; a patch of one variant leaves the others and all other fields alone.
#[test_on_every_database]
async fn a_patch_changes_what_it_names(shop: TestShop) -> TestResult {
    let before = shop.product("Mug").variant(variant("MUG", 100)).with(|input| {
        input.brand = Some(Some("Acme".to_owned()));
        input.tags = Some(vec!["gift".to_owned()]);
    });
    let before = before.create().await?;
    let cheaper = VariantInput { price: Some(Some(usd(90))), backorder_limit: Some(None), ..VariantInput::default() };
    let input = ProductInput { brand: Some(None), ..ProductInput::default() };
    let after = patch(&shop, &before, input, vec![cheaper]).await??;

    assert_eq!((&after.product.content.brand, after.product.content.tags.as_slice()), (&None, &["gift".to_owned()][..]));
    let content = &after.variants[0].variant.content;
    assert_eq!((content.sku.as_deref(), content.prices[0].amount.minor(), content.backorder_limit), (Some("MUG"), 90, None));
    assert_eq!(after.availability(), inventory::Availability::Backorder);

    let stale = patch(&shop, &before, ProductInput::default(), vec![]).await?.expect_err("stale");
    assert_eq!((stale.code(), stale.context().as_deref()), ("version_conflict", Some(r#"{"current_version": 2}"#)));
    let same = patch(&shop, &after, ProductInput { brand: Some(None), ..ProductInput::default() }, vec![]).await??;
    assert_eq!(same, after);
    assert_eq!(shop.events_of("product").await?, ["product.created", "product.updated"]);
    Ok(())
}

/// An option that variants use cannot go away under them.
#[test_on_every_database]
async fn options_and_variants_fit_each_other(shop: TestShop) -> TestResult {
    let before = colored(&shop).await?;
    let fewer = ProductInput { options: Some(vec![option("Color", &["Red", "Blue"])]), ..ProductInput::default() };
    let refused = patch(&shop, &before, fewer, vec![]).await?.expect_err("green is used");
    assert_eq!(refused.details().into_keys().collect::<Vec<_>>(), ["options"]);
    let free = ProductInput { status: Some("archived".to_owned()), ..ProductInput::default() };
    let archived = patch(&shop, &before, free, vec![]).await??;
    assert_eq!(shop.events_of("product").await?, ["product.created", "product.archived"]);
    let foreign = VariantInput { id: Some(kernel::VariantId::generate().to_string()), ..VariantInput::default() };
    let refused = patch(&shop, &archived, ProductInput::default(), vec![foreign]).await?.expect_err("foreign");
    assert_eq!(refused.details().into_keys().collect::<Vec<_>>(), ["variants.0.id"]);
    Ok(())
}

/// Of two changes of one version the second is told; neither is lost in silence.
#[test_on_every_database]
async fn two_editors_do_not_overwrite_each_other(shop: TestShop) -> TestResult {
    let before = shop.product("Mug").variant(variant("MUG", 100)).create().await?;
    let brand = |name: &str| ProductInput { brand: Some(Some(name.to_owned())), ..ProductInput::default() };
    let (one, two) = tokio::join!(patch(&shop, &before, brand("A"), vec![]), patch(&shop, &before, brand("B"), vec![]));
    let (one, two) = (one?, two?);
    assert_eq!(u8::from(one.is_ok()) + u8::from(two.is_ok()), 1, "{one:?} {two:?}");
    let lost = one.err().or(two.err()).ok_or("one lost")?;
    assert!(matches!(lost, WriteProductError::VersionConflict { current: 2 }), "{lost}");
    Ok(())
}
