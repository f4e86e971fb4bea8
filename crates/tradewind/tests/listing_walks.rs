//! The product list against a plain filter and sort of everything: whatever is asked, by cursor and by number.

use std::cmp::Ordering;

use catalog::categories::{self, Category, CategoryDetails, CategoryInput, CategoryRef, CreateCategory};
use catalog::listing::{self, Audience, Includes, OptionFilter, ProductFilters, ProductQuery, ProductSort, ProductSummary};
use catalog::products::ProductStatus;
use chrono::TimeDelta;
use kernel::{PageRequest, Position, ProductId, fold};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, variant, variant_of};

const PRODUCTS: usize = 60;
const QUESTIONS: usize = 150;
/// More than the list goes through one by one.
const LEAVES: usize = 18;
const STATUSES: [&str; 4] = ["active", "active", "draft", "archived"];
const TAGS: [&str; 4] = ["New", "Sale", "Gift", "Nobody"];
const SIZES: [&str; 3] = ["S", "M", "L"];

/// A product as it was made.
struct Made {
    summary: ProductSummary,
    /// Those it is in, by their place, and all above.
    categories: Vec<usize>,
    tags: Vec<&'static str>,
    size: Option<&'static str>,
}

/// Two roots: one with a child, one with many.
async fn tree(shop: &TestShop) -> TestResult<Vec<(Category, Option<usize>)>> {
    let mut tree: Vec<(Category, Option<usize>)> = Vec::new();
    let parents = [None, Some(0), None].into_iter().chain(std::iter::repeat_n(Some(2), LEAVES));
    for (number, parent) in parents.enumerate() {
        let details = CategoryDetails::parse(CategoryInput { name: format!("Category {number}"), ..CategoryInput::default() })?;
        let parent_id = parent.map(|parent: usize| tree[parent].0.id);
        let category = categories::create(shop.context(), &shop.origin(), CreateCategory { parent_id, details }).await?;
        tree.push((category, parent));
    }
    Ok(tree)
}

fn some<T: Copy>(random: &mut StdRng, of: &[T], most: usize) -> Vec<T> {
    let mut some: Vec<T> = Vec::new();
    let mut places: Vec<usize> = (0..of.len()).collect();
    for _ in 0..random.random_range(0..=most) {
        some.push(of[places.swap_remove(random.random_range(0..places.len()))]);
    }
    some
}

async fn stocked(shop: &TestShop, random: &mut StdRng, tree: &[(Category, Option<usize>)]) -> TestResult<Vec<Made>> {
    let mut made = Vec::new();
    for number in 0..PRODUCTS {
        let places: Vec<usize> = (0..tree.len()).collect();
        let categories = some(random, &places, 3);
        let tags = some(random, &TAGS[..3], 2);
        let size = SIZES.get(random.random_range(0..4)).copied();
        let price = random.random_range(1..6) * 100;
        let named: Vec<&Category> = categories.iter().map(|place| &tree[*place].0).collect();
        let product =
            shop.product(["Mug", "mug", "Élan", "Apple"][number % 4]).status(STATUSES[random.random_range(0..4)]).categories(&named);
        let product = product.with(|input| {
            input.tags = Some(tags.iter().map(|tag| (*tag).to_owned()).collect());
            input.brand = Some(Some(["ACME", "Bolt"][number % 2].to_owned()));
        });
        let product = match size {
            Some(size) => product.option("Size", &[size]).variant(variant_of(&number.to_string(), price, &[("Size", size)])),
            None if number % 5 == 0 => product,
            None => product.variant(variant(&number.to_string(), price)),
        };
        let id = product.create().await?.product.id;
        let with_above = categories.iter().flat_map(|place| [Some(*place), tree[*place].1]).flatten().collect();
        made.push((id, with_above, tags, size));
        shop.advance(TimeDelta::milliseconds(random.random_range(0..2)));
    }
    let everything = ProductQuery { page: PageRequest::first(100), ..query(ProductFilters::default(), ProductSort::CreatedAt) };
    let mut listed = listing::list(shop.context().db.reader(), &everything, shop.now()).await?.items;
    let found = made.into_iter().map(|(id, categories, tags, size)| {
        let place = listed.iter().position(|product| product.id == id).ok_or("a product is not listed")?;
        TestResult::Ok(Made { summary: listed.swap_remove(place), categories, tags, size })
    });
    found.collect()
}

fn query(filters: ProductFilters, sort: ProductSort) -> ProductQuery {
    ProductQuery { audience: Audience::Staff, filters, sort, page: PageRequest::first(20), include: Includes::default() }
}

/// What is asked, and what of it the model has to know.
struct Question {
    query: ProductQuery,
    categories: Option<Vec<usize>>,
    tags: Vec<&'static str>,
    sizes: Vec<&'static str>,
}

