//! The product list: filters, orders, pages, and that it follows what it lists.

use catalog::assortment::ProductDocument;
use catalog::categories::{self, Category, CategoryDetails, CategoryInput, CategoryRef, CreateCategory};
use catalog::inventory::{self, Availability, MoveReason};
use catalog::listing::{self, Audience, Includes, OptionFilter, ProductFilters, ProductQuery, ProductSort, ProductSummary};
use catalog::products::ProductStatus;
use catalog::variants::{PriceInput, VariantInput};
use chrono::TimeDelta;
use kernel::{Page, PageRequest, Position};
use platform::db::{ListError, count_statements};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, usd, variant, variant_of};

fn query(filters: ProductFilters) -> ProductQuery {
    ProductQuery {
        audience: Audience::Staff,
        filters,
        sort: ProductSort::Title,
        page: PageRequest::first(20),
        include: Includes::default(),
    }
}

async fn list(shop: &TestShop, query: &ProductQuery) -> Result<Page<ProductSummary>, ListError> {
    listing::list(shop.context().db.reader(), query, shop.now()).await
}

async fn titles(shop: &TestShop, filters: ProductFilters) -> TestResult<Vec<String>> {
    Ok(list(shop, &query(filters)).await?.items.into_iter().map(|product| product.title).collect())
}

async fn category(shop: &TestShop, name: &str, parent: Option<&Category>) -> TestResult<Category> {
    let details = CategoryDetails::parse(CategoryInput { name: name.to_owned(), ..CategoryInput::default() })?;
    let command = CreateCategory { parent_id: parent.map(|parent| parent.id), details };
    Ok(categories::create(shop.context(), &shop.origin(), command).await?)
}

async fn stock(shop: &TestShop, product: &ProductDocument, pieces: i64) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    inventory::set_on_hand(&tx, MoveReason::Counted, &[(product.variants[0].variant.id, None, pieces)]).await?;
    Ok(tx.commit().await?)
}

/// Every filter finds what it names and nothing else.
#[test_on_every_database]
async fn filters_find_what_they_name(shop: TestShop) -> TestResult {
    let kitchen = category(&shop, "Kitchen", None).await?;
    let mugs = category(&shop, "Mugs", Some(&kitchen)).await?;
    let garden = category(&shop, "Garden", None).await?;
    let shirt = shop.product("Shirt").option("Color", &["Red", "Blue"]).variant(variant_of("S-R", 2_000, &[("Color", "Red")]));
    shirt.variant(variant_of("S-B", 2_500, &[("Color", "Blue")])).categories(&[&garden]).create().await?;
    let mug = shop.product("Mug").variant(variant("MUG", 1_000)).categories(&[&mugs]);
    let tagged = mug.with(|input| (input.brand, input.tags) = (Some(Some("ACME".to_owned())), Some(vec!["Geschenk für Dich".to_owned()])));
    let mug = tagged.create().await?;
    shop.product("Draft").status("draft").categories(&[&kitchen]).create().await?;
    stock(&shop, &mug, 2).await?;

    let any = ProductFilters::default;
    let in_category = |text: &str| ProductFilters { categories: Some(CategoryRef::parse(text).into_iter().collect()), ..any() };
    assert_eq!(titles(&shop, any()).await?, ["Draft", "Mug", "Shirt"]);
    assert_eq!(titles(&shop, in_category("kitchen")).await?, ["Draft", "Mug"]);
    assert_eq!(titles(&shop, in_category(&mugs.id.to_string())).await?, ["Mug"]);
    assert!(titles(&shop, in_category("nothing")).await?.is_empty());
    assert_eq!(titles(&shop, ProductFilters { brands: vec!["acme".to_owned(), "x".to_owned()], ..any() }).await?, ["Mug"]);
    assert_eq!(titles(&shop, ProductFilters { tags: vec!["geschenk fur dich".to_owned()], ..any() }).await?, ["Mug"]);
    assert_eq!(titles(&shop, ProductFilters { statuses: vec![ProductStatus::Draft], ..any() }).await?, ["Draft"]);
    assert_eq!(titles(&shop, ProductFilters { in_stock: Some(true), ..any() }).await?, ["Mug"]);
    assert_eq!(titles(&shop, ProductFilters { in_stock: Some(false), ..any() }).await?, ["Draft", "Shirt"]);
    let blue = OptionFilter { name: "COLOR".to_owned(), values: vec!["blue".to_owned()] };
    assert_eq!(titles(&shop, ProductFilters { options: vec![blue], ..any() }).await?, ["Shirt"]);
    let tagged = |name: &str| ProductFilters { tags: vec![name.to_owned()], ..in_category("kitchen") };
    assert_eq!(titles(&shop, tagged("Geschenk für Dich")).await?, ["Mug"]);
    assert!(titles(&shop, tagged("other")).await?.is_empty());
    assert_eq!(titles(&shop, ProductFilters { price_at_least: Some(1_001), ..any() }).await?, ["Shirt"]);
    assert_eq!(titles(&shop, ProductFilters { price_at_most: Some(1_000), ..any() }).await?, ["Mug"]);
    let later = shop.now() + TimeDelta::seconds(1);
    assert!(titles(&shop, ProductFilters { updated_since: Some(later), ..any() }).await?.is_empty());

    let public = ProductQuery { audience: Audience::Public, ..query(any()) };
    let seen: Vec<String> = list(&shop, &public).await?.items.into_iter().map(|product| product.title).collect();
    assert_eq!(seen, ["Mug", "Shirt"]);
    let drafts = ProductFilters { statuses: vec![ProductStatus::Draft], ..any() };
    assert!(list(&shop, &ProductQuery { audience: Audience::Public, ..query(drafts) }).await?.items.is_empty());
    Ok(())
}

