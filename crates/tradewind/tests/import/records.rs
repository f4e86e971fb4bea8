//! One record after the other: which product is meant, and what becomes of each field.

use std::collections::BTreeSet;
use std::io::Cursor;

use catalog::assortment::{self, ProductDocument};
use catalog::import::{self, Applied, ApplyError, Change, PriceScope, ReadOptions, SourcedRecord};
use catalog::inventory;
use catalog::listing::Audience;
use catalog::media::MediaSource;
use catalog::products::ProductRef;
use catalog::variants::VariantKind;
use kernel::Currency;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

fn read(line: &str) -> TestResult<SourcedRecord> {
    let mut reader = import::open(Cursor::new(line.replace('\n', "").into_bytes()), &ReadOptions::new(Currency::USD))?;
    Ok(reader.next().ok_or("a record")?.map_err(|rejected| format!("{rejected:?}"))?)
}

async fn apply_as(shop: &TestShop, line: &str, scope: PriceScope) -> TestResult<Result<Applied, ApplyError>> {
    let tx = shop.context().begin(&shop.origin()).await?;
    let applied = import::apply_in(&tx, &read(line)?, scope).await;
    if applied.is_ok() {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(applied)
}

async fn apply(shop: &TestShop, line: &str) -> TestResult<Applied> {
    Ok(apply_as(shop, line, PriceScope::Every).await??)
}

async fn document(shop: &TestShop, slug: &str) -> TestResult<ProductDocument> {
    let reference = ProductRef::parse(slug).ok_or("a slug")?;
    let found = assortment::find(shop.context().db.reader(), &reference, Audience::Staff, shop.now()).await?;
    Ok(found.ok_or_else(|| format!("no {slug}"))?)
}

const SHIRT: &str = r#"{"slug":"shirt","title":"Shirt","description":"<p>Soft</p>","status":"active","brand":"Acme","tags":["cotton","summer"],
"seo":{"title":"A shirt","description":"To wear"},"attributes":{"Material":["Cotton"]},"metadata":{"season":"summer","draft":{"a":[1,null]}},
"categories":[["Clothing","Shirts"],["New"]],"options":[{"name":"Size","values":["S","M"]},{"name":"Colour","values":["Red","Blue"]}],
"variants":[{"sku":"SHIRT-S-R","barcode":"4006381333931","options":{"Size":"S","Colour":"Red"},"prices":[{"amount":{"amount":1900,"currency":"USD"},
"compare_at":{"amount":2500,"currency":"USD"}},{"min_quantity":10,"amount":{"amount":1500,"currency":"USD"}}],
"cost":{"amount":700,"currency":"USD"},"weight_grams":180,"length_mm":300,"width_mm":200,"height_mm":20,"low_stock_threshold":3,"on_hand":7,
"media_url":"https://img.test/red.jpg","external_refs":[{"source":"erp","id":"S-R"}],"metadata":{"shelf":"A4"},"backorder":{"limit":5}},
{"options":{"Size":"M","Colour":"Blue"},"prices":[{"amount":{"amount":1900,"currency":"USD"}}],"taxable":false,"on_hand":0}],
"media":[{"url":"https://img.test/front.jpg","alt":"The front"},{"url":"https://img.test/red.jpg"}],
"external_refs":[{"source":"erp","id":"SHIRT"}]}"#;

