//! Rows of what was found, and what it is found in.

use kernel::{AnomalyId, Country, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::AnomalyKind;

/// Notes a country; false where it is known.
pub(super) async fn add_country(tx: &WriteTx, user: UserId, country: Country) -> Result<bool, DatabaseError> {
    const INSERT: &str = "INSERT INTO user_countries (user_id, country, first_seen_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(db::execute(tx, INSERT, values![user, country.code(), tx.now()]).await? == 1)
}

pub(super) async fn count_countries(db: &impl ConnectionTrait, user: UserId) -> Result<i64, DatabaseError> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM user_countries WHERE user_id = $1";
    Ok(db::fetch_scalar(db, COUNT, values![user]).await?.unwrap_or(0))
}

#[derive(FromQueryResult)]
struct CountryRow {
    country: String,
    first_seen_at: Timestamp,
}

pub(super) async fn countries_of(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<(String, Timestamp)>, DatabaseError> {
    const SELECT: &str = "SELECT country, first_seen_at FROM user_countries WHERE user_id = $1 ORDER BY first_seen_at, country";
    let rows: Vec<CountryRow> = db::fetch_all(db, SELECT, values![user]).await?;
    Ok(rows.into_iter().map(|row| (row.country, row.first_seen_at)).collect())
}

pub(super) async fn forget_countries_of(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM user_countries WHERE user_id = $1", values![user]).await.map(drop)
}

/// An address from which many accounts were used.
#[derive(FromQueryResult)]
pub(super) struct Crowded {
    pub(super) ip: String,
    pub(super) accounts: i64,
    /// One of the sessions.
    pub(super) session_id: Uuid,
}

/// Addresses from which so many accounts at least were signed in to since this moment.
pub(super) async fn crowded_addresses(db: &impl ConnectionTrait, since: Timestamp, at_least: i64) -> Result<Vec<Crowded>, DatabaseError> {
    const SELECT: &str = "SELECT c.ip, c.accounts, (SELECT l.id FROM sessions l WHERE l.ip = c.ip AND l.created_at = c.latest
            ORDER BY l.id LIMIT 1) AS session_id
        FROM (SELECT s.ip, CAST(COUNT(DISTINCT s.user_id) AS BIGINT) AS accounts, MAX(s.created_at) AS latest
            FROM sessions s WHERE s.created_at >= $1 AND s.ip IS NOT NULL
            GROUP BY s.ip HAVING COUNT(DISTINCT s.user_id) >= $2) AS c";
    db::fetch_all(db, SELECT, values![since, at_least]).await
}

/// Notes what was found; false where it was in this hour already.
pub(super) async fn insert(tx: &WriteTx, id: AnomalyId, kind: AnomalyKind, address: &[u8], hour: Timestamp) -> Result<bool, DatabaseError> {
    const INSERT: &str = "INSERT INTO anomalies (id, kind, address_hash, hour_from, found_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    Ok(db::execute(tx, INSERT, values![id, kind.as_str(), address.to_vec(), hour, tx.now()]).await? == 1)
}

/// Forgets what was told in hours before this one.
pub(super) async fn forget_before(tx: &WriteTx, hour: Timestamp) -> Result<(), DatabaseError> {
    db::execute_later(tx, "DELETE FROM anomalies WHERE found_at < $1", values![hour]).await
}
