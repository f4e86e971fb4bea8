//! One page of a list: how many rows there are, which of them to read, and what the answer says of the rest.

use uuid::Uuid;

use super::broken::DatabaseError;
use super::conditions::Conditions;
use super::connection::ConnectionTrait;
use super::findings::Finding;
use super::query::{fetch_all, fetch_scalar};
use super::row::FromQueryResult;
use super::value::Value;
use crate::cache::Tag;
use kernel::{Cursor, CursorError, DomainError, ErrorKind, Page, PageRequest, PageTooDeep, Position};

/// Why a page is not answered.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// A numbered page below the deepest row.
    #[error(transparent)]
    TooDeep(#[from] PageTooDeep),
    /// A cursor that this list did not give out.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ListError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooDeep(_) => "page_too_deep",
            Self::Cursor(_) => "invalid_query",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooDeep(_) => ErrorKind::Rule,
            Self::Cursor(_) => ErrorKind::Malformed,
            Self::Database(error) => error.kind(),
        }
    }
}

/// How many rows a list has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// So many; at most [`PageRequest::DEEPEST_ROW`].
    pub rows: u64,
    /// True where there are more.
    pub is_estimate: bool,
}

impl Total {
    /// Of a list that goes on beyond the deepest row.
    pub const LONG: Self = Self { rows: PageRequest::DEEPEST_ROW as u64, is_estimate: true };

    /// What was counted down to one row more than the deepest.
    #[must_use]
    pub fn of(counted: i64) -> Self {
        let rows = counted.unsigned_abs();
        if rows > Self::LONG.rows { Self::LONG } else { Self { rows, is_estimate: false } }
    }
}

/// Counts the rows of `source`, which is what follows `FROM`, down to the deepest row that a numbered page reaches. A page
/// by cursor has no total and costs no statement, nor does a list that went on beyond that row a moment ago.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn total_of(
    db: &impl ConnectionTrait,
    request: &PageRequest,
    source: &str,
    values: Vec<Value>,
) -> Result<Option<Total>, DatabaseError> {
    total_until(db, request, (source.to_owned(), values), Vec::new()).await
}

/// The same of a list that only changes when something purges one of these tags: until then it is not counted again. Without tags only
/// that it is long is known for a while.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn total_until(
    db: &impl ConnectionTrait,
    request: &PageRequest,
    (source, values): (String, Vec<Value>),
    tags: Vec<Tag>,
) -> Result<Option<Total>, DatabaseError> {
    if let Position::After(_) = request.position {
        return Ok(None);
    }
    let known = db.findings().map(|findings| (findings, findings.name(&source, &values)));
    if let Some(Finding::Total(total)) = known.as_ref().and_then(|(findings, name)| findings.find(name)) {
        return Ok(Some(total));
    }
    let asking = known.as_ref().map(|(findings, name)| (findings.ask(), name));
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM {source} LIMIT {}) AS counted", PageRequest::DEEPEST_ROW + 1);
    let total = Total::of(fetch_scalar(db, &sql, values).await?.unwrap_or(0));
    if let Some((asking, name)) = asking {
        asking.learn_total(name, total, tags);
    }
    Ok(Some(total))
}

/// How many rows are read for a page of any size, which is smaller than one of these.
const READ: [i64; 3] = [21, 51, 101];

/// The values of `LIMIT` and `OFFSET`. At least one row more than the page holds is read: [`page_of`] takes it as the sign that more
/// follow. There are three limits, however many sizes pages have, so that they can stand in texts: see [`limited`].
///
/// # Errors
/// `PageTooDeep` for a numbered page below the deepest row.
pub fn window(request: &PageRequest) -> Result<(i64, i64), PageTooDeep> {
    let size = i64::from(request.size);
    let limit = READ.into_iter().find(|limit| *limit > size).unwrap_or(size + 1);
    Ok((limit, i64::from(request.offset()?)))
}