/// Every field arrives; the same record again writes nothing and tells so.
#[test_on_every_database]
async fn a_record_becomes_a_product_once(shop: TestShop) -> TestResult {
    let made = apply(&shop, SHIRT).await?;
    assert_eq!((made.change, made.notes.len()), (Change::Created, 0), "{made:?}");
    let shirt = document(&shop, "shirt").await?;
    let content = &shirt.product.content;
    assert_eq!((content.description.as_str(), content.brand.as_deref()), ("<p>Soft</p>", Some("Acme")));
    assert_eq!((content.seo_title.as_deref(), content.tags.len(), content.options.len()), (Some("A shirt"), 2, 2));
    let ways: Vec<usize> = shirt.categories.iter().map(|category| category.breadcrumbs.len()).collect();
    assert_eq!((ways, shirt.media.len()), (vec![2, 1], 2));
    assert_eq!(shirt.media[1].source, MediaSource::Remote("https://img.test/red.jpg".to_owned()));
    let [red, blue] = shirt.variants.as_slice() else { return Err("two variants".into()) };
    let fields = &red.variant.content;
    assert_eq!((fields.sku.as_deref(), fields.prices.len(), fields.media_id), (Some("SHIRT-S-R"), 2, Some(shirt.media[1].id)));
    assert_eq!((fields.weight_grams, fields.height_mm, fields.backorder_limit), (Some(180), Some(20), Some(5)));
    assert_eq!((fields.tax_class.as_str(), blue.variant.content.tax_class.as_str()), ("standard", "none"));
    let ids = [red.variant.id, blue.variant.id];
    let pieces = inventory::on_hand_at_default(shop.context().db.reader(), &ids).await?;
    assert_eq!(pieces, [(ids[0], 7), (ids[1], 0)]);

    let again = apply(&shop, SHIRT).await?;
    assert_eq!((again.change, again.changes.as_slice(), again.product_id), (Change::Unchanged, &[][..], made.product_id));
    assert_eq!(document(&shop, "shirt").await?, shirt);
    Ok(())
}

/// Absent stays, null clears, a value sets; lists are replaced, attributes and metadata are merged, references are added.
#[test_on_every_database]
async fn a_record_says_what_changes(shop: TestShop) -> TestResult {
    apply(&shop, SHIRT).await?;
    let changed = apply(
        &shop,
        r#"{"slug":"shirt","brand":null,"tags":["winter"],"attributes":{"Material":[],"Fit":["Slim"]},"metadata":{"draft":null,"x":1},
        "variants":[{"sku":"SHIRT-S-R","cost":null,"on_hand":4,"options":{"Size":"S","Colour":"Red"}}],
        "external_refs":[{"source":"shopify","id":"shirt"}]}"#,
    )
    .await?;
    let fields: Vec<&str> = changed.changes.iter().map(|change| change.field.rsplit('.').next().unwrap_or_default()).collect();
    assert_eq!(
        (changed.change, fields),
        (Change::Updated, vec!["brand", "tags", "attributes", "metadata", "external_refs", "cost", "on_hand"])
    );
    let shirt = document(&shop, "shirt").await?;
    let content = &shirt.product.content;
    assert_eq!((content.brand.as_deref(), content.title.as_str(), content.external_refs.len()), (None, "Shirt", 2));
    assert_eq!(content.metadata.as_json().to_string(), r#"{"season":"summer","x":1}"#);
    assert_eq!(content.attributes.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["Fit"]);
    assert_eq!((shirt.variants.len(), shirt.variants[0].variant.content.prices.len(), shirt.media.len()), (2, 2, 2));
    Ok(())
}

