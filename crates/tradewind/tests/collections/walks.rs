//! The proof of rules: what a database finds is what a plain function finds, whatever the rules, the products and the order.

use std::cmp::Reverse;

use catalog::categories::{self, Category, CategoryDetails, CategoryInput, CreateCategory};
use catalog::collections::{Rules, RulesInput};
use catalog::listing::{self, Audience, Includes, ProductFilters, ProductQuery, ProductSort, Within};
use chrono::TimeDelta;
use kernel::{PageRequest, Position, ProductId, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, usd, variant};

const PRODUCTS: usize = 60;
const QUESTIONS: usize = 150;
const TAGS: [&str; 3] = ["new", "gift", "nobody"];
const BRANDS: [&str; 3] = ["acme", "bolt", "nobody"];

/// A product as it was made.
struct Made {
    id: ProductId,
    title: String,
    is_active: bool,
    tags: Vec<&'static str>,
    brand: &'static str,
    /// Those it is in, by their place, and all above.
    categories: Vec<usize>,
    price: i64,
    on_sale: bool,
    in_stock: bool,
    created_at: Timestamp,
}

/// A root with a child, and a root of its own.
async fn tree(shop: &TestShop) -> TestResult<Vec<Category>> {
    let mut tree: Vec<Category> = Vec::new();
    for (number, parent) in [None, Some(0), None].into_iter().enumerate() {
        let details = CategoryDetails::parse(CategoryInput { name: format!("Category {number}"), ..CategoryInput::default() })?;
        let parent_id = parent.map(|parent: usize| tree[parent].id);
        tree.push(categories::create(shop.context(), &shop.origin(), CreateCategory { parent_id, details }).await?);
    }
    Ok(tree)
}

async fn make(shop: &TestShop, random: &mut StdRng, tree: &[Category], number: usize) -> TestResult<Made> {
    shop.advance(TimeDelta::hours(random.random_range(0..12)));
    let (is_active, on_sale, in_stock) = (random.random_bool(0.8), random.random_bool(0.4), random.random_bool(0.5));
    let (price, brand) = (random.random_range(1..6) * 100, BRANDS[random.random_range(0..2)]);
    let tags: Vec<&str> = TAGS[..2].iter().copied().filter(|_| random.random_bool(0.4)).collect();
    let places: Vec<usize> = (0..3).filter(|_| random.random_bool(0.3)).collect();
    let mut only = variant(&number.to_string(), price);
    only.compare_at_price = Some(Some(usd(if on_sale { price + 1 } else { price })));
    only.tracked = Some(!in_stock);
    let named: Vec<&Category> = places.iter().map(|place| &tree[*place]).collect();
    let product = shop.product(&format!("P{number}")).status(if is_active { "active" } else { "draft" }).categories(&named).variant(only);
    let product = product.with(|input| {
        input.tags = Some(tags.iter().map(|tag| tag.to_uppercase()).collect());
        input.brand = Some(Some(brand.to_uppercase()));
    });
    let product = product.create().await?.product;
    let above = places.contains(&1).then_some(0);
    let categories = places.into_iter().chain(above).collect();
    Ok(Made {
        id: product.id,
        title: product.content.title,
        is_active,
        tags,
        brand,
        categories,
        price,
        on_sale,
        in_stock,
        created_at: product.created_at,
    })
}

/// Whether a condition holds of a product at a moment.
type Holds = Box<dyn Fn(&Made, Timestamp) -> bool>;

/// A condition as staff send it, and as the plain function has it.
struct Asked {
    wire: Value,
    holds: Holds,
}

