//! Walking through a list page by page, so that a list of any length needs the memory of one page.

use kernel::{DomainError, Page, PageRequest, Position};

use super::Stop;

/// Asks for one page after the other and shows each, until the list or the limit ends.
pub(super) async fn each<T, E: DomainError>(
    limit: Option<u64>,
    mut ask: impl AsyncFnMut(PageRequest) -> Result<Page<T>, E>,
    mut show: impl FnMut(Vec<T>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut left = limit.unwrap_or(u64::MAX);
    let mut after = None;
    loop {
        let size = u32::try_from(left.min(u64::from(PageRequest::MAX_SIZE))).unwrap_or(PageRequest::MAX_SIZE);
        // A page of nothing is none; the head of the table is shown all the same.
        let page = ask(PageRequest { position: Position::After(after), size: size.max(1) }).await.map_err(|error| Stop::of(&error))?;
        let mut rows = page.items;
        rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        left -= rows.len() as u64;
        show(rows)?;
        match page.next {
            Some(next) if left > 0 => after = Some(next),
            _ => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::Cursor;
    use platform::db::DatabaseError;

    use super::*;

    async fn shown(limit: Option<u64>) -> Vec<usize> {
        let mut left = 250_usize;
        let ask = async |request: PageRequest| {
            let count = left.min(request.size as usize);
            left -= count;
            let next = (left > 0).then(|| Cursor { sort: "id".into(), value: None, id: uuid::Uuid::nil() });
            let page = Page { items: vec![(); count], has_next: left > 0, next, total: None, total_is_estimate: false };
            Ok::<_, DatabaseError>(page)
        };
        let mut pages = Vec::new();
        let show = |rows: Vec<()>| {
            pages.push(rows.len());
            Ok(())
        };
        each(limit, ask, show).await.expect("shown");
        pages
    }

    #[tokio::test]
    async fn a_list_ends_where_it_or_the_limit_ends() {
        assert_eq!(shown(None).await, [100, 100, 50]);
        assert_eq!(shown(Some(120)).await, [100, 20]);
        assert_eq!(shown(Some(100)).await, [100]);
        assert_eq!(shown(Some(0)).await, [0]);
    }
}
