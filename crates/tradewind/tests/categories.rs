//! Categories: a tree that stays a tree, whoever changes it and however many at once.

use std::collections::HashMap;

use catalog::categories::{
    self, Category, CategoryChanges, CategoryDetails, CategoryInput, CategoryNode, CategoryPatch, CategoryQuery, CategoryRef, CategorySort,
    CreateCategory, DeleteCategory, MoveCategory, Parent, UpdateCategory,
};
use catalog::listing;
use kernel::{CategoryId, DomainError, PageRequest, Position};
use platform::db::{DbBackend, Total, count_statements, execute};
use platform::values;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, variant};

pub(crate) async fn category(shop: &TestShop, name: &str, parent: Option<&Category>) -> TestResult<Category> {
    let details = CategoryDetails::parse(CategoryInput { name: name.to_owned(), ..CategoryInput::default() })?;
    let command = CreateCategory { parent_id: parent.map(|parent| parent.id), details };
    Ok(categories::create(shop.context(), &shop.origin(), command).await?)
}

async fn product_in(shop: &TestShop, category: &Category, slug: &str, status: &str) -> TestResult {
    let product = shop.product(slug).status(status).categories(&[category]).variant(variant(slug, 100));
    product.create().await.map(drop)
}

async fn way_to(shop: &TestShop, category: &Category) -> TestResult<Vec<String>> {
    let db = shop.context().db.reader();
    let now = categories::find(db, category.id).await?.ok_or("gone")?;
    let crumbs = categories::breadcrumbs(db, &[now]).await?.remove(0);
    Ok(crumbs.into_iter().map(|crumb| crumb.name).collect())
}

fn move_to(category: &Category, parent: Option<&Category>) -> MoveCategory {
    MoveCategory { id: category.id, version: category.version, parent_id: parent.map(|parent| parent.id), position: None }
}

fn outline(nodes: &[CategoryNode]) -> String {
    let node = |node: &CategoryNode| match node.children.as_slice() {
        [] => node.category.name.clone(),
        children => format!("{}({})", node.category.name, outline(children)),
    };
    nodes.iter().map(node).collect::<Vec<_>>().join(" ")
}

/// Everything under a category goes with it, and the tree reads in the order of positions.
#[test_on_every_database]
async fn a_category_moves_with_everything_under_it(shop: TestShop) -> TestResult {
    let (home, kitchen) = (category(&shop, "Home", None).await?, category(&shop, "Kitchen", None).await?);
    let tableware = category(&shop, "Tableware", Some(&home)).await?;
    let mugs = category(&shop, "Mugs", Some(&tableware)).await?;
    let knives = category(&shop, "Knives", Some(&kitchen)).await?;

    let moved = categories::move_to(shop.context(), &shop.origin(), move_to(&tableware, Some(&kitchen))).await?;

    assert_eq!((moved.parent_id, moved.depth, moved.version, moved.position), (Some(kitchen.id), 1, 2, 1));
    assert_eq!(way_to(&shop, &mugs).await?, ["Kitchen", "Tableware", "Mugs"]);
    let tree = categories::tree(shop.context().db.reader(), None).await?;
    assert_eq!((outline(&tree.nodes).as_str(), tree.is_cut), ("Home Kitchen(Knives Tableware(Mugs))", false));
    let tree = categories::tree(shop.context().db.reader(), Some(&kitchen)).await?;
    assert_eq!(outline(&tree.nodes), "Knives Tableware(Mugs)");

    let first = MoveCategory { position: Some(0), ..move_to(&moved, Some(&kitchen)) };
    categories::move_to(shop.context(), &shop.origin(), first).await?;
    categories::move_to(shop.context(), &shop.origin(), move_to(&knives, None)).await?;
    assert_eq!(outline(&categories::tree(shop.context().db.reader(), None).await?.nodes), "Home Kitchen(Tableware(Mugs)) Knives");
    Ok(())
}

