//! What `GET /api/v1/products` understands.

use catalog::categories::CategoryRef;
use catalog::collections::CollectionRef;
use catalog::listing::{Audience, Belonging, Includes, OptionFilter, ProductFilters, ProductQuery, ProductSort};
use catalog::products::ProductStatus;
use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, Problem};
use platform::db::Span;

/// What may be added to a listed product.
const INCLUDES: &[&str] = &["variants", "media", "categories"];

/// What products are filtered by; the last one is said by the path where a collection is asked for its own.
const FILTERS: &[(&str, FilterKind)] = &[
    ("category", FilterKind::Words),
    ("brand", FilterKind::Words),
    ("tag", FilterKind::Words),
    ("status", FilterKind::OneOf(ProductStatus::WORDS)),
    ("in_stock", FilterKind::Flag),
    ("updated_since", FilterKind::Time),
    ("price", FilterKind::Range),
    ("option", FilterKind::Family),
    ("collection", FilterKind::Text),
];

/// The list of products.
pub(super) struct Products;

impl ListRoute for Products {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at", "updated_at", "title", "price", "manual"],
        default_sort: "-created_at",
        filters: FILTERS,
        includes: INCLUDES,
    };
}

/// The list of what is in a collection.
pub(in crate::rest) struct ProductsOfCollection;

impl ListRoute for ProductsOfCollection {
    const SPEC: ListSpec = ListSpec { default_sort: "manual", filters: FILTERS.split_at(FILTERS.len() - 1).0, ..Products::SPEC };
}

/// One product, which has everything in it already.
pub(super) struct OneProduct;

impl ListRoute for OneProduct {
    const SPEC: ListSpec = ListSpec { includes: INCLUDES, ..ListSpec::PLAIN };
}

/// The query of the use case.
pub(in crate::rest) fn query(list: &ListQuery, audience: Audience) -> Result<ProductQuery, Problem> {
    let filters = &list.filters;
    let (price_at_least, price_at_most) = closed(filters.range("price"));
    let option = |(name, values): &(String, Vec<String>)| OptionFilter { name: name.clone(), values: values.clone() };
    let category = |names: &[String]| names.iter().filter_map(|name| CategoryRef::parse(name)).collect();
    let collection = filters.text("collection").map(CollectionRef::parse);
    let filters = ProductFilters {
        // What can be no collection's name is one of nothing.
        belongings: if collection == Some(None) { vec![Belonging::default()] } else { Vec::new() },
        collection: collection.flatten(),
        created_since: None,
        categories: Some(filters.words("category")).filter(|names| !names.is_empty()).map(category),
        brands: filters.words("brand").to_vec(),
        tags: filters.words("tag").to_vec(),
        statuses: filters.parsed("status").unwrap_or_default(),
        in_stock: filters.flag("in_stock"),
        updated_since: filters.time("updated_since"),
        options: filters.family("option").iter().map(option).collect(),
        price_at_least,
        price_at_most,
    };
    let include = Includes { variants: list.includes("variants"), media: list.includes("media"), categories: list.includes("categories") };
    // Products are kept in one order at a time: each is an index.
    let sort: ProductSort = list.sort_text.parse().map_err(|_| Problem::invalid_query().detail("sort", "must be one column here"))?;
    Ok(ProductQuery { audience, filters, sort, page: list.page.clone(), include })
}

/// Amounts are whole numbers, so that each open bound has a closed one beside it.
fn closed(bounds: Span<i64>) -> (Option<i64>, Option<i64>) {
    let Span { at_least, at_most, above, below } = bounds;
    let least = at_least.into_iter().chain(above.map(|minor| minor.saturating_add(1))).max();
    let most = at_most.into_iter().chain(below.map(|minor| minor.saturating_sub(1))).min();
    (least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_bounds_count() {
        let bounds = Span { at_least: Some(5), above: Some(7), at_most: Some(20), below: Some(20) };
        assert_eq!(closed(bounds), (Some(8), Some(19)));
        assert_eq!(closed(Span { above: Some(i64::MAX), ..Span::default() }), (Some(i64::MAX), None));
    }

    #[test]
    fn a_category_that_cannot_be_one_matches_nothing() {
        let list = ListQuery::parse("/", Some("filter[category]=No%20Slug"), &Products::SPEC).expect("a query");
        assert_eq!(query(&list, Audience::Public).expect("a query").filters.categories, Some(Vec::new()));
        let two = ListQuery::parse("/", Some("sort=title,price"), &Products::SPEC).expect("a query");
        assert_eq!(query(&two, Audience::Public).expect_err("two columns").code(), "invalid_query");
    }
}
