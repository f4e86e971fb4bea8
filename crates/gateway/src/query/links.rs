//! The addresses of a page's neighbours: the client's own query with another place in it.

use kernel::{Page, PageRequest, Position};

use crate::schema::{ListLinks, ListMeta};

/// What the links of a list are made of: its path, and its query without the paging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageLinks {
    path: String,
    this: String,
    rest: String,
}

const PAGING: [&str; 4] = ["page", "per_page", "after", "limit"];

impl PageLinks {
    pub(super) fn new(path: &str, query: Option<&str>) -> Self {
        let query = query.unwrap_or_default();
        let kept = query.split('&').filter(|raw| !raw.is_empty() && !PAGING.contains(&raw.split('=').next().unwrap_or_default()));
        let rest = kept.fold(String::new(), |rest, raw| rest + "&" + raw);
        let this = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        Self { path: path.to_owned(), this, rest }
    }

    fn number(&self, number: u32, size: u32) -> String {
        format!("{}?page={number}&per_page={size}{}", self.path, self.rest)
    }

    fn after(&self, cursor: &str, size: u32) -> String {
        format!("{}?after={cursor}&limit={size}{}", self.path, self.rest)
    }

    /// Meta and links of this page; the two have to agree.
    pub(crate) fn describe<T>(&self, page: &Page<T>, request: &PageRequest) -> (ListMeta, ListLinks) {
        let size = request.size.max(1);
        let cursor = page.next.as_ref().map(kernel::Cursor::encode);
        let next_by_cursor = || cursor.as_ref().map(|cursor| self.after(cursor, size));
        let base = ListMeta {
            page: None,
            per_page: size,
            total: None,
            total_is_estimate: None,
            has_next: page.has_next,
            next_cursor: cursor.clone(),
        };
        let this = self.this.clone();
        let Position::Number(number) = request.position else {
            return (base, ListLinks { this, next: next_by_cursor(), prev: None, first: None, last: None });
        };
        let deepest = PageRequest::DEEPEST_ROW / size;
        // Below the deepest numbered page only a cursor goes on.
        let next = if number < deepest { page.has_next.then(|| self.number(number + 1, size)) } else { next_by_cursor() };
        let prev = (number > 1).then(|| self.number(number - 1, size));
        let last = page.total.map(|total| u32::try_from(total.div_ceil(u64::from(size))).unwrap_or(u32::MAX).clamp(1, deepest));
        let meta =
            ListMeta { page: Some(number), total: page.total, total_is_estimate: page.total.map(|_| page.total_is_estimate), ..base };
        let last = last.map(|last| self.number(last, size));
        (meta, ListLinks { this, next, prev, first: Some(self.number(1, size)), last })
    }
}