/// The end of a statement that reads a window of rows. Its limit stands in the text: PostgreSQL plans a statement with a bound one anew
/// each time, because it cannot compare the plans, and for a page of a list that takes four times as long as running it.
pub fn limited((limit, offset): (i64, i64), bind: impl FnOnce(i64) -> String) -> String {
    if offset == 0 { format!("LIMIT {limit}") } else { format!("LIMIT {limit} OFFSET {}", bind(offset)) }
}

/// The page of these rows, which were read through [`window`]; `place` is the cursor behind a row.
pub fn page_of<T>(mut rows: Vec<T>, request: &PageRequest, total: Option<Total>, place: impl FnOnce(&T) -> Cursor) -> Page<T> {
    let size = usize::try_from(request.size).unwrap_or(usize::MAX);
    let has_next = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| has_next).map(place);
    Page {
        items: rows,
        has_next,
        next,
        total: total.map(|total| total.rows),
        total_is_estimate: total.is_some_and(|total| total.is_estimate),
    }
}

/// Rows that are listed in the order in which they were made, which their ids grow with.
#[derive(Debug, Clone, Copy)]
pub struct ById<'a> {
    /// What is read of a row.
    pub columns: &'a str,
    /// What follows `FROM`.
    pub source: &'a str,
    /// The id's column.
    pub id: &'a str,
}

impl ById<'_> {
    /// One page of those rows for which the conditions hold, the newest first where `descending`; `id` is that of a row. At most two
    /// statements.
    ///
    /// # Errors
    /// `ListError`: a page that lies too deep or a cursor of another list.
    pub async fn page<Row: FromQueryResult, T: TryFrom<Row, Error = DatabaseError>>(
        self,
        db: &impl ConnectionTrait,
        mut narrowed: Conditions,
        (request, descending): (&PageRequest, bool),
        id: impl FnOnce(&T) -> Uuid,
    ) -> Result<Page<T>, ListError> {
        let Self { columns, source, id: column } = self;
        let (limit, offset) = window(request)?;
        let total = total_of(db, request, &format!("{source} WHERE {}", narrowed.text()), narrowed.parameters.0.clone()).await?;
        let (sign, direction, sort) = if descending { ("<", "DESC", "-created_at") } else { (">", "ASC", "created_at") };
        if let Position::After(Some(cursor)) = &request.position {
            let place = narrowed.parameters.bind(cursor.id);
            narrowed.add(format!("{column} {sign} {place}"));
        }
        let sql =
            format!("SELECT {columns} FROM {source} WHERE {} ORDER BY {column} {direction} LIMIT {limit} OFFSET {offset}", narrowed.text());
        let rows: Vec<Row> = fetch_all(db, &sql, narrowed.into_values()).await?;
        let rows = rows.into_iter().map(T::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(page_of(rows, request, total, |last| Cursor { sort: sort.to_owned(), value: None, id: id(last) }))
    }
}

/// What tells the rows of a list apart and orders them: their ids, whose order is that of creation, or their names.
pub trait Place: Ord + Sized {
    /// What the list is sorted by.
    const SORT: &'static str;

    /// The place that a cursor of such a list means.
    ///
    /// # Errors
    /// `CursorError` where it is of another list.
    fn of(cursor: &Cursor) -> Result<Self, CursorError>;

    /// The cursor behind this place.
    fn cursor(self, sort: String) -> Cursor;
}

impl Place for Uuid {
    const SORT: &'static str = "created_at";

    fn of(cursor: &Cursor) -> Result<Self, CursorError> {
        Ok(cursor.id)
    }

    fn cursor(self, sort: String) -> Cursor {
        Cursor { sort, value: None, id: self }
    }
}

impl Place for String {
    const SORT: &'static str = "name";

    fn of(cursor: &Cursor) -> Result<Self, CursorError> {
        cursor.value.clone().ok_or(CursorError)
    }

    fn cursor(self, sort: String) -> Cursor {
        Cursor { sort, value: Some(self), id: Uuid::nil() }
    }
}