#[test_on_every_database]
async fn a_category_never_hangs_under_itself_or_too_deep(shop: TestShop) -> TestResult {
    let mut chain = vec![category(&shop, "Level 0", None).await?];
    for level in 1..10 {
        let next = category(&shop, &format!("Level {level}"), chain.last()).await?;
        chain.push(next);
    }
    let (context, origin) = (shop.context(), shop.origin());

    let under_itself = categories::move_to(context, &origin, move_to(&chain[0], Some(&chain[0]))).await.expect_err("refused");
    let under_its_own = categories::move_to(context, &origin, move_to(&chain[0], Some(&chain[4]))).await.expect_err("refused");
    assert_eq!((under_itself.code(), under_its_own.code()), ("category_cycle", "category_cycle"));

    let details = CategoryDetails::parse(CategoryInput { name: "Level 10".to_owned(), ..CategoryInput::default() })?;
    let command = CreateCategory { parent_id: Some(chain[9].id), details: details.clone() };
    assert_eq!(categories::create(context, &origin, command).await.expect_err("refused").code(), "category_too_deep");
    let nowhere = CreateCategory { parent_id: Some(CategoryId::generate()), details };
    assert_eq!(categories::create(context, &origin, nowhere).await.expect_err("refused").code(), "parent_category_not_found");

    let pair = category(&shop, "Pair", None).await?;
    category(&shop, "Of pair", Some(&pair)).await?;
    let too_deep = categories::move_to(context, &origin, move_to(&pair, Some(&chain[8]))).await.expect_err("refused");
    assert_eq!(too_deep.code(), "category_too_deep");
    assert_eq!(way_to(&shop, &chain[9]).await?.len(), 10);
    Ok(())
}

/// Each move alone is fine; both together would be a circle that hangs under nothing.
#[test_on_every_database]
async fn two_moves_at_once_close_no_circle(shop: TestShop) -> TestResult {
    for round in 0..10 {
        let left = category(&shop, &format!("Left {round}"), None).await?;
        let right = category(&shop, &format!("Right {round}"), None).await?;
        let origin = shop.origin();
        let (one, other) = tokio::join!(
            categories::move_to(shop.context(), &origin, move_to(&left, Some(&right))),
            categories::move_to(shop.context(), &origin, move_to(&right, Some(&left))),
        );
        assert!(one.is_ok() != other.is_ok());
        let refused = one.err().or(other.err()).ok_or("both moved")?;
        assert_eq!(refused.code(), "category_cycle");
    }
    Ok(())
}