/// An external reference counts more than a slug, a slug more than a SKU, and a title is enough where there is nothing else.
#[test_on_every_database]
async fn a_product_is_recognised_by_its_most_reliable_name(shop: TestShop) -> TestResult {
    let made = apply(&shop, SHIRT).await?.product_id;
    for line in [
        r#"{"title":"By reference","external_refs":[{"source":"erp","id":"SHIRT"}]}"#,
        r#"{"slug":"shirt","title":"By slug"}"#,
        r#"{"title":"By SKU","variants":[{"sku":"SHIRT-S-R"}]}"#,
        r#"{"title":"By a variant's reference","variants":[{"external_refs":[{"source":"erp","id":"S-R"}]}]}"#,
    ] {
        let found = apply(&shop, line).await?;
        assert_eq!((found.product_id, found.change), (made, Change::Updated), "{line}");
    }
    let cup = apply(&shop, r#"{"title":"Cup"}"#).await?;
    let again = apply(&shop, r#"{"title":" cup","brand":"Acme"}"#).await?;
    assert_eq!((again.product_id, again.slug.as_str()), (cup.product_id, "cup"));

    let handle = |id: &str| format!(r#"{{"slug":"my-mug","title":"Mug","external_refs":[{{"source":"shopify","id":"{id}"}}]}}"#);
    let (one, other) = (apply(&shop, &handle("My_Mug")).await?, apply(&shop, &handle("my-mug")).await?);
    assert_ne!(one.product_id, other.product_id, "two handles are two products");
    assert_eq!((one.slug.as_str(), other.slug.as_str(), other.notes.len()), ("my-mug", "mug", 1));
    assert_eq!(apply(&shop, &handle("My_Mug")).await?.change, Change::Unchanged);
    assert_eq!(apply(&shop, &handle("my-mug")).await?.change, Change::Unchanged);
    Ok(())
}

/// Another system may give a product and a variant of another product the same number.
#[test_on_every_database]
async fn a_product_is_not_taken_for_a_variant_of_another(shop: TestShop) -> TestResult {
    let of_variant = r#"{"slug":"belt","title":"Belt","variants":[{"external_refs":[{"source":"erp","id":"7"}]}]}"#;
    let of_product = r#"{"slug":"cap","title":"Cap","external_refs":[{"source":"erp","id":"7"}]}"#;
    let (belt, cap) = (apply(&shop, of_variant).await?, apply(&shop, of_product).await?);
    assert_eq!((belt.change, cap.change), (Change::Created, Change::Created));
    assert_eq!((apply(&shop, of_variant).await?.change, apply(&shop, of_product).await?.change), (Change::Unchanged, Change::Unchanged));
    Ok(())
}

/// Kinds, and what only formats of other systems leave alone.
#[test_on_every_database]
async fn kinds_and_prices_of_other_lists_are_kept(shop: TestShop) -> TestResult {
    for (kind, expected) in [
        ("physical", VariantKind::Physical),
        ("digital", VariantKind::Digital),
        ("service", VariantKind::Service),
        ("gift_card", VariantKind::GiftCard),
        ("external", VariantKind::External),
    ] {
        let line = format!(r#"{{"title":"A {kind}","variants":[{{"kind":"{kind}"}}]}}"#);
        let made = apply(&shop, &line).await?;
        assert_eq!(document(&shop, made.slug.as_str()).await?.variants[0].variant.content.kind, expected);
    }
    apply(&shop, SHIRT).await?;
    let cheaper = r#"{"slug":"shirt","variants":[{"sku":"SHIRT-S-R","prices":[{"amount":{"amount":1800,"currency":"USD"}}]}]}"#;
    let prices = async |shop: &TestShop| -> TestResult<Vec<i64>> {
        let shirt = document(shop, "shirt").await?;
        Ok(shirt.variants[0].variant.content.prices.iter().map(|price| price.amount.minor()).collect())
    };
    let sale = r#"{"slug":"shirt","variants":[{"sku":"SHIRT-S-R","prices":[{"amount":{"amount":1900,"currency":"USD"}},
        {"amount":{"amount":900,"currency":"USD"},"starts_at":"2030-11-29T00:00:00Z","ends_at":"2030-12-02T00:00:00Z"},
        {"min_quantity":10,"amount":{"amount":1500,"currency":"USD"}}]}]}"#;
    let left = async |scope| -> TestResult<BTreeSet<i64>> {
        apply(&shop, sale).await?;
        apply_as(&shop, cheaper, scope).await??;
        Ok(prices(&shop).await?.into_iter().collect())
    };
    assert_eq!(left(PriceScope::OnePieceUndated).await?, BTreeSet::from([1_800, 900, 1_500]));
    assert_eq!(left(PriceScope::OnePiece).await?, BTreeSet::from([1_800, 1_500]));
    assert_eq!(left(PriceScope::Every).await?, BTreeSet::from([1_800]));
    apply(&shop, cheaper).await?;
    assert_eq!(prices(&shop).await?, [1_800]);
    Ok(())
}

