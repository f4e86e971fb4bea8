//! Making products and finding them again.

use catalog::assortment::{self, WriteProductError};
use catalog::categories::{self, CategoryDetails, CategoryInput, CreateCategory};
use catalog::inventory::Availability;
use catalog::listing::Audience;
use catalog::products::{ExternalRef, ExternalRefInput, ProductRef, RelationInput, find_id_by_external_ref};
use catalog::variants::{PriceInput, PriceSource, VariantInput, find_place_by_sku, sellable};
use kernel::{DomainError, ProductId, Quantity};
use platform::db::count_statements;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, usd, variant, variant_of};

fn fields(error: &impl DomainError) -> Vec<String> {
    error.details().into_keys().collect()
}

/// Everything that was written is read again, by id and by slug, in six statements.
#[test_on_every_database]
async fn a_product_is_found_whole_by_id_and_by_slug(shop: TestShop) -> TestResult {
    let details = CategoryDetails::parse(CategoryInput { name: "Kitchen".to_owned(), ..CategoryInput::default() })?;
    let kitchen = categories::create(shop.context(), &shop.origin(), CreateCategory { parent_id: None, details }).await?;
    let details = CategoryDetails::parse(CategoryInput { name: "Mugs".to_owned(), ..CategoryInput::default() })?;
    let mugs = categories::create(shop.context(), &shop.origin(), CreateCategory { parent_id: Some(kitchen.id), details }).await?;
    let tea = shop.product("Tea").variant(variant("TEA", 500)).create().await?;
    let mut blue = variant_of("MUG-B-S", 1_300, &[("color", "BLUE"), ("Size", "S")]);
    blue.compare_at_price = Some(Some(usd(1_500)));
    blue.cost = Some(Some(usd(400)));
    blue.external_refs = Some(vec![ExternalRefInput { source: "woo".to_owned(), id: "12".to_owned() }]);

    let made = shop
        .product("Mug")
        .categories(&[&mugs, &kitchen])
        .option("Size", &["S", "M"])
        .option("Color", &["Red", "Blue"])
        .variant(variant_of("MUG-R-M", 1_200, &[("Color", "Red"), ("Size", "M")]))
        .variant(blue)
        .with(|input| {
            input.description = Some("<p>Warm</p><script>x</script>".to_owned());
            input.brand = Some(Some("Acme".to_owned()));
            input.tags = Some(vec!["Gift".to_owned(), "clay".to_owned()]);
            input.metadata = Some(serde_json::json!({"b": 1.5, "a": {"z": [true, null]}}));
            input.attributes = Some([("Material".to_owned(), vec!["Clay".to_owned()])].into());
            input.external_refs = Some(vec![ExternalRefInput { source: "woo".to_owned(), id: "11".to_owned() }]);
            input.relations = Some(vec![RelationInput { kind: "cross_sell".to_owned(), product_id: tea.product.id.to_string() }]);
        })
        .create()
        .await?;

    let db = shop.context().db.reader();
    let by_id = ProductRef::parse(&made.product.id.to_string()).ok_or("an id")?;
    let (found, statements) = count_statements(assortment::find(db, &by_id, Audience::Public, shop.now())).await;
    assert_eq!((found?.as_ref(), statements), (Some(&made), 5));
    let by_slug = ProductRef::parse("mug").ok_or("a slug")?;
    assert_eq!(assortment::find(db, &by_slug, Audience::Staff, shop.now()).await?.as_ref(), Some(&made));

    let content = &made.product.content;
    assert_eq!((content.description.as_str(), content.tags.as_slice()), ("<p>Warm</p>", &["Gift".to_owned(), "clay".to_owned()][..]));
    let ways: Vec<Vec<&str>> =
        made.categories.iter().map(|category| category.breadcrumbs.iter().map(|crumb| crumb.name.as_str()).collect()).collect();
    assert_eq!(ways, [vec!["Kitchen", "Mugs"], vec!["Kitchen"]]);
    let [red, blue] = made.variants.as_slice() else { return Err("two variants".into()) };
    assert_eq!((red.variant.content.options.title().as_str(), blue.variant.content.options.title().as_str()), ("M / Red", "S / Blue"));
    assert_eq!(blue.price.map(|step| (step.amount.minor(), step.compare_at.map(|money| money.minor()))), Some((1_300, Some(1_500))));
    assert_eq!((red.availability, made.availability()), (Availability::Out, Availability::Out));
    let woo = ExternalRef { source: "woo".to_owned(), id: "11".to_owned() };
    assert_eq!(find_id_by_external_ref(db, &woo).await?, Some(made.product.id));
    assert_eq!(find_place_by_sku(db, "MUG-B-S").await?.map(|place| place.variant_id), Some(blue.variant.id));
    assert_eq!(shop.events_of("product").await?, ["product.created", "product.created"]);
    Ok(())
}