fn question(random: &mut StdRng, tree: &[(Category, Option<usize>)], made: &[Made]) -> Question {
    let places: Vec<usize> = (0..tree.len()).collect();
    let categories = random.random_bool(0.6).then(|| some(random, &places, 3)).filter(|some| !some.is_empty());
    let tags = some(random, &TAGS, 2);
    let sizes = if random.random_bool(0.3) { some(random, &SIZES, 2) } else { Vec::new() };
    let named = |place: &usize| CategoryRef::Slug(tree[*place].0.slug.clone());
    let filters = ProductFilters {
        categories: categories.as_ref().map(|places| places.iter().map(named).collect()),
        tags: tags.iter().map(|tag| tag.to_uppercase()).collect(),
        brands: if random.random_bool(0.2) { vec!["acme".to_owned()] } else { Vec::new() },
        statuses: some(random, &[ProductStatus::Active, ProductStatus::Draft, ProductStatus::Archived], 2),
        price_at_least: random.random_bool(0.2).then_some(200),
        price_at_most: random.random_bool(0.2).then_some(400),
        in_stock: random.random_bool(0.1).then_some(false),
        updated_since: random.random_bool(0.1).then(|| made[random.random_range(0..PRODUCTS)].summary.updated_at),
        options: if sizes.is_empty() { Vec::new() } else { vec![option(&sizes)] },
        ..ProductFilters::default()
    };
    let sort = ProductSort::ALL[random.random_range(0..ProductSort::ALL.len())];
    let audience = if random.random_bool(0.3) { Audience::Public } else { Audience::Staff };
    Question { query: ProductQuery { audience, ..query(filters, sort) }, categories, tags, sizes }
}

fn option(sizes: &[&str]) -> OptionFilter {
    OptionFilter { name: "size".to_owned(), values: sizes.iter().map(|size| size.to_lowercase()).collect() }
}

impl Question {
    /// Everything that matches, in order.
    fn expected(&self, made: &[Made]) -> Vec<ProductId> {
        let mut matching: Vec<&Made> = made.iter().filter(|made| self.matches(made)).collect();
        matching.sort_by(|a, b| self.order(&a.summary, &b.summary));
        matching.iter().map(|made| made.summary.id).collect()
    }

    fn matches(&self, made: &Made) -> bool {
        let (filters, summary) = (&self.query.filters, &made.summary);
        let price = summary.price_min.map(|price| price.minor());
        let is_seen = self.query.audience == Audience::Staff || summary.status == ProductStatus::Active;
        is_seen
            && (filters.statuses.is_empty() || filters.statuses.contains(&summary.status))
            && self.categories.as_ref().is_none_or(|wanted| wanted.iter().any(|place| made.categories.contains(place)))
            && (self.tags.is_empty() || self.tags.iter().any(|tag| made.tags.contains(tag)))
            && (self.sizes.is_empty() || made.size.is_some_and(|size| self.sizes.contains(&size)))
            && (filters.brands.is_empty() || summary.brand.as_deref().map(fold).as_deref() == Some("acme"))
            && filters.updated_since.is_none_or(|since| summary.updated_at >= since)
            && filters.price_at_least.is_none_or(|least| price.is_some_and(|price| price >= least))
            && filters.price_at_most.is_none_or(|most| price.is_some_and(|price| price <= most))
    }

    fn order(&self, a: &ProductSummary, b: &ProductSummary) -> Ordering {
        let (sort, price) = (self.query.sort, |product: &ProductSummary| product.price_min.map(|price| price.minor()));
        let (descends, of) = (sort.as_str().starts_with('-'), |product: &ProductSummary| (fold(&product.title), product.id));
        let up = match sort.as_str().trim_start_matches('-') {
            "created_at" => (a.created_at, a.id).cmp(&(b.created_at, b.id)),
            "updated_at" => (a.updated_at, a.id).cmp(&(b.updated_at, b.id)),
            "title" => of(a).cmp(&of(b)),
            // Staff gave no order to all products: the newest come first.
            "manual" => (b.created_at, b.id).cmp(&(a.created_at, a.id)),
            _ => (price(a), a.id).cmp(&(price(b), b.id)),
        };
        let ordered = if descends { up.reverse() } else { up };
        let unpriced = sort.as_str().ends_with("price").then(|| price(a).is_none().cmp(&price(b).is_none()));
        unpriced.unwrap_or(Ordering::Equal).then(ordered)
    }
}

async fn walked(shop: &TestShop, query: &ProductQuery, size: u32) -> TestResult<Vec<ProductId>> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest { position: Position::After(after), size };
        let page = listing::list(shop.context().db.reader(), &ProductQuery { page, ..query.clone() }, shop.now()).await?;
        seen.extend(page.items.into_iter().map(|product| product.id));
        after = page.next;
        if after.is_none() {
            return Ok(seen);
        }
    }
}

/// Whatever is filtered by and in whatever order, a walk by cursors and the numbered pages are the plain filter and sort.
#[test_on_every_database]
async fn every_walk_is_the_plain_filter_and_sort_of_everything(shop: TestShop) -> TestResult {
    let mut random = StdRng::seed_from_u64(20_261_121);
    let tree = tree(&shop).await?;
    let made = stocked(&shop, &mut random, &tree).await?;
    let mut met = 0;
    for number in 0..QUESTIONS {
        let question = question(&mut random, &tree, &made);
        let expected = question.expected(&made);
        let size = random.random_range(1..8);
        assert_eq!(walked(&shop, &question.query, size).await?, expected, "{number}: {:?}", question.query);
        let second = PageRequest { position: Position::Number(2), size };
        let page = listing::list(shop.context().db.reader(), &ProductQuery { page: second, ..question.query.clone() }, shop.now()).await?;
        let second: Vec<ProductId> = expected.iter().skip(size as usize).take(size as usize).copied().collect();
        let numbered: Vec<ProductId> = page.items.iter().map(|product| product.id).collect();
        assert_eq!((numbered, page.total), (second, Some(expected.len() as u64)), "{number}: {:?}", question.query);
        met += expected.len();
    }
    assert!(met > QUESTIONS, "the questions find too little to tell anything");
    Ok(())
}
