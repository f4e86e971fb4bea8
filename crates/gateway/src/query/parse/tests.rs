//! What lists accept and refuse, as tables.

use kernel::{Cursor, PageRequest, Position};

use super::*;
use crate::query::spec::FilterKind;

const SPEC: ListSpec = ListSpec {
    sorts: &["created_at", "title", "price"],
    default_sort: "-created_at",
    filters: &[
        ("brand", FilterKind::Words),
        ("status", FilterKind::OneOf(&["draft", "active"])),
        ("q", FilterKind::Text),
        ("in_stock", FilterKind::Flag),
        ("updated_since", FilterKind::Time),
        ("price", FilterKind::Range),
        ("placed_at", FilterKind::Period),
        ("option", FilterKind::Family),
    ],
    includes: &["variants", "media"],
};

fn parse(query: &str) -> Result<ListQuery, Problem> {
    ListQuery::parse("/api/v1/products", Some(query), &SPEC)
}

#[test]
fn an_empty_query_is_the_first_page_in_the_default_order() {
    let list = ListQuery::parse("/api/v1/products", None, &SPEC).expect("valid");
    assert_eq!(list.page, PageRequest::first(20));
    assert_eq!(list.sort, [SortKey { name: "created_at", descending: true }]);
    assert_eq!((list.filters.is_empty(), list.include.len()), (true, 0));
}

#[test]
fn every_parameter_of_the_contract_is_read() {
    let query = "page=2&per_page=50&sort=-price,title&filter[brand]=Acme,Z%C3%BCrich+AG&filter%5Bstatus%5D=active&filter[q]=a,b\
                 &filter[in_stock]=true&filter[updated_since]=2026-01-31T01:00:00%2B01:00&filter[price][gte]=100&filter[price][lt]=-5\
                 &filter[placed_at][lte]=2026-01-31T00:00:00Z&filter[option.Colour]=red,blue&filter[option.size]=M\
                 &include=media,variants";
    let list = parse(query).expect("valid");
    assert_eq!(list.page, PageRequest { position: Position::Number(2), size: 50 });
    assert_eq!(list.sort, [SortKey { name: "price", descending: true }, SortKey { name: "title", descending: false }]);
    let filters = &list.filters;
    assert_eq!(filters.words("brand"), ["Acme", "Zürich AG"]);
    assert_eq!(filters.words("status"), ["active"]);
    assert_eq!((filters.text("q"), filters.flag("in_stock")), (Some("a,b"), Some(true)));
    assert_eq!(filters.time("updated_since").expect("given").to_rfc3339(), "2026-01-31T00:00:00+00:00");
    let price = filters.range("price");
    assert_eq!((price.at_least, price.at_most, price.above, price.below), (Some(100), None, None, Some(-5)));
    assert!(filters.period("placed_at").at_most.is_some());
    let options: Vec<_> = filters.family("option").iter().map(|(name, words)| (name.as_str(), words.len())).collect();
    assert_eq!(options, [("Colour", 2), ("size", 1)]);
    assert_eq!(list.include, ["media", "variants"]);
}

#[test]
fn a_cursor_belongs_to_its_sort() {
    let cursor = Cursor { sort: "title".to_owned(), value: Some("mug".to_owned()), id: kernel::ProductId::generate().uuid() };
    let text = cursor.encode();
    let list = parse(&format!("sort=title&after={text}&limit=5")).expect("valid");
    assert_eq!(list.page, PageRequest { position: Position::After(Some(cursor)), size: 5 });
    assert_eq!(parse("limit=5").expect("valid").page.position, Position::After(None));
    let refused = parse(&format!("after={text}")).expect_err("another sort");
    assert_eq!(refused.code(), "invalid_query");
}

