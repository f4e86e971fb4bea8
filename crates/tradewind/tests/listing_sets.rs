//! Lists of categories, tags and brands that have very many products, and few or none in common.

use catalog::categories::{self, Category, CategoryDetails, CategoryInput, CategoryRef, CreateCategory};
use catalog::listing::{self, Includes, ProductFilters, ProductQuery, ProductSort};
use catalog::listing::{Audience, product_counts};
use chrono::TimeDelta;
use kernel::{Page, PageRequest, Position, ProductId};
use platform::cache::Follower;
use platform::db::{Total, Value, count_statements, insert_many};
use platform::outbox;
use platform::values;
use serde_json::json;
use test_macro::test_on_every_database;
use tradewind::wiring;

use crate::support::{TestResult, TestShop};

const MANY: i64 = 2_010;

/// Very many products, the titles of which are their numbers: those of an even number in a category, all with the tag `all`, others with
/// the tags and the brand that their numbers say.
struct Crowd {
    ids: Vec<ProductId>,
    even: Category,
}

/// Whether the product of a number belongs to something.
type Belongs = fn(i64) -> bool;

/// Tags, and whose they are.
const TAGS: [(&str, Belongs); 4] = [("all", |_| true), ("odd", |n| n % 2 == 1), ("third", |n| n % 3 == 0), ("few", |n| n % 1_000 == 7)];

/// Every fourth product, and the one behind it.
fn brand(n: i64) -> Option<&'static str> {
    [Some("acme"), Some("bolt"), None, None][usize::try_from(n % 4).unwrap_or_default()]
}

fn title(n: i64) -> String {
    format!("{n:04}")
}

impl Crowd {
    async fn make(shop: &TestShop) -> TestResult<Self> {
        let details = CategoryDetails::parse(CategoryInput { name: "Even".to_owned(), ..CategoryInput::default() })?;
        let even = categories::create(shop.context(), &shop.origin(), CreateCategory { parent_id: None, details }).await?;
        let ids: Vec<ProductId> = (0..MANY).map(|_| ProductId::generate()).collect();
        let of = |belongs: &dyn Fn(i64) -> bool, row: &dyn Fn(&ProductId, i64) -> Vec<Value>| {
            ids.iter().zip(0_i64..).filter(|(_, n)| belongs(*n)).map(|(id, n)| row(id, n)).collect::<Vec<_>>()
        };
        let (now, nothing, tx) = (shop.now(), || json!({}), shop.context().begin(&shop.origin()).await?);
        let insert = "INSERT INTO products (id, slug, title, description, status, attributes, metadata, created_at, updated_at, created_by,
            updated_by, brand) VALUES";
        let product =
            |id: &ProductId, n: i64| values![*id, title(n), title(n), "", "active", nothing(), nothing(), now, now, "cli", "cli", brand(n)];
        insert_many(&tx, insert, of(&|_| true, &product), "").await?;
        let listing = |id: &ProductId, n: i64| {
            let tags: Vec<&str> = TAGS.iter().filter(|(_, has)| has(n)).map(|(tag, _)| *tag).collect();
            values![*id, "active", title(n), n, n, 0, 0, json!(tags), now, now, brand(n)]
        };
        let insert = "INSERT INTO product_listings (product_id, status, title_key, price_min_minor, price_max_minor, variant_count,
            variants_available, tags, created_at, updated_at, brand_key) VALUES";
        insert_many(&tx, insert, of(&|_| true, &listing), "").await?;
        for (position, (tag, has)) in (0_i64..).zip(TAGS) {
            let insert =
                "INSERT INTO product_tags (product_id, tag_key, tag, position, status, title_key, price_min_minor, created_at) VALUES";
            let row = |id: &ProductId, n: i64| values![*id, tag, tag, position, "active", title(n), n, now];
            insert_many(&tx, insert, of(&has, &row), "").await?;
        }
        let insert =
            "INSERT INTO product_categories (product_id, category_id, position, status, title_key, price_min_minor, created_at) VALUES";
        let row = |id: &ProductId, n: i64| values![*id, even.id, 0, "active", title(n), n, now];
        insert_many(&tx, insert, of(&|n| n % 2 == 0, &row), "").await?;
        tx.commit().await?;
        Ok(Self { ids, even })
    }

    fn in_even(&self) -> ProductFilters {
        ProductFilters { categories: Some(vec![CategoryRef::Id(self.even.id)]), ..ProductFilters::default() }
    }
}

fn tagged(tag: &str) -> ProductFilters {
    ProductFilters { tags: vec![tag.to_owned()], ..ProductFilters::default() }
}

fn query(filters: ProductFilters) -> ProductQuery {
    let (page, include) = (PageRequest::first(20), Includes::default());
    ProductQuery { audience: Audience::Staff, filters, sort: ProductSort::Title, page, include }
}

