//! Whether the tables say what the events say: things are rebuilt from what happened to them and compared with their rows.

use std::collections::HashMap;
use std::fmt::Debug;

use uuid::Uuid;

use super::store::{self, Event};
use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value};
use crate::values;

/// Things of one page.
const PAGE: usize = 300;
/// How often a thing that differs is looked at before it is believed: it may have changed between two questions.
const LOOKS: usize = 3;

/// Things whose state is told wholly by their events.
pub trait Rebuilt {
    /// What kind of thing: `order`.
    const AGGREGATE: &'static str;
    /// Where their rows are.
    const TABLE: &'static str;
    /// What is compared.
    type State: PartialEq + Debug + Send;

    /// What the tables say of these.
    fn stored(db: &impl ConnectionTrait, ids: &[Uuid]) -> impl Future<Output = Result<HashMap<Uuid, Self::State>, DatabaseError>> + Send;

    /// What their events say, in order from the first.
    ///
    /// # Errors
    /// What is wrong with the events by themselves.
    fn rebuild(events: &[Event]) -> Result<Self::State, String>;
}

/// A thing of which tables and events say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind of thing.
    pub aggregate: &'static str,
    /// Which one.
    pub id: Uuid,
    /// What the one and the other say.
    pub says: String,
}

/// Rebuilds all of them; which differ, and how many there are.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn compare<R: Rebuilt>(db: &impl ConnectionTrait) -> Result<(usize, Vec<Difference>), DatabaseError> {
    let (mut seen, mut differences, mut after) = (0, orphans::<R>(db).await?, Uuid::nil());
    loop {
        let ids = page(db, R::TABLE, after).await?;
        let Some(last) = ids.last() else { return Ok((seen, differences)) };
        (seen, after) = (seen + ids.len(), *last);
        let mut suspects = differing::<R>(db, &ids).await?;
        for _ in 1..LOOKS {
            if suspects.is_empty() {
                break;
            }
            let again: Vec<Uuid> = suspects.iter().map(|difference| difference.id).collect();
            suspects = differing::<R>(db, &again).await?;
        }
        differences.extend(suspects);
    }
}

async fn page(db: &impl ConnectionTrait, table: &str, after: Uuid) -> Result<Vec<Uuid>, DatabaseError> {
    ids(db, &format!("SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT {PAGE}"), values![after]).await
}

async fn ids(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Vec<Uuid>, DatabaseError> {
    #[derive(FromQueryResult)]
    struct IdRow {
        id: Uuid,
    }
    let rows: Vec<IdRow> = db::fetch_all(db, sql, values).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// What has events and no row.
async fn orphans<R: Rebuilt>(db: &impl ConnectionTrait) -> Result<Vec<Difference>, DatabaseError> {
    let sql = format!(
        "SELECT DISTINCT aggregate_id AS id FROM events
         WHERE aggregate_type = $1 AND NOT EXISTS (SELECT 1 FROM {} t WHERE t.id = aggregate_id) LIMIT {PAGE}",
        R::TABLE
    );
    let orphans = ids(db, &sql, values![R::AGGREGATE]).await?;
    Ok(orphans
        .into_iter()
        .map(|id| Difference { aggregate: R::AGGREGATE, id, says: "events tell of it, and it has no row".to_owned() })
        .collect())
}

async fn differing<R: Rebuilt>(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Difference>, DatabaseError> {
    let mut events: HashMap<Uuid, Vec<Event>> = HashMap::new();
    for event in store::of_aggregates(db, R::AGGREGATE, ids).await? {
        events.entry(event.aggregate_id).or_default().push(event);
    }
    let mut stored = R::stored(db, ids).await?;
    let look = |id: &Uuid| {
        let says = against::<R>(events.get(id).map_or(&[], Vec::as_slice), stored.remove(id)?)?;
        Some(Difference { aggregate: R::AGGREGATE, id: *id, says })
    };
    Ok(ids.iter().filter_map(look).collect())
}

/// How what is stored differs from what is told.
fn against<R: Rebuilt>(events: &[Event], stored: R::State) -> Option<String> {
    if let Some((place, event)) = (1..).zip(events).find(|(place, event)| event.aggregate_seq != *place) {
        return Some(format!("its event {place} is missing, {} comes instead", event.aggregate_seq));
    }
    match R::rebuild(events) {
        Ok(told) if told == stored => None,
        Ok(told) => Some(format!("its events tell {told:?}, its row {stored:?}")),
        Err(fault) => Some(fault),
    }
}