/// New options replace old ones: variants that cannot have them are archived, and values that others use stay.
#[test_on_every_database]
async fn options_change_without_losing_variants(shop: TestShop) -> TestResult {
    apply(&shop, SHIRT).await?;
    let fewer = r#"{"slug":"shirt","options":[{"name":"Size","values":["S"]},{"name":"colour","values":["Red","Green"]}],
        "variants":[{"options":{"Size":"S","colour":"Green"},"prices":[{"amount":{"amount":1,"currency":"USD"}}]}]}"#;
    apply(&shop, fewer).await?;
    let shirt = document(&shop, "shirt").await?;
    let values: Vec<_> = shirt.product.content.options.iter().map(|option| option.values().to_vec()).collect();
    assert_eq!(values, [vec!["S", "M"], vec!["Red", "Green", "Blue"]]);
    assert_eq!(shirt.variants.len(), 3);
    assert_eq!(apply(&shop, fewer).await?.change, Change::Unchanged);

    let single = r#"{"slug":"shirt","options":null,"variants":[{"sku":"SHIRT","prices":[{"amount":{"amount":1,"currency":"USD"}}]}]}"#;
    let changed = apply(&shop, single).await?;
    assert_eq!(changed.notes.len(), 3, "{:?}", changed.notes);
    let shirt = document(&shop, "shirt").await?;
    let live: Vec<_> = shirt.variants.iter().filter(|stocked| !stocked.variant.content.archived).collect();
    assert_eq!((shirt.variants.len(), live.len(), live[0].variant.content.sku.as_deref()), (4, 1, Some("SHIRT")));
    assert_eq!(apply(&shop, single).await?.change, Change::Unchanged);
    Ok(())
}

/// Nothing stays of a record that is refused, not even its category.
#[test_on_every_database]
async fn a_refused_record_leaves_nothing(shop: TestShop) -> TestResult {
    apply(&shop, SHIRT).await?;
    for (line, field) in [
        (r#"{"title":"Mug","categories":[["Kitchen"]],"variants":[{"sku":"A"},{"sku":"A"}]}"#, "variants.1"),
        (r#"{"slug":"mug","categories":[["Kitchen"]]}"#, "title"),
        (r#"{"title":"Mug","media":[{"url":"file:///etc/passwd"}]}"#, "media.0.url"),
        (r#"{"title":"Mug","variants":[{"media_url":"x"}]}"#, "variants.0.media_url"),
        (r#"{"title":"Mug","variants":[{"prices":[{"amount":{"amount":1,"currency":"EUR"}}]}]}"#, "variants.0.prices.0.amount.currency"),
        (
            r#"{"title":"Mug","variants":[{"prices":[{"price_list":"vip","amount":{"amount":1,"currency":"USD"}}]}]}"#,
            "variants.0.prices.0.price_list",
        ),
        (r#"{"title":"Mug","slug":"mug","variants":[{"sku":"SHIRT-S-R"}],"external_refs":[{"source":"x","id":"1"}]}"#, ""),
    ] {
        let refused = apply_as(&shop, line, PriceScope::Every).await?;
        match (refused, field) {
            (Err(ApplyError::Refused(errors)), _) => {
                let fields: Vec<String> = errors.into_map().into_keys().collect();
                assert!(fields.iter().any(|name| name.starts_with(field)), "{line}: {fields:?}");
            }
            // The SKU is one way to recognise the product.
            (Ok(applied), "") => assert_eq!(applied.change, Change::Updated),
            (other, _) => return Err(format!("{line}: {other:?}").into()),
        }
    }
    let categories = shop.events_of("category").await?;
    assert_eq!(categories, ["category.created"; 3], "Clothing, Shirts, New");
    Ok(())
}