/// In every order a walk by cursors and one by page numbers meet each product once, in the same order.
#[test_on_every_database]
async fn every_order_visits_each_product_once(shop: TestShop) -> TestResult {
    for (number, price) in [300, 100, 300, 200].into_iter().enumerate() {
        let status = if number == 1 { "draft" } else { "active" };
        shop.product(["Élan", "mug", "Apple", "élan"][number]).status(status).variant(variant(&number.to_string(), price)).create().await?;
        shop.advance(TimeDelta::milliseconds(if number % 2 == 0 { 1_500 } else { 0 }));
    }
    shop.product("Zebra").status("draft").create().await?;
    shop.product("Anchor").status("archived").create().await?;

    for sort in ProductSort::ALL {
        let mut by_cursor = Vec::new();
        let mut after = None;
        loop {
            let page = PageRequest { position: Position::After(after), size: 2 };
            let page = list(&shop, &ProductQuery { sort: *sort, page, ..query(ProductFilters::default()) }).await?;
            assert_eq!(page.total, None);
            by_cursor.extend(page.items.into_iter().map(|product| product.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut by_number = Vec::new();
        for number in 1..=3 {
            let page = PageRequest { position: Position::Number(number), size: 2 };
            let page = list(&shop, &ProductQuery { sort: *sort, page, ..query(ProductFilters::default()) }).await?;
            assert_eq!((page.total, page.has_next), (Some(6), number < 3), "{sort}");
            by_number.extend(page.items.into_iter().map(|product| product.id));
        }
        assert_eq!((by_cursor.len(), &by_cursor), (6, &by_number), "{sort}");
    }
    let ordered = |sort| {
        let shop = shop.clone();
        async move {
            let page = list(&shop, &ProductQuery { sort, ..query(ProductFilters::default()) }).await?;
            TestResult::Ok(page.items.into_iter().map(|product| product.title).collect::<Vec<_>>())
        }
    };
    assert_eq!(ordered(ProductSort::Title).await?, ["Anchor", "Apple", "Élan", "élan", "mug", "Zebra"]);
    assert_eq!(ordered(ProductSort::Price).await?, ["mug", "élan", "Élan", "Apple", "Zebra", "Anchor"]);
    assert_eq!(ordered(ProductSort::PriceDescending).await?, ["Apple", "Élan", "élan", "mug", "Anchor", "Zebra"]);
    Ok(())
}

/// A page costs the same however many rows it has, and each inclusion costs its own and no more.
#[test_on_every_database]
async fn a_page_costs_the_same_however_many_products_it_has(shop: TestShop) -> TestResult {
    let mugs = category(&shop, "Mugs", None).await?;
    for number in 0..12 {
        let mug = shop.product("Mug").categories(&[&mugs]).option("Size", &["S", "M"]);
        let mug = mug.variant(variant_of(&format!("{number}-S"), 100 + number, &[("Size", "S")]));
        mug.variant(variant_of(&format!("{number}-M"), 200, &[("Size", "M")])).create().await?;
    }
    let all = Includes { variants: true, media: true, categories: true };
    let (first, counted) = count_statements(list(&shop, &query(ProductFilters::default()))).await;
    assert_eq!((first?.total, counted), (Some(12), 2), "the rows and their number, which is known from then on");
    for (include, statements) in [(Includes::default(), 1), (Includes { media: true, ..Includes::default() }, 2), (all, 5)] {
        for size in [1, 12] {
            let query = ProductQuery { include, page: PageRequest::first(size), ..query(ProductFilters::default()) };
            let (page, counted) = count_statements(list(&shop, &query)).await;
            assert_eq!((page?.items.len(), counted), (size as usize, statements));
        }
    }
    let page = list(&shop, &ProductQuery { include: all, ..query(ProductFilters::default()) }).await?;
    let first = &page.items[0];
    let variants = first.included_variants.as_ref().ok_or("variants")?;
    let told: Vec<_> = variants.iter().map(|one| (one.title.as_str(), one.price.map(|money| money.minor()), one.availability)).collect();
    assert_eq!(told, [("S", Some(100), Availability::Out), ("M", Some(200), Availability::Out)]);
    assert_eq!(first.included_categories.as_ref().map(|known| known[0].name.as_str()), Some("Mugs"));
    assert_eq!((first.price_min.map(|money| money.minor()), first.price_max.map(|money| money.minor())), (Some(100), Some(200)));
    Ok(())
}

/// A price that begins or ends by the clock is listed from its moment on, and jobs see to it.
#[test_on_every_database]
async fn the_list_follows_prices_through_time(shop: TestShop) -> TestResult {
    let at = |hours| Some((shop.now() + TimeDelta::hours(hours)).to_rfc3339());
    let sale = PriceInput { amount: usd(700), starts_at: at(1), ends_at: at(3), ..PriceInput::default() };
    let plain = PriceInput { amount: usd(1_000), ..PriceInput::default() };
    shop.product("Mug").variant(VariantInput { price: None, prices: Some(vec![plain, sale]), ..variant("MUG", 0) }).create().await?;
    let listed = || async {
        shop.settle().await?;
        let page = list(&shop, &query(ProductFilters::default())).await?;
        TestResult::Ok(page.items[0].price_min.map(|money| money.minor()))
    };
    assert_eq!(listed().await?, Some(1_000));
    shop.advance(TimeDelta::hours(1));
    assert_eq!(listed().await?, Some(700));
    shop.advance(TimeDelta::hours(2));
    assert_eq!(listed().await?, Some(1_000));
    Ok(())
}

/// What stock changes is listed at once.
#[test_on_every_database]
async fn the_list_follows_stock(shop: TestShop) -> TestResult {
    let mug = shop.product("Mug").variant(variant("MUG", 100)).create().await?;
    for (pieces, word) in [(1, Availability::InStock), (0, Availability::Out), (5, Availability::InStock)] {
        stock(&shop, &mug, pieces).await?;
        let page = list(&shop, &query(ProductFilters::default())).await?;
        assert_eq!(page.items[0].availability, word);
    }
    Ok(())
}

/// Numbered pages end; a cursor of another order is none here.
#[test_on_every_database]
async fn a_page_too_deep_and_a_foreign_cursor_are_refused(shop: TestShop) -> TestResult {
    let deep = PageRequest { position: Position::Number(501), size: 20 };
    let refused = list(&shop, &ProductQuery { page: deep, ..query(ProductFilters::default()) }).await;
    assert!(matches!(refused, Err(ListError::TooDeep(_))));
    let cursor = kernel::Cursor { sort: "created_at".to_owned(), value: Some("soon".to_owned()), id: kernel::ProductId::generate().uuid() };
    let page = PageRequest { position: Position::After(Some(cursor)), size: 20 };
    let refused = list(&shop, &ProductQuery { page, sort: ProductSort::CreatedAt, ..query(ProductFilters::default()) }).await;
    assert!(matches!(refused, Err(ListError::Cursor(_))));
    Ok(())
}
