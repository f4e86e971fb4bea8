//! One page of a list: what is asked for and what comes back.

use crate::Cursor;

/// Where a page starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// Page `1..`, counted; reaches down to row [`PageRequest::DEEPEST_ROW`].
    Number(u32),
    /// After a cursor (or from the start), without end.
    After(Option<Cursor>),
}

/// Which rows of a list are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Where the page starts.
    pub position: Position,
    /// How many rows at most: 1 to [`PageRequest::MAX_SIZE`].
    pub size: u32,
}

/// A numbered page lies below the deepest row that is counted; cursors go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("numbered pages end at row 10000; use a cursor (`after`, `limit`) to go on")]
pub struct PageTooDeep;

impl PageRequest {
    /// What one answer holds at most.
    pub const MAX_SIZE: u32 = 100;
    /// What one answer holds unless it is told otherwise.
    pub const DEFAULT_SIZE: u32 = 20;
    /// Numbered pages cost the rows before them; deeper than this they are refused.
    pub const DEEPEST_ROW: u32 = 10_000;

    /// The first rows.
    #[must_use]
    pub const fn first(size: u32) -> Self {
        Self { position: Position::Number(1), size }
    }

    /// How many rows a numbered page skips.
    ///
    /// # Errors
    /// `PageTooDeep` where the page would end below [`Self::DEEPEST_ROW`].
    pub fn offset(&self) -> Result<u32, PageTooDeep> {
        match self.position {
            Position::Number(number) => {
                let end = number.checked_mul(self.size).ok_or(PageTooDeep)?;
                if end > Self::DEEPEST_ROW { Err(PageTooDeep) } else { Ok(end - self.size) }
            }
            Position::After(_) => Ok(0),
        }
    }
}

/// Rows, and how to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in order.
    pub items: Vec<T>,
    /// True where more rows follow.
    pub has_next: bool,
    /// The place behind the last row, where more rows follow.
    pub next: Option<Cursor>,
    /// How many rows there are in all; counted for numbered pages only.
    pub total: Option<u64>,
    /// True where `total` stopped counting at [`PageRequest::DEEPEST_ROW`] and is an estimate.
    pub total_is_estimate: bool,
}

impl<T> Page<T> {
    /// The same page of other rows.
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        let Self { items, has_next, next, total, total_is_estimate } = self;
        Page { items: items.into_iter().map(each).collect(), has_next, next, total, total_is_estimate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_pages_end_at_row_10000() {
        let page = |number, size| PageRequest { position: Position::Number(number), size }.offset();
        assert_eq!(page(1, 20), Ok(0));
        assert_eq!(page(500, 20), Ok(9_980));
        assert_eq!(page(501, 20), Err(PageTooDeep));
        assert_eq!(page(u32::MAX, 100), Err(PageTooDeep));
        assert_eq!((PageRequest::first(20).offset(), PageRequest::first(20).size), (Ok(0), 20));
        assert_eq!(PageRequest { position: Position::After(None), size: 20 }.offset(), Ok(0));
    }

    #[test]
    fn other_rows_of_a_page_are_the_same_page() {
        let page = Page { items: vec![1, 2], has_next: true, next: None, total: Some(9), total_is_estimate: true };
        let expected = Page { items: vec![10, 20], has_next: true, next: None, total: Some(9), total_is_estimate: true };
        assert_eq!(page.map(|item| item * 10), expected);
    }
}
