//! How large the sources of a list are, as far as it matters which of them is gone through: no planner knows.

use super::broken::DatabaseError;
use super::connection::ConnectionTrait;
use super::findings::Finding;
use super::parameters::Parameters;
use super::query::fetch_all;
use crate::db::FromQueryResult;

#[derive(FromQueryResult)]
struct SizeRow {
    place: i64,
    size: i64,
}

/// How many rows each source has, counted up to one more than `few`; `rows` is the statement that finds them. One statement for all that are
/// not known: what was found is believed for a while, but for a source without rows, for it only says which way is shorter.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn sizes<S>(
    db: &impl ConnectionTrait,
    sources: &[S],
    few: i64,
    rows: impl Fn(&S, &mut Parameters) -> String,
) -> Result<Vec<i64>, DatabaseError> {
    let names: Vec<Option<String>> = sources.iter().map(|source| name_of(db, |parameters| rows(source, parameters))).collect();
    let mut sizes: Vec<i64> = names.iter().map(|name| known_size(db, name.as_deref()).unwrap_or(0)).collect();
    let mut parameters = Parameters::default();
    let unknown = sources.iter().enumerate().filter(|(place, _)| sizes.get(*place) == Some(&0));
    let counted: Vec<String> = unknown.map(|(place, source)| counted(place, &rows(source, &mut parameters), few + 1)).collect();
    if counted.is_empty() {
        return Ok(sizes);
    }
    let found: Vec<SizeRow> = fetch_all(db, &counted.join(" UNION ALL "), parameters.0).await?;
    for row in found {
        let place = usize::try_from(row.place).unwrap_or(usize::MAX);
        learn_size(db, names.get(place).and_then(Option::as_deref), row.size);
        if let Some(size) = sizes.get_mut(place) {
            *size = row.size;
        }
    }
    Ok(sizes)
}

/// What the size of a source is known by, where this database remembers such.
pub fn name_of(db: &impl ConnectionTrait, rows: impl FnOnce(&mut Parameters) -> String) -> Option<String> {
    let findings = db.findings()?;
    let mut parameters = Parameters::default();
    let sql = rows(&mut parameters);
    Some(findings.name(&sql, &parameters.0))
}

/// The size that a source was found to have a moment ago.
pub fn known_size(db: &impl ConnectionTrait, name: Option<&str>) -> Option<i64> {
    let (findings, name) = db.findings().zip(name)?;
    match findings.find(name)? {
        Finding::Size(size) => Some(size),
        Finding::Total(_) | Finding::Few(_) | Finding::Many => None,
    }
}

/// Remembers it for a while, whatever happens; but not that there is nothing.
pub fn learn_size(db: &impl ConnectionTrait, name: Option<&str>, size: i64) {
    if let (Some((findings, name)), 1..) = (db.findings().zip(name), size) {
        findings.ask().learn_size(name, size);
    }
}

fn counted(place: usize, rows: &str, most: i64) -> String {
    format!("SELECT CAST({place} AS BIGINT) AS place, (SELECT CAST(COUNT(*) AS BIGINT) FROM ({rows} LIMIT {most}) AS found) AS size")
}
