//! Pages of what belongs to one product: variants and pictures, which are few enough to be read together.

use gateway::{ListQuery, ListRoute, ListSpec};
use kernel::{Cursor, CursorError, Page, Position};
use platform::db::{self, ListError, Total};
use uuid::Uuid;

/// A list in the order in which the parts stand.
pub(in crate::rest) struct ByPosition;

impl ListRoute for ByPosition {
    const SPEC: ListSpec = ListSpec { sorts: &["position"], default_sort: "position", ..ListSpec::PLAIN };
}

/// The page of these parts, which stand in order; `place` is a part's position and id.
///
/// # Errors
/// `TooDeep` for a page that no list has, `Cursor` for a cursor of another list.
pub(in crate::rest) fn page<T>(mut parts: Vec<T>, list: &ListQuery, place: impl Fn(&T) -> (i64, Uuid)) -> Result<Page<T>, ListError> {
    let descending = list.sort.first().is_some_and(|key| key.descending);
    if descending {
        parts.reverse();
    }
    let rows = u64::try_from(parts.len()).unwrap_or(u64::MAX);
    let total = match &list.page.position {
        Position::Number(_) => Some(Total { rows, is_estimate: false }),
        Position::After(_) => None,
    };
    if let Position::After(Some(cursor)) = &list.page.position {
        let position: i64 = cursor.value.as_deref().and_then(|text| text.parse().ok()).ok_or(CursorError)?;
        let last = (position, cursor.id);
        parts.retain(|part| if descending { place(part) < last } else { place(part) > last });
    }
    let (limit, offset) = db::window(&list.page)?;
    let (limit, offset) = (usize::try_from(limit).unwrap_or(usize::MAX), usize::try_from(offset).unwrap_or(usize::MAX));
    let window = parts.into_iter().skip(offset).take(limit).collect();
    let cursor = |part: &T| {
        let (position, id) = place(part);
        Cursor { sort: list.sort_text.clone(), value: Some(position.to_string()), id }
    };
    Ok(db::page_of(window, &list.page, total, cursor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(sort: &str, query: &str) -> (Vec<i64>, usize) {
        let (mut seen, mut pages, mut after) = (Vec::new(), 0, String::new());
        loop {
            let list = ListQuery::parse("/", Some(&format!("sort={sort}&{query}{after}")), &ByPosition::SPEC).expect("a query");
            let page = page((0..5).collect(), &list, |part| (*part, Uuid::nil())).expect("a page");
            seen.extend(page.items);
            pages += 1;
            match page.next {
                Some(cursor) => after = format!("&after={}", cursor.encode()),
                None => return (seen, pages),
            }
        }
    }

    #[test]
    fn a_walk_meets_each_part_once() {
        assert_eq!(walk("position", "limit=2"), (vec![0, 1, 2, 3, 4], 3));
        assert_eq!(walk("-position", "limit=3"), (vec![4, 3, 2, 1, 0], 2));
        assert_eq!(walk("position", "limit=5"), (vec![0, 1, 2, 3, 4], 1));
    }

    #[test]
    fn a_numbered_page_knows_how_many_there_are() {
        let list = ListQuery::parse("/", Some("page=2&per_page=2"), &ByPosition::SPEC).expect("a query");
        let page = page((0..5).collect::<Vec<i64>>(), &list, |part| (*part, Uuid::nil())).expect("a page");
        assert_eq!((page.items, page.total, page.has_next), (vec![2, 3], Some(5), true));
    }
}