#[test]
fn what_cannot_be_read_is_named_with_its_parameter() {
    let cases = [
        ("colour=red", "unknown_parameter", "colour"),
        ("filter[colour]=red", "unknown_parameter", "filter[colour]"),
        ("filter[brand][gte]=1", "unknown_parameter", "filter[brand][gte]"),
        ("filter[price]=1", "unknown_parameter", "filter[price]"),
        ("filter[price][eq]=1", "unknown_parameter", "filter[price][eq]"),
        ("filter[option]=1", "unknown_parameter", "filter[option]"),
        ("filter[option.]=1", "unknown_parameter", "filter[option.]"),
        ("filter[option.size][gte]=1", "unknown_parameter", "filter[option.size][gte]"),
        ("filter=1", "unknown_parameter", "filter"),
        ("page=0", "invalid_query", "page"),
        ("page=-1", "invalid_query", "page"),
        ("page=%2B1", "invalid_query", "page"),
        ("page=", "invalid_query", "page"),
        ("per_page=0", "invalid_query", "per_page"),
        ("per_page=101", "invalid_query", "per_page"),
        ("per_page=9999999999", "invalid_query", "per_page"),
        ("limit=101", "invalid_query", "limit"),
        ("page=1&limit=5", "invalid_query", "limit"),
        ("per_page=5&after=x", "invalid_query", "after"),
        ("after=", "invalid_query", "after"),
        ("page=1&page=1", "invalid_query", "page"),
        ("sort=", "invalid_query", "sort"),
        ("sort=colour", "invalid_query", "sort"),
        ("sort=title,-title", "invalid_query", "sort"),
        ("sort=--title", "invalid_query", "sort"),
        ("filter[brand]=", "invalid_query", "filter[brand]"),
        ("filter[brand]=a,,b", "invalid_query", "filter[brand]"),
        ("filter[brand]=%00", "invalid_query", "filter[brand]"),
        ("filter[status]=gone", "invalid_query", "filter[status]"),
        ("filter[in_stock]=1", "invalid_query", "filter[in_stock]"),
        ("filter[updated_since]=yesterday", "invalid_query", "filter[updated_since]"),
        ("filter[price][gte]=1.5", "invalid_query", "filter[price][gte]"),
        ("filter[price][gte]=99999999999999999999", "invalid_query", "filter[price][gte]"),
        ("fields=price", "unknown_parameter", "fields"),
        ("title=%FF", "invalid_query", "title"),
    ];
    for (query, code, parameter) in cases {
        let problem = parse(query).expect_err(query);
        let status = problem.status().as_u16();
        let item = problem.into_item();
        assert_eq!((status, item.code.as_str()), (400, code), "{query}");
        assert!(item.details.contains_key(parameter), "{query}: {:?}", item.details);
    }
}

#[test]
fn what_can_be_read_and_names_nothing_is_422() {
    for query in ["include=", "include=price", "include=media,price"] {
        let problem = parse(query).expect_err(query);
        assert_eq!((problem.status().as_u16(), problem.code()), (422, "validation_failed"), "{query}");
        assert!(problem.into_item().details.contains_key("include"), "{query}");
    }
    assert_eq!(parse("include=price&page=x").expect_err("unreadable").code(), "invalid_query");
}

#[test]
fn all_bad_parameters_are_named_at_once() {
    let item = parse("page=x&colour=red&sort=nope").expect_err("bad").into_item();
    assert_eq!(item.code, "unknown_parameter");
    assert_eq!(item.details.keys().collect::<Vec<_>>(), ["colour", "page", "sort"]);
}

#[test]
fn numbered_pages_end_at_the_deepest_row() {
    assert!(parse("page=100&per_page=100").is_ok());
    for query in ["page=101&per_page=100", "page=501", "page=4294967295&per_page=100", "page=99999999999"] {
        let problem = parse(query).expect_err(query);
        assert_eq!((problem.status().as_u16(), problem.code()), (422, "page_too_deep"), "{query}");
    }
}

#[test]
fn a_word_that_is_no_id_matches_nothing_instead_of_everything() {
    let list = parse("filter[brand]=prod_nonsense").expect("valid");
    assert_eq!(list.filters.parsed::<kernel::ProductId>("brand"), Some(Vec::new()));
    assert_eq!(list.filters.parsed::<kernel::ProductId>("status"), None);
}

#[test]
fn a_single_resource_takes_includes_only() {
    let view = ViewQuery::parse(Some("include=media"), &SPEC).expect("valid");
    assert_eq!((view.includes("media"), view.includes("variants")), (true, false));
    assert_eq!(ViewQuery::parse(Some("page=1"), &SPEC).expect_err("no list").code(), "unknown_parameter");
}