/// One page of a list that is short enough to be read whole, in the order of the places of its rows.
///
/// # Errors
/// `TooDeep` for a numbered page below the deepest row, `Cursor` for one of another list.
pub fn page_of_short<T, P: Place>(
    mut rows: Vec<T>,
    request: &PageRequest,
    descending: bool,
    place: impl Fn(&T) -> P,
) -> Result<Page<T>, ListError> {
    let (limit, offset) = window(request)?;
    rows.sort_by_cached_key(&place);
    if descending {
        rows.reverse();
    }
    let all = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let total = matches!(request.position, Position::Number(_)).then_some(Total { rows: all, is_estimate: false });
    if let Position::After(Some(cursor)) = &request.position {
        let last = P::of(cursor)?;
        rows.retain(|row| if descending { place(row) < last } else { place(row) > last });
    }
    let size = |value: i64| usize::try_from(value).unwrap_or(usize::MAX);
    let rows = rows.into_iter().skip(size(offset)).take(size(limit)).collect();
    let sort = format!("{}{}", if descending { "-" } else { "" }, P::SORT);
    Ok(page_of(rows, request, total, |last| place(last).cursor(sort)))
}

#[cfg(test)]
mod tests {

    use super::*;

    fn page(rows: u128, size: u32) -> Page<Uuid> {
        let rows = (1..=rows).map(Uuid::from_u128).collect();
        page_of(rows, &PageRequest::first(size), None, |id| Cursor { sort: "id".to_owned(), value: None, id: *id })
    }

    #[test]
    fn a_short_list_is_walked_in_both_directions() {
        let all: Vec<Uuid> = [3, 1, 5, 2, 4].map(Uuid::from_u128).to_vec();
        let walk = |descending: bool| {
            let (mut walked, mut after) = (Vec::new(), None);
            loop {
                let request = PageRequest { position: Position::After(after), size: 2 };
                let page = page_of_short(all.clone(), &request, descending, |id| *id).expect("a page");
                walked.extend(page.items.iter().map(Uuid::as_u128));
                after = page.next;
                if after.is_none() {
                    return walked;
                }
            }
        };
        assert_eq!((walk(false), walk(true)), (vec![1, 2, 3, 4, 5], vec![5, 4, 3, 2, 1]));
        let third = PageRequest { position: Position::Number(3), size: 2 };
        let third = page_of_short(all, &third, false, |id| *id).expect("a page");
        assert_eq!((third.items, third.total, third.has_next), (vec![Uuid::from_u128(5)], Some(5), false));
    }

    #[test]
    fn a_list_of_names_takes_no_cursor_of_another_list() {
        let names = || ["mail", "bulk", "money"].map(str::to_owned).to_vec();
        let ask = |position| page_of_short(names(), &PageRequest { position, size: 2 }, true, String::clone);
        let first = ask(Position::After(None)).expect("a page");
        assert_eq!(
            (first.items, first.next.as_ref().map(|next| next.sort.as_str())),
            (vec!["money".to_owned(), "mail".to_owned()], Some("-name"))
        );
        assert_eq!(ask(Position::After(first.next)).expect("a page").items, ["bulk"]);
        let of_another = Cursor { sort: "-name".to_owned(), value: None, id: Uuid::nil() };
        assert!(matches!(ask(Position::After(Some(of_another))), Err(ListError::Cursor(_))));
    }

    #[test]
    fn a_row_beyond_the_page_is_not_shown_but_tells_that_more_follow() {
        assert_eq!(window(&PageRequest { position: Position::Number(3), size: 20 }), Ok((21, 40)));
        let full = page(3, 2);
        assert_eq!((full.items.len(), full.has_next, full.next.map(|next| next.id)), (2, true, Some(Uuid::from_u128(2))));
        let last = page(2, 2);
        assert_eq!((last.items.len(), last.has_next, last.next), (2, false, None));
        assert!(page(0, 2).items.is_empty());
    }
}