/// People use a title twice; two products never share an address.
#[test_on_every_database]
async fn a_taken_title_gets_a_number_and_a_taken_slug_is_refused(shop: TestShop) -> TestResult {
    let mug = |sku: &str| shop.product("Mug").variant(variant(sku, 100));
    let slugs = [mug("A").create().await?, mug("B").create().await?, mug("C").create().await?].map(|made| made.product.slug.to_string());
    assert_eq!(slugs, ["mug", "mug-2", "mug-3"]);

    let refused = mug("D").with(|input| input.slug = Some(Some("mug-2".to_owned()))).try_create().await?.expect_err("taken");
    assert_eq!((refused.code(), fields(&refused)), ("slug_taken", vec!["slug".to_owned()]));
    let refused = shop.product("!!!").status("draft").try_create().await?.expect_err("no slug");
    assert_eq!((refused.code(), fields(&refused)), ("validation_failed", vec!["slug".to_owned()]));
    Ok(())
}

/// One answer names every reference that leads nowhere; nothing stays of the product.
#[test_on_every_database]
async fn what_leads_nowhere_is_named(shop: TestShop) -> TestResult {
    let unknown = VariantInput { media_id: Some(Some("media_01h455vb4pex5vsknk084sn02q".to_owned())), ..variant("A", 100) };
    let refused = shop
        .product("Mug")
        .variant(unknown)
        .with(|input| {
            input.category_ids = Some(vec!["cat_01h455vb4pex5vsknk084sn02q".to_owned()]);
            input.relations = Some(vec![RelationInput { kind: "upsell".to_owned(), product_id: ProductId::generate().to_string() }]);
        })
        .try_create()
        .await?
        .expect_err("unknown");
    assert_eq!(fields(&refused), ["category_ids.0", "relations.0.product_id", "variants.0.media_id"]);
    assert!(shop.events_of("product").await?.is_empty());
    Ok(())
}

/// SKUs and options tell variants apart.
#[test_on_every_database]
async fn no_two_variants_share_a_sku_or_their_options(shop: TestShop) -> TestResult {
    shop.product("Tea").variant(variant("TEA", 500)).create().await?;
    let colored = || shop.product("Mug").option("Color", &["Red", "Blue"]);

    let taken = colored()
        .variant(variant_of("MUG-R", 100, &[("Color", "Red")]))
        .variant(variant_of("TEA", 100, &[("Color", "Blue")]))
        .try_create()
        .await?
        .expect_err("taken");
    assert_eq!((taken.code(), fields(&taken)), ("sku_taken", vec!["variants.1.sku".to_owned()]));
    let twice = colored()
        .variant(variant_of("MUG", 100, &[("Color", "Red")]))
        .variant(variant_of("MUG", 100, &[("Color", "Blue")]))
        .try_create()
        .await?
        .expect_err("twice");
    assert_eq!((twice.code(), fields(&twice)), ("sku_taken", vec!["variants.1.sku".to_owned()]));
    let alike = colored()
        .variant(variant_of("MUG-1", 100, &[("Color", "Red")]))
        .variant(variant_of("MUG-2", 100, &[("color", "RED")]))
        .try_create()
        .await?
        .expect_err("alike");
    assert_eq!(fields(&alike), ["variants.1.options"]);
    let wrong = colored().variant(variant_of("MUG", 100, &[("Fit", "Slim")])).variant(variant("MUG-3", 1)).try_create().await?;
    assert_eq!(fields(&wrong.expect_err("wrong")), ["variants.0.options.Color", "variants.0.options.Fit", "variants.1.options.Color"]);
    Ok(())
}

