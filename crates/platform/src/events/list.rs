//! Reading the stream: page by page, by what happened to what and when.

use kernel::{Cursor, CursorError, Page, PageRequest, Position, Timestamp};
use uuid::Uuid;

use super::store::{COLUMNS, Event};
use crate::db::{self, Conditions, ConnectionTrait, DatabaseError, ListError, Parameters, Span, page_of, total_of, window};
use crate::values;

/// What the list is sorted by: what `?sort=` and cursors call it.
pub const SORT: &str = "seq";

/// Which events are listed; every filter that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Any of these names: `order.placed`.
    pub types: Vec<String>,
    /// What happened to things of these kinds; of any, where there are none.
    pub aggregates: Vec<&'static str>,
    /// What happened to this thing.
    pub aggregate_id: Option<Uuid>,
    /// What happened within this time.
    pub occurred_at: Span<Timestamp>,
    /// What stands within these places of the stream.
    pub seq: Span<i64>,
}

impl EventFilter {
    fn narrowed(&self) -> Conditions {
        let mut narrowed = Conditions::default();
        narrowed.is_among("type", &self.types);
        narrowed.is_among("aggregate_type", self.aggregates.iter().copied());
        narrowed.is("aggregate_id", self.aggregate_id);
        narrowed.is_within("occurred_at", self.occurred_at);
        narrowed.is_within("seq", self.seq);
        narrowed
    }
}

/// One page of events, the newest first where `descending`, else the oldest. At most two statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &EventFilter,
    descending: bool,
    request: &PageRequest,
) -> Result<Page<Event>, ListError> {
    let (limit, offset) = window(request)?;
    let mut narrowed = filter.narrowed();
    let total = total_of(db, request, &format!("events WHERE {}", narrowed.text()), narrowed.parameters.0.clone()).await?;
    let (sign, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
    if let Position::After(Some(cursor)) = &request.position {
        let place: i64 = cursor.value.as_ref().and_then(|value| value.parse().ok()).ok_or(CursorError)?;
        let place = narrowed.parameters.bind(place);
        narrowed.add(format!("seq {sign} {place}"));
    }
    let sql = format!("SELECT {COLUMNS} FROM events WHERE {} ORDER BY seq {direction} LIMIT {limit} OFFSET {offset}", narrowed.text());
    let rows: Vec<Event> = db::fetch_all(db, &sql, narrowed.into_values()).await?;
    let sort = if descending { format!("-{SORT}") } else { SORT.to_owned() };
    Ok(page_of(rows, request, total, |row| Cursor { sort, value: Some(row.seq.to_string()), id: row.id }))
}

/// The events that have these places in the stream.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_all(db: &impl ConnectionTrait, seqs: &[i64]) -> Result<Vec<Event>, DatabaseError> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let mut parameters = Parameters::default();
    let list = parameters.bind_all(seqs.iter().copied());
    db::fetch_all(db, &format!("SELECT {COLUMNS} FROM events WHERE seq IN ({list}) ORDER BY seq"), parameters.0).await
}

/// The first and the last place of what happened within a time; none where nothing did.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn bounds(db: &impl ConnectionTrait, from: Timestamp, to: Timestamp) -> Result<Option<(i64, i64)>, DatabaseError> {
    #[derive(db::FromQueryResult)]
    struct Bounds {
        first: Option<i64>,
        last: Option<i64>,
    }
    const SELECT: &str = "SELECT MIN(seq) AS first, MAX(seq) AS last FROM events WHERE occurred_at >= $1 AND occurred_at <= $2";
    let Bounds { first, last } = db::fetch_one(db, SELECT, values![from, to]).await?;
    Ok(first.zip(last))
}
