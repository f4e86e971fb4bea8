//! Pages of rows in one fixed order.

use kernel::{Cursor, CursorError, DomainError, ErrorKind, Page, PageRequest, PageTooDeep, Position};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value};
use uuid::Uuid;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListStockError {
    /// A numbered page that lies too deep.
    #[error(transparent)]
    TooDeep(#[from] PageTooDeep),
    /// A cursor that this list did not give out.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ListStockError {
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

/// A row that is listed by two keys, of which the second makes the order total.
pub(super) trait ListRow: FromQueryResult {
    const COLUMNS: &'static str;
    const FROM: &'static str;
    /// What of it conditions speak of: enough to count.
    const COUNTED_FROM: &'static str = Self::FROM;
    /// Another name of the first key, of a table that a plan may read in the same order: a cursor bounds both.
    const SAME_KEY: Option<&'static str> = None;
    const KEYS: [&'static str; 2];
    /// What `?sort=` and cursors call the first key.
    const SORT: &'static str;

    /// The keys of this row: the first as text, and the id that makes the order total.
    fn place(&self) -> (String, Uuid);

    /// The keys of a place, where a cursor has them.
    fn after(cursor: &Cursor) -> Option<Vec<Value>>;
}

/// What narrows a list: conditions that must all hold, and their values.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    sql: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds a condition; each `?` stands for the next value.
    pub(super) fn add(&mut self, template: &str, values: Vec<Value>) {
        let mut sql = String::with_capacity(template.len());
        let mut next = self.values.len();
        for part in template.split_inclusive('?') {
            match part.strip_suffix('?') {
                Some(before) => {
                    next += 1;
                    sql.push_str(&format!("{before}${next}"));
                }
                None => sql.push_str(part),
            }
        }
        self.sql.push(sql);
        self.values.extend(values);
    }

    fn text(&self) -> String {
        if self.sql.is_empty() { "TRUE".to_owned() } else { self.sql.join(" AND ") }
    }
}

/// One page: one statement, and one more that counts for a numbered page.
pub(super) async fn page<R: ListRow>(
    db: &impl ConnectionTrait,
    mut narrowed: Conditions,
    descending: bool,
    request: &PageRequest,
) -> Result<Page<R>, ListStockError> {
    let offset = request.offset()?;
    let counted = match &request.position {
        Position::Number(_) => Some(count::<R>(db, &narrowed).await?),
        Position::After(_) => None,
    };
    if let Position::After(Some(cursor)) = &request.position {
        let sign = if descending { "<" } else { ">" };
        let keys = R::after(cursor).ok_or(CursorError)?;
        if let Some(key) = R::SAME_KEY {
            narrowed.add(&format!("{key} {sign}= ?"), keys.iter().take(1).cloned().collect());
        }
        narrowed.add(&format!("({}) {sign} (?, ?)", R::KEYS.join(", ")), keys);
    }
    let direction = if descending { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT {} FROM {} WHERE {} ORDER BY {} {direction}, {} {direction} LIMIT {} OFFSET {offset}",
        R::COLUMNS,
        R::FROM,
        narrowed.text(),
        R::KEYS[0],
        R::KEYS[1],
        request.size + 1,
    );
    let mut items: Vec<R> = db::fetch_all(db, &sql, narrowed.values).await?;
    let size = request.size as usize;
    let has_next = items.len() > size;
    items.truncate(size);
    let sort = if descending { format!("-{}", R::SORT) } else { R::SORT.to_owned() };
    let next = items.last().filter(|_| has_next).map(R::place).map(|(value, id)| Cursor { sort, value: Some(value), id });
    let deepest = u64::from(PageRequest::DEEPEST_ROW);
    Ok(Page { items, has_next, next, total: counted.map(|n| n.min(deepest)), total_is_estimate: counted.is_some_and(|n| n > deepest) })
}

/// Counts up to one row beyond what is counted exactly.
async fn count<R: ListRow>(db: &impl ConnectionTrait, narrowed: &Conditions) -> Result<u64, DatabaseError> {
    let sql = format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM {} WHERE {} LIMIT {}) AS counted",
        R::COUNTED_FROM,
        narrowed.text(),
        PageRequest::DEEPEST_ROW + 1
    );
    let counted: i64 = db::fetch_scalar(db, &sql, narrowed.values.clone()).await?.unwrap_or(0);
    Ok(u64::try_from(counted).unwrap_or(0))
}
