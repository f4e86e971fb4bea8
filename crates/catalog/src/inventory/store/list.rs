//! Pages of rows in one fixed order.

use kernel::{Cursor, CursorError, Page, PageRequest, Position};
use platform::db::{
    self, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, Total, Value, limited, page_of, total_of, window,
};
use uuid::Uuid;

/// A row that is listed by two keys, of which the second makes the order total.
pub(super) trait ListRow: FromQueryResult {
    const COLUMNS: &'static str;
    const FROM: &'static str;
    /// Another name of the first key, of a table that a plan may read in the same order: a cursor bounds both.
    const SAME_KEY: Option<&'static str> = None;
    const KEYS: [&'static str; 2];
    /// What `?sort=` and cursors call the first key.
    const SORT: &'static str;

    /// The keys of this row: the first as text, and the id that makes the order total.
    fn place(&self) -> (String, Uuid);

    /// The keys of a place, where a cursor has them.
    fn after(cursor: &Cursor) -> Option<[Value; 2]>;
}

/// One page: one statement, and one more that counts for a numbered page.
pub(super) async fn page<R: ListRow>(
    db: &impl ConnectionTrait,
    narrowed: Conditions,
    descending: bool,
    request: &PageRequest,
) -> Result<Page<R>, ListError> {
    let total = total::<R>(db, &narrowed, request).await?;
    rows(db, (R::FROM, narrowed), total, descending, request).await
}

/// How many rows match, for a numbered page.
pub(super) async fn total<R: ListRow>(
    db: &impl ConnectionTrait,
    narrowed: &Conditions,
    request: &PageRequest,
) -> Result<Option<Total>, DatabaseError> {
    let matching = format!("{} WHERE {}", R::FROM, narrowed.text());
    total_of(db, request, &matching, narrowed.parameters.0.clone()).await
}

/// The rows of a page, from where its plan is to begin. One statement.
pub(super) async fn rows<R: ListRow>(
    db: &impl ConnectionTrait,
    (from, mut narrowed): (&str, Conditions),
    total: Option<Total>,
    descending: bool,
    request: &PageRequest,
) -> Result<Page<R>, ListError> {
    let window = window(request)?;
    let (sign, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
    if let Position::After(Some(cursor)) = &request.position {
        let [first, second] = R::after(cursor).ok_or(CursorError)?;
        let (first, second) = (narrowed.parameters.bind(first), narrowed.parameters.bind(second));
        if let Some(key) = R::SAME_KEY {
            narrowed.add(format!("{key} {sign}= {first}"));
        }
        narrowed.add(format!("({}) {sign} ({first}, {second})", R::KEYS.join(", ")));
    }
    let [first, second] = R::KEYS;
    let conditions = narrowed.text();
    let limit = limited(window, |offset| narrowed.parameters.bind(offset));
    let sql = format!("SELECT {} FROM {from} WHERE {conditions} ORDER BY {first} {direction}, {second} {direction} {limit}", R::COLUMNS);
    let rows: Vec<R> = db::fetch_all(db, &sql, narrowed.into_values()).await?;
    let sort = if descending { format!("-{}", R::SORT) } else { R::SORT.to_owned() };
    let place = |last: &R| {
        let (value, id) = last.place();
        Cursor { sort, value: Some(value), id }
    };
    Ok(page_of(rows, request, total, place))
}
