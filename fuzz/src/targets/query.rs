//! Query strings of lists.

use gateway::{FilterKind, ListQuery, ListSpec, ViewQuery};

const SPEC: ListSpec = ListSpec {
    sorts: &["created_at", "title", "price"],
    default_sort: "-created_at",
    filters: &[
        ("brand", FilterKind::Words),
        ("status", FilterKind::OneOf(&["draft", "active"])),
        ("q", FilterKind::Text),
        ("variant", FilterKind::Id("var")),
        ("customer", FilterKind::Email),
        ("in_stock", FilterKind::Flag),
        ("updated_since", FilterKind::Time),
        ("price", FilterKind::Range),
        ("created_at", FilterKind::Period),
        ("option", FilterKind::Family),
    ],
    includes: &["variants", "media"],
};

/// Every query is refused or read within its bounds: a page is no larger than a hundred rows, a sort names known columns.
///
/// # Panics
/// Where one is not.
pub fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(read) = ListQuery::parse("/api/v1/products", Some(&text), &SPEC) {
        assert!((1..=100).contains(&read.page.size), "{text:?} asks for {} rows", read.page.size);
        assert!(!read.sort.is_empty() && read.sort.iter().all(|key| SPEC.sorts.contains(&key.name)), "{text:?}");
        assert!(read.include.iter().all(|include| SPEC.includes.contains(include)), "{text:?}");
        assert_eq!(ListQuery::parse("/api/v1/products", Some(&text), &SPEC).ok(), Some(read), "{text:?} is read in two ways");
    }
    // Only that it answers: what it accepts is a part of the above.
    let _read = ViewQuery::parse(Some(&text), &SPEC);
}