async fn titles(shop: &TestShop, query: &ProductQuery) -> TestResult<(Vec<String>, Option<u64>)> {
    let Page { items, total, .. } = listing::list(shop.context().db.reader(), query, shop.now()).await?;
    Ok((items.into_iter().map(|product| product.title).collect(), total))
}

/// The whole list, in pages that are no larger than they have to be.
async fn by_cursor(shop: &TestShop, query: &ProductQuery) -> TestResult<Vec<String>> {
    let (mut found, mut next) = (Vec::new(), Some(None));
    while let Some(cursor) = next {
        let page = PageRequest { position: Position::After(cursor), size: 90 };
        let page = listing::list(shop.context().db.reader(), &ProductQuery { page, ..query.clone() }, shop.now()).await?;
        found.extend(page.items.into_iter().map(|product| product.title));
        next = page.next.map(Some);
    }
    Ok(found)
}

/// A set of many products is not looked up one by one, and says the same.
#[test_on_every_database]
async fn a_filter_that_names_very_many_products_finds_them_all(shop: TestShop) -> TestResult {
    Crowd::make(&shop).await?;
    let page = PageRequest { position: Position::Number(201), size: 10 };
    let last = ProductQuery { page, ..query(tagged("all")) };
    // Sets, rows and total; the total of products alone is known until one of them changes, and that the set is large for a while.
    for expected in [3, 1] {
        let (found, statements) = count_statements(titles(&shop, &last)).await;
        let (titles, total) = found?;
        assert_eq!((titles.len(), titles[9].as_str(), total, statements), (10, "2009", Some(MANY.unsigned_abs()), expected));
    }
    assert_eq!(titles(&shop, &query(tagged("few"))).await?.0, ["0007", "1007", "2007"]);
    let changed = |since| query(ProductFilters { updated_since: Some(since), ..ProductFilters::default() });
    assert_eq!(titles(&shop, &changed(shop.now())).await?.0.last().map(String::as_str), Some("0019"));
    assert!(titles(&shop, &changed(shop.now() + TimeDelta::milliseconds(1))).await?.0.is_empty());
    Ok(())
}

/// What lies between bounds of the price is listed in every order, be it little that is put in order or much that is come upon.
#[test_on_every_database]
async fn a_range_of_prices_is_listed_in_every_order(shop: TestShop) -> TestResult {
    Crowd::make(&shop).await?;
    for (at_least, at_most) in [(0, MANY), (100, 399), (700, 700), (MANY, MANY)] {
        let filters = ProductFilters { price_at_least: Some(at_least), price_at_most: Some(at_most), ..ProductFilters::default() };
        let mut expected: Vec<String> = (at_least..=at_most).filter(|n| *n < MANY).map(title).collect();
        for sort in [ProductSort::Title, ProductSort::CreatedAt, ProductSort::UpdatedAt, ProductSort::Price] {
            let query = ProductQuery { sort, ..query(filters.clone()) };
            assert_eq!(by_cursor(&shop, &query).await?, expected, "{at_least} to {at_most} by {sort:?}");
            let second = ProductQuery { page: PageRequest { position: Position::Number(2), size: 100 }, ..query };
            let (page, total) = titles(&shop, &second).await?;
            assert_eq!(total, u64::try_from(expected.len()).ok());
            assert_eq!(page, expected.iter().skip(100).take(100).cloned().collect::<Vec<_>>());
        }
        expected.reverse();
        let descending = ProductQuery { sort: ProductSort::CreatedAtDescending, ..query(filters) };
        assert_eq!(by_cursor(&shop, &descending).await?, expected);
    }
    Ok(())
}

/// Of sets that are large each, what they have in common is listed in every order, page by page, whether it is nothing, few or many.
#[test_on_every_database]
async fn large_sets_have_in_common_what_is_in_all_of_them(shop: TestShop) -> TestResult {
    let crowd = Crowd::make(&shop).await?;
    let branded = |brands: &[&str], filters| {
        let brands = brands.iter().map(|brand| (*brand).to_owned()).collect();
        ProductFilters { brands, ..filters }
    };
    let even_and = |tag: &str| ProductFilters { tags: vec![tag.to_owned()], ..crowd.in_even() };
    let cases: [(ProductFilters, Belongs); 7] = [
        (even_and("odd"), |_| false),
        (even_and("third"), |n| n % 6 == 0),
        (even_and("all"), |n| n % 2 == 0),
        (even_and("few"), |_| false),
        (branded(&["Bolt"], crowd.in_even()), |_| false),
        (branded(&["acme", "bolt"], tagged("third")), |n| n % 3 == 0 && n % 4 < 2),
        (branded(&["acme"], even_and("third")), |n| n % 12 == 0),
    ];
    for (filters, belongs) in cases {
        let expected: Vec<String> = (0..MANY).filter(|n| belongs(*n)).map(title).collect();
        for sort in [ProductSort::Title, ProductSort::TitleDescending, ProductSort::UpdatedAt, ProductSort::Price] {
            let mut found = Vec::new();
            for number in 1.. {
                let page = PageRequest { position: Position::Number(number), size: 100 };
                let (titles, total) = titles(&shop, &ProductQuery { sort, page, ..query(filters.clone()) }).await?;
                assert_eq!(total, u64::try_from(expected.len()).ok(), "{filters:?}");
                if titles.is_empty() {
                    break;
                }
                found.extend(titles);
            }
            let by_number = found.clone();
            match sort {
                ProductSort::TitleDescending => found.reverse(),
                ProductSort::Title => {}
                // Made at one moment and without a price: by their ids.
                _ => found.sort_unstable(),
            }
            assert_eq!(found, expected, "{sort} {filters:?}");
            assert_eq!(by_cursor(&shop, &ProductQuery { sort, ..query(filters.clone()) }).await?, by_number, "{sort} {filters:?}");
        }
    }
    Ok(())
}