/// What is for sale has a price in the shop's currency, or is sold elsewhere.
#[test_on_every_database]
async fn an_active_product_can_be_bought(shop: TestShop) -> TestResult {
    let free = || VariantInput { price: None, ..variant("MUG", 0) };
    let refused = shop.product("Mug").variant(free()).try_create().await?.expect_err("no price");
    assert!(matches!(refused, WriteProductError::NotSellable), "{refused}");
    shop.product("Mug").variant(free()).status("draft").create().await?;
    let elsewhere = |input: &mut catalog::products::ProductInput| input.external_url = Some(Some("https://shop.test/mug".to_owned()));
    shop.product("Cup").with(elsewhere).create().await?;

    let mut euro = usd(100);
    euro.currency = "EUR".to_owned();
    let foreign = VariantInput { price: Some(Some(euro)), ..variant("PLATE", 0) };
    let refused = shop.product("Plate").variant(foreign).try_create().await?.expect_err("foreign");
    assert_eq!(fields(&refused), ["variants.0.price.currency"]);
    Ok(())
}

/// Cart and checkout learn of steps and times what they need, in two statements for any number of variants.
#[test_on_every_database]
async fn a_cart_learns_what_a_variant_costs_now(shop: TestShop) -> TestResult {
    let plain = |amount| PriceInput { amount: usd(amount), ..PriceInput::default() };
    let sale = PriceInput { starts_at: Some((shop.now() + chrono::TimeDelta::hours(1)).to_rfc3339()), ..plain(900) };
    let priced = VariantInput {
        price: None,
        prices: Some(vec![plain(1_000), PriceInput { min_quantity: Some(10), ..plain(800) }, sale]),
        ..variant("MUG", 0)
    };
    let mug = shop.product("Mug").variant(priced).create().await?;
    let tea = shop.product("Tea").status("draft").variant(variant("TEA", 500)).create().await?;
    let ids = [mug.variants[0].variant.id, tea.variants[0].variant.id];
    let list = mug.variants[0].variant.content.prices[0].price_list_id;

    let source = |now| PriceSource { currency: kernel::Currency::USD, lists: vec![list], past: Vec::new(), now };
    let db = shop.context().db.reader();
    let (found, statements) = count_statements(sellable(db, &ids, &source(shop.now()))).await;
    let found = found?;
    let mug = found.iter().find(|sellable| sellable.variant_id == ids[0]).ok_or("the mug")?;
    assert_eq!((statements, found.len(), mug.live, mug.tracked, mug.variant_title.as_str()), (1, 2, true, true, ""));
    assert!(found.iter().any(|sellable| sellable.variant_id == ids[1] && !sellable.live));
    let unit = |quantity| Quantity::try_from(quantity).ok().and_then(|quantity| mug.unit_price(quantity)).map(|money| money.minor());
    assert_eq!([unit(1), unit(9), unit(10)], [Some(1_000), Some(1_000), Some(800)]);
    shop.advance(chrono::TimeDelta::hours(1));
    let later = sellable(db, &ids[..1], &source(shop.now())).await?;
    assert_eq!(later[0].unit_price(Quantity::ONE).map(|money| money.minor()), Some(900));
    shop.settle().await
}
