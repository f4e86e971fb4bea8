//! Going through orders page by page.

use kernel::{OrderId, PageRequest, Position};
use platform::db::{ConnectionTrait, ListError};

use super::store;
use super::table::{self, Head};
use crate::orders::{self, OrderQuery};

/// Orders that are held at a time.
pub const PAGE: u32 = PageRequest::MAX_SIZE;

/// Orders on their way out: what is still to come.
#[derive(Debug)]
pub struct OrderExport {
    query: OrderQuery,
    head: Head,
    is_over: bool,
}

impl OrderExport {
    /// From the first order that the query finds.
    pub(super) fn of(query: OrderQuery) -> Self {
        let page = PageRequest { position: Position::After(None), size: PAGE };
        Self { query: OrderQuery { page, ..query }, head: Head::ToCome, is_over: false }
    }

    /// The next piece of the table (CSV by RFC 4180, the first with a head), of a hundred orders at most; nothing behind the last. Each page begins
    /// behind the last order of the one before, wherever new ones come in meanwhile. Five statements at most.
    ///
    /// # Errors
    /// `ListError`, by what went wrong.
    pub async fn next(&mut self, db: &impl ConnectionTrait) -> Result<Option<String>, ListError> {
        if self.is_over {
            return Ok(None);
        }
        let page = orders::list(db, &self.query).await?;
        let ids: Vec<OrderId> = page.items.iter().map(|order| order.id).collect();
        let text = table::rows(std::mem::replace(&mut self.head, Head::Written), &page.items, store::lines(db, &ids).await?);
        self.is_over = page.next.is_none();
        self.query.page.position = Position::After(page.next);
        Ok(Some(text))
    }
}