/// Whoever goes through a list misses nothing because the last product of a page goes elsewhere in the meantime.
#[test_on_every_database]
async fn a_page_goes_on_from_where_the_last_one_ended(shop: TestShop) -> TestResult {
    let crowd = Crowd::make(&shop).await?;
    let by_title = query(ProductFilters { tags: vec!["third".to_owned()], ..crowd.in_even() });
    let reader = shop.context().db.reader();
    let page = async |after| -> TestResult<Page<String>> {
        let page = PageRequest { position: Position::After(after), size: 3 };
        let page = listing::list(reader, &ProductQuery { page, ..by_title.clone() }, shop.now()).await?;
        Ok(page.map(|product| product.title))
    };
    let first = page(None).await?;
    assert_eq!(first.items, ["0000", "0006", "0012"]);
    let path = format!("/api/v1/products/{}", crowd.ids[12]);
    let elsewhere = json!({ "title": "1500 and more", "external_url": "https://example.com/12" });
    shop.patch(&path).version(1).json(elsewhere).await?.expect(200)?;
    let second = page(first.next).await?;
    assert_eq!(second.items, ["0018", "0024", "0030"]);
    assert_eq!(page(second.next).await?.items, ["0036", "0042", "0048"]);
    Ok(())
}

/// The titles of a page, its total, and the count of a category.
type Answer = (Vec<String>, Option<u64>, Option<Total>);

/// What large sets have in common, how many products a list has and how many lie in a category is found out once, and again when a product
/// changes, wherever that happens.
#[test_on_every_database]
async fn what_sets_have_in_common_is_found_out_again_when_a_product_changes(shop: TestShop) -> TestResult {
    let crowd = Crowd::make(&shop).await?;
    let node = wiring::context((*shop.context().config).clone(), shop.context().clock.clone()).await?;
    let mut follower = Follower::new(node.clone());
    follower.catch_up().await?;
    let common = query(ProductFilters { tags: vec!["odd".to_owned()], ..crowd.in_even() });
    let answer = async |context: &platform::Context| -> TestResult<(Answer, u32)> {
        let reader = context.db.reader();
        let ((page, counts), statements) =
            count_statements(async { (listing::list(reader, &common, shop.now()).await, product_counts(reader, &[crowd.even.id]).await) })
                .await;
        let page = page?;
        let titles = page.items.into_iter().map(|product| product.title).collect();
        Ok(((titles, page.total, counts?.get(&crowd.even.id).copied()), statements))
    };
    let half = Some(Total::of(MANY / 2));
    for context in [shop.context(), &node] {
        // Sizes of the sets, what they have in common, and the count of the category; from then on only the sizes, which tell categories.
        assert_eq!(answer(context).await?, ((vec![], Some(0), half), 3));
        assert_eq!(answer(context).await?, ((vec![], Some(0), half), 1));
    }
    let path = format!("/api/v1/products/{}", crowd.ids[4]);
    shop.patch(&path).version(1).json(json!({ "tags": ["odd", "all"], "external_url": "https://example.com/4" })).await?.expect(200)?;
    let found = (vec![title(4)], Some(1), half);
    assert_eq!(answer(shop.context()).await?.0, found, "the writer knows at once");
    while outbox::relay_once(shop.context()).await? > 0 {}
    while follower.catch_up().await? {}
    assert_eq!(answer(&node).await?.0, found, "others follow");
    shop.patch(&path).version(2).json(json!({ "status": "draft" })).await?.expect(200)?;
    assert_eq!(answer(shop.context()).await?.0, (vec![title(4)], Some(1), Some(Total::of(MANY / 2 - 1))), "staff see drafts");
    node.db.close().await;
    Ok(())
}
