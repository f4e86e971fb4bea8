//! Sentences about the data that hold at any instant, as queries that return no rows.

use kernel::{Origin, Timestamp};

use super::broken::DatabaseError;
use super::connect::Db;
use super::connection::{ConnectionTrait, DbBackend};
use super::query::{execute, fetch_all};

/// A sentence about the data, and the query that finds what breaks it.
#[derive(Debug, Clone, Copy)]
pub struct Invariant {
    /// Short name, as in the list of invariants (`m01`).
    pub code: &'static str,
    /// The sentence.
    pub says: &'static str,
    /// One statement, so one snapshot; its first column names the culprit as text. `$1` is the moment that
    /// lies `grace_s` in the past, where a grace is given.
    pub sql: &'static str,
    /// How long the sentence may be broken, for what is repaired by a job.
    pub grace_s: Option<i64>,
}

/// A sentence that does not hold, and whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The invariant's code.
    pub code: &'static str,
    /// The invariant's sentence.
    pub says: &'static str,
    /// The first culprits.
    pub culprits: Vec<String>,
}

#[derive(crate::db::FromQueryResult)]
struct CulpritRow {
    culprit: String,
}

/// No more culprits than this are named: one is enough to start looking.
const MOST_CULPRITS: usize = 10;

/// Runs the invariants; an empty list is what one hopes for. Each query names its culprit column `culprit`.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn violations(db: &impl ConnectionTrait, invariants: &[Invariant], now: Timestamp) -> Result<Vec<Violation>, DatabaseError> {
    let mut found = Vec::new();
    for invariant in invariants {
        let values = invariant.grace_s.map_or_else(Vec::new, |grace| crate::values![now - chrono::TimeDelta::seconds(grace)]);
        let sql = format!("SELECT culprit FROM ({}) AS broken LIMIT {MOST_CULPRITS}", invariant.sql);
        let rows: Vec<CulpritRow> = fetch_all(db, &sql, values).await?;
        if !rows.is_empty() {
            let culprits = rows.into_iter().map(|row| row.culprit).collect();
            found.push(Violation { code: invariant.code, says: invariant.says, culprits });
        }
    }
    Ok(found)
}

/// The same of a database of any size: a limit of time that is meant for requests does not end it. PostgreSQL is asked in a
/// transaction that is given up afterwards; on SQLite there is no limit, and a reader stands in nobody's way.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn patient_violations(db: &Db, invariants: &[Invariant], now: Timestamp) -> Result<Vec<Violation>, DatabaseError> {
    if db.backend() == DbBackend::Sqlite {
        return violations(db.reader(), invariants, now).await;
    }
    let tx = db.begin_write(Origin::system(), now).await?;
    execute(&tx, "SET LOCAL statement_timeout = 0", vec![]).await?;
    let found = violations(&tx, invariants, now).await;
    tx.rollback().await?;
    found
}