#[test_on_every_database]
async fn absent_fields_of_a_category_stay_and_empty_ones_are_emptied(shop: TestShop) -> TestResult {
    let (context, origin) = (shop.context(), shop.origin());
    let details = CategoryDetails::parse(CategoryInput {
        name: "Mugs".to_owned(),
        description: Some("<p>Warm</p><script>alert(1)</script>".to_owned()),
        seo_title: Some("All mugs".to_owned()),
        ..CategoryInput::default()
    })?;
    let mugs = categories::create(context, &origin, CreateCategory { parent_id: None, details }).await?;
    assert_eq!((mugs.slug.as_str(), mugs.description.as_str()), ("mugs", "<p>Warm</p>"));
    let home = category(&shop, "Home", None).await?;

    let patch = CategoryPatch { name: Some("Cups".to_owned()), seo_title: Some(None), ..CategoryPatch::default() };
    let changes = CategoryChanges::patch(patch)?;
    let command = UpdateCategory { id: mugs.id, version: 1, parent_id: Some(Some(home.id)), changes };
    let cups = categories::update(context, &origin, command.clone()).await?;
    assert_eq!((cups.name.as_str(), cups.slug.as_str(), cups.seo_title.as_deref()), ("Cups", "mugs", None));
    assert_eq!((cups.description.as_str(), cups.version), ("<p>Warm</p>", 2));
    assert_eq!(categories::find_ref(context.db.reader(), &CategoryRef::Slug(cups.slug.clone())).await?, Some(cups.clone()));
    assert_eq!(way_to(&shop, &cups).await?, ["Home", "Cups"]);

    let stale = categories::update(context, &origin, command).await.expect_err("stale");
    assert_eq!((stale.code(), stale.context().as_deref()), ("version_conflict", Some(r#"{"current_version":2}"#)));
    let patch = CategoryPatch { slug: Some("home".to_owned()), ..CategoryPatch::default() };
    let command = UpdateCategory { id: mugs.id, version: 2, parent_id: None, changes: CategoryChanges::patch(patch)? };
    assert_eq!(categories::update(context, &origin, command).await.expect_err("taken").code(), "slug_taken");
    let events = ["category.created", "category.created", "category.updated", "category.moved"];
    assert_eq!(shop.events_of("category").await?, events);
    Ok(())
}

#[test_on_every_database]
async fn a_slug_that_is_not_given_is_made_of_the_name_and_numbered(shop: TestShop) -> TestResult {
    for slug in ["cups-mugs", "cups-mugs-2", "cups-mugs-3"] {
        assert_eq!(category(&shop, "Cups & Mugs", None).await?.slug.as_str(), slug);
    }
    let input = CategoryInput { name: "Cups".to_owned(), slug: Some("cups-mugs".to_owned()), ..CategoryInput::default() };
    let command = CreateCategory { parent_id: None, details: CategoryDetails::parse(input)? };
    let taken = categories::create(shop.context(), &shop.origin(), command).await.expect_err("taken");
    assert_eq!((taken.code(), taken.details().contains_key("slug")), ("slug_taken", true));
    Ok(())
}

#[test_on_every_database]
async fn a_category_with_products_or_categories_stays(shop: TestShop) -> TestResult {
    let (context, origin) = (shop.context(), shop.origin());
    let home = category(&shop, "Home", None).await?;
    let mugs = category(&shop, "Mugs", Some(&home)).await?;
    let empty = category(&shop, "Empty", Some(&home)).await?;
    product_in(&shop, &mugs, "red-mug", "active").await?;

    for kept in [&home, &mugs] {
        let refused = categories::delete(context, &origin, DeleteCategory { id: kept.id, version: 1 }).await.expect_err("in use");
        assert_eq!(refused.code(), "category_in_use");
    }
    let stale = categories::delete(context, &origin, DeleteCategory { id: empty.id, version: 7 }).await.expect_err("stale");
    assert_eq!(stale.code(), "version_conflict");
    categories::delete(context, &origin, DeleteCategory { id: empty.id, version: 1 }).await?;
    let gone = categories::delete(context, &origin, DeleteCategory { id: empty.id, version: 1 }).await.expect_err("gone");
    assert_eq!(gone.code(), "category_not_found");
    assert_eq!(shop.events_of("category").await?.last().map(String::as_str), Some("category.deleted"));
    Ok(())
}

/// Several importers speak of the same new path: each level is made once.
#[test_on_every_database]
async fn a_path_of_names_is_made_once(shop: TestShop) -> TestResult {
    async fn find(shop: &TestShop, names: &[&str]) -> TestResult<CategoryId> {
        let tx = shop.context().begin(&shop.origin()).await?;
        let id = categories::find_or_create_path(&tx, names).await?;
        tx.commit().await?;
        Ok(id)
    }
    let names = ["Home", "Küche", "☕"];
    let (one, two, three) = tokio::join!(find(&shop, &names), find(&shop, &names), find(&shop, &["HOME", "kuche", "☕"]));
    let (one, two, three) = (one?, two?, three?);
    assert_eq!((one, one), (two, three));
    let garden = find(&shop, &["Garden", "Küche"]).await?;
    let tree = categories::tree(shop.context().db.reader(), None).await?;
    let outlines = ["Home(Küche(☕)) Garden(Küche)", "HOME(kuche(☕)) Garden(Küche)"];
    assert!(outlines.contains(&outline(&tree.nodes).as_str()), "{}", outline(&tree.nodes));
    assert_eq!(find(&shop, &["garden", "kuche"]).await?, garden);

    let tx = shop.context().begin(&shop.origin()).await?;
    for bad in [vec![], vec!["Home", " "], vec!["a"; 11]] {
        assert_eq!(categories::find_or_create_path(&tx, &bad).await.expect_err("refused").code(), "validation_failed");
    }
    Ok(())
}

#[test_on_every_database]
async fn pages_of_categories_come_in_order_and_without_gaps(shop: TestShop) -> TestResult {
    let home = category(&shop, "Home", None).await?;
    for number in 0..7 {
        category(&shop, &format!("Shelf {number}"), Some(&home)).await?;
    }
    let db = shop.context().db.reader();
    for (sort, first) in [
        (CategorySort::Position, "Shelf 0"),
        (CategorySort::PositionDescending, "Shelf 6"),
        (CategorySort::Name, "Shelf 0"),
        (CategorySort::NameDescending, "Shelf 6"),
        (CategorySort::CreatedAt, "Shelf 0"),
        (CategorySort::UpdatedAtDescending, "Shelf 6"),
    ] {
        let mut query = CategoryQuery { parent: Parent::Of(home.id), sort, page: PageRequest { position: Position::After(None), size: 3 } };
        let mut names = Vec::new();
        loop {
            let (page, statements) = count_statements(categories::list(db, &query)).await;
            let page = page?;
            assert_eq!((statements, page.total), (1, None));
            names.extend(page.items.into_iter().map(|category| category.name));
            let Some(next) = page.next else { break };
            query.page.position = Position::After(Some(next));
        }
        assert_eq!((names.len(), names[0].as_str()), (7, first), "{sort}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 7, "{sort}");
    }
    let query = CategoryQuery { parent: Parent::None, sort: CategorySort::Position, page: PageRequest::first(20) };
    let roots = categories::list(db, &query).await?;
    assert_eq!((roots.items, roots.total, roots.has_next), (vec![home], Some(1), false));
    let all = categories::list(db, &CategoryQuery { parent: Parent::Any, page: PageRequest::first(5), ..query }).await?;
    assert_eq!((all.items.len(), all.total, all.has_next), (5, Some(8), true));
    Ok(())
}

/// Filters and counts see a category's whole subtree, and a product in two of its places once.
#[test_on_every_database]
async fn a_subtree_counts_each_product_once(shop: TestShop) -> TestResult {
    let home = category(&shop, "Home", None).await?;
    let mugs = category(&shop, "Mugs", Some(&home)).await?;
    let red = category(&shop, "Red", Some(&mugs)).await?;
    let other = category(&shop, "Other", None).await?;
    product_in(&shop, &red, "red-mug", "active").await?;
    product_in(&shop, &mugs, "blue-mug", "draft").await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    let again = "INSERT INTO product_categories (product_id, category_id, position, status, title_key, price_min_minor, created_at)
        SELECT p.id, $1, 1, l.status, l.title_key, l.price_min_minor, l.created_at
        FROM products p JOIN product_listings l ON l.product_id = p.id WHERE p.slug = 'red-mug'";
    execute(&tx, again, values![home.id]).await?;
    tx.commit().await?;

    let db = shop.context().db.reader();
    let counts = listing::product_counts(db, &[home.id, red.id, other.id]).await?;
    let [none, one] = [0, 1].map(Total::of);
    assert_eq!(counts, HashMap::from([(home.id, one), (red.id, one), (other.id, none)]));
    let names =
        [CategoryRef::Slug("mugs".to_owned().try_into()?), CategoryRef::Id(other.id), CategoryRef::Slug("none".to_owned().try_into()?)];
    let mut ids = vec![mugs.id, red.id, other.id];
    ids.sort_unstable();
    assert_eq!(categories::subtree_ids(db, &names).await?, ids);
    Ok(())
}

/// Nothing is counted again until something changes. Beyond the deepest row of numbered pages it is enough to know that there are more; what
/// is said without that is exact, in however many categories each product lies.
#[test_on_every_database]
async fn a_large_category_is_not_counted_again(shop: TestShop) -> TestResult {
    let (large, whole) = (category(&shop, "Large", None).await?, category(&shop, "Whole", None).await?);
    let parts =
        [category(&shop, "A", Some(&whole)).await?, category(&shop, "B", Some(&whole)).await?, category(&shop, "C", Some(&whole)).await?];
    let tx = shop.context().begin(&shop.origin()).await?;
    let id = if shop.context().db.backend() == DbBackend::Postgres { "gen_random_uuid()" } else { "randomblob(16)" };
    let products = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10001)
         INSERT INTO products (id, slug, title, description, status, attributes, metadata, created_at, updated_at, created_by, updated_by)
         SELECT {id}, 'p-' || i, 'P', '', 'active', '{{}}', '{{}}', $1, $1, '', '' FROM n"
    );
    execute(&tx, &products, values![shop.context().now()]).await?;
    let places = "INSERT INTO product_categories (product_id, category_id, position, status)
        SELECT id, $1, 0, 'active' FROM products ORDER BY id LIMIT $2";
    for (category, products) in [(&large, 10_001_i64), (&parts[0], 7_001), (&parts[1], 7_001), (&parts[2], 7_001)] {
        execute(&tx, places, values![category.id, products]).await?;
    }
    tx.commit().await?;
    let expected = HashMap::from([(large.id, Total::LONG), (whole.id, Total::of(7_001)), (parts[0].id, Total::of(7_001))]);
    let asked = [large.id, whole.id, parts[0].id];
    for statements in [2, 0] {
        let (counts, sent) = count_statements(listing::product_counts(shop.context().db.reader(), &asked)).await;
        assert_eq!((counts?, sent), (expected.clone(), statements));
    }
    let (counts, sent) = count_statements(listing::product_counts(shop.context().db.reader(), &[large.id])).await;
    assert_eq!((counts?, sent), (HashMap::from([(large.id, Total::LONG)]), 0));
    // They are in no list, which a shop must not keep.
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "DELETE FROM products", values![]).await?;
    tx.commit().await?;
    Ok(())
}