fn some(random: &mut StdRng, of: &[&'static str]) -> Vec<&'static str> {
    let first = random.random_range(0..of.len());
    (first..of.len().min(first + random.random_range(1..3))).map(|place| of[place]).collect()
}

/// One of many, by chance; where one is enough, only what may be one of several.
fn condition(random: &mut StdRng, tree: &[Category], any: bool) -> Asked {
    let of = |field: &str, op: &str, value: Value, holds: Holds| Asked { wire: json!({ "field": field, "op": op, "value": value }), holds };
    match random.random_range(0..if any { 4 } else { 8 }) {
        0 => {
            let tags = some(random, &TAGS);
            of("tag", "one_of", json!(tags), Box::new(move |made, _| tags.iter().any(|tag| made.tags.contains(tag))))
        }
        1 => {
            let brands = some(random, &BRANDS);
            of("brand", "one_of", json!(brands), Box::new(move |made, _| brands.contains(&made.brand)))
        }
        2 => {
            let place = random.random_range(0..tree.len());
            of("category", "is", json!(tree[place].id), Box::new(move |made, _| made.categories.contains(&place)))
        }
        3 => of("on_sale", "is", json!(true), Box::new(|made, _| made.on_sale)),
        4 => {
            let least = random.random_range(1..4) * 100;
            of("price", "at_least", json!(least), Box::new(move |made, _| made.price >= least))
        }
        5 => {
            let most = random.random_range(2..6) * 100;
            of("price", "at_most", json!(most), Box::new(move |made, _| made.price <= most))
        }
        6 => {
            let flag = random.random_bool(0.5);
            of("in_stock", "is", json!(flag), Box::new(move |made, _| made.in_stock == flag))
        }
        _ => {
            let days = random.random_range(1..12);
            let since = move |now: Timestamp| now - TimeDelta::days(days) - TimeDelta::minutes(30);
            of("created_at", "within_days", json!(days), Box::new(move |made, now| made.created_at >= since(now)))
        }
    }
}

async fn walked(shop: &TestShop, rules: &Rules, query: &ProductQuery, size: u32) -> TestResult<Vec<ProductId>> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let query = ProductQuery { page: PageRequest { position: Position::After(after), size }, ..query.clone() };
        let page = listing::list_in(shop.context().db.reader(), Within::Rules(rules), &query, shop.now()).await?;
        seen.extend(page.items.into_iter().map(|product| product.id));
        after = page.next;
        if after.is_none() {
            return Ok(seen);
        }
    }
}

/// A hundred and fifty rules over sixty products, in every order, by cursors and by number, for customers and for staff.
#[test_on_every_database]
async fn rules_find_what_a_plain_function_finds(shop: TestShop) -> TestResult {
    let mut random = StdRng::seed_from_u64(20_261_124);
    let tree = tree(&shop).await?;
    let mut made = Vec::new();
    for number in 0..PRODUCTS {
        made.push(make(&shop, &mut random, &tree, number).await?);
    }
    let (now, mut met) = (shop.now(), 0);
    for number in 0..QUESTIONS {
        let any = random.random_bool(0.5);
        let asked: Vec<Asked> = (0..random.random_range(1..4)).map(|_| condition(&mut random, &tree, any)).collect();
        let conditions: Vec<&Value> = asked.iter().map(|asked| &asked.wire).collect();
        let wire = json!({ "match": if any { "any" } else { "all" }, "conditions": conditions });
        let rules = Rules::parse(serde_json::from_value::<RulesInput>(wire.clone())?)?;

        let audience = if random.random_bool(0.5) { Audience::Public } else { Audience::Staff };
        let holds = |made: &&Made| {
            let mut each = asked.iter().map(|asked| (asked.holds)(made, now));
            let fits = if any { each.any(|holds| holds) } else { each.all(|holds| holds) };
            fits && (made.is_active || audience == Audience::Staff)
        };
        let mut expected: Vec<&Made> = made.iter().filter(holds).collect();
        let sort = [ProductSort::Manual, ProductSort::Title, ProductSort::Price, ProductSort::UpdatedAt][random.random_range(0..4)];
        match sort {
            ProductSort::Price => expected.sort_by_key(|made| (made.price, made.id)),
            ProductSort::UpdatedAt => expected.sort_by_key(|made| (made.created_at, made.id)),
            ProductSort::Manual => expected.sort_by_key(|made| Reverse((made.created_at, made.id))),
            _ => expected.sort_by_key(|made| &made.title),
        }
        let expected: Vec<ProductId> = expected.into_iter().map(|made| made.id).collect();
        let size = random.random_range(1..8);
        let query = ProductQuery {
            audience,
            filters: ProductFilters::default(),
            sort,
            page: PageRequest::first(size),
            include: Includes::default(),
        };
        assert_eq!(walked(&shop, &rules, &query, size).await?, expected, "{number}: {sort} {wire}");
        let first = listing::list_in(shop.context().db.reader(), Within::Rules(&rules), &query, now).await?;
        assert_eq!(first.total, Some(expected.len() as u64), "{number}: {sort} {wire}");
        met += expected.len();
    }
    assert!(met > 5 * QUESTIONS, "the rules find too little to tell anything: {met}");
    Ok(())
}
