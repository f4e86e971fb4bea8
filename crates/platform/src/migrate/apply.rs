//! Bringing a database to the schema that this program knows.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kernel::{Origin, Timestamp};
use sha2::{Digest, Sha384};

use super::Migration;
use super::dialect::render;
use crate::db::{self, DatabaseError, Db, FromQueryResult, WriteTx};
use crate::values;

/// Which steps this database has.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    checksum BYTEA NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL
);
";

/// One step and whether this database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The step.
    pub version: i64,
    /// What it brings.
    pub name: String,
    /// Where it stands.
    pub state: Applied,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The database has it.
    Yes,
    /// The database lacks it.
    No,
    /// The database has it, with another text.
    Changed,
    /// The database has it and this program does not know it.
    Unknown,
}

/// Why a database cannot be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer Tradewind wrote this database.
    #[error(
        "the database has schema {found}, this Tradewind knows {known}: start the newer Tradewind again, or go back to the copy \
         made before it migrated (see docs/guides/upgrade.md)"
    )]
    Newer {
        /// The newest step of the database.
        found: i64,
        /// The newest step of this program.
        known: i64,
    },
    /// A step that was applied has another text now.
    #[error("migration {0} was applied with another text; this program and the database do not belong together")]
    Changed(i64),
    /// The copy that is made before a migration failed.
    #[error("cannot copy the database aside before migrating it: {0}")]
    Copy(#[source] DatabaseError),
    /// A statement failed; the step it belongs to was undone.
    #[error("migration {version} failed: {error}")]
    Failed {
        /// The step.
        version: i64,
        /// What the database said.
        #[source]
        error: DatabaseError,
    },
    /// The database did not answer.
    #[error("cannot reach the database: {0}")]
    Unreachable(#[from] DatabaseError),
}

#[derive(FromQueryResult)]
struct AppliedRow {
    version: i64,
    checksum: Vec<u8>,
}

fn checksum(text: &str) -> Vec<u8> {
    Sha384::digest(text).to_vec()
}

/// What the database has, with checksums; empty for a database that was never migrated.
async fn applied(tx: &WriteTx) -> Result<BTreeMap<i64, Vec<u8>>, DatabaseError> {
    db::lock_name(tx, "migrate").await?;
    tx.batch(&render(TABLE, tx.backend())).await?;
    let rows: Vec<AppliedRow> = db::fetch_all(tx, "SELECT version, checksum FROM schema_migrations", vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.version, row.checksum)).collect())
}

/// Every step that either side knows.
///
/// # Errors
/// `MigrateError` where the database cannot be asked.
pub async fn status(db: &Db, migrations: &[Migration]) -> Result<Vec<MigrationStatus>, MigrateError> {
    let tx = db.begin_write(Origin::system(), Timestamp::default()).await?;
    let mut applied = applied(&tx).await?;
    tx.commit().await?;
    let mut list: Vec<MigrationStatus> = Vec::new();
    for step in migrations {
        let state = match applied.remove(&step.version) {
            None => Applied::No,
            Some(found) if found == checksum(&render(step.sql, db.backend())) => Applied::Yes,
            Some(_) => Applied::Changed,
        };
        list.push(MigrationStatus { version: step.version, name: step.name.to_owned(), state });
    }
    list.extend(applied.into_keys().map(|version| MigrationStatus { version, name: "unknown".to_owned(), state: Applied::Unknown }));
    list.sort_by_key(|step| step.version);
    Ok(list)
}

/// Checks that the database has exactly the steps of this program, with the same texts, or fewer.
///
/// # Errors
/// `Newer` or `Changed`.
pub async fn verify(db: &Db, migrations: &[Migration]) -> Result<Vec<MigrationStatus>, MigrateError> {
    let list = status(db, migrations).await?;
    let known = migrations.iter().map(|step| step.version).max().unwrap_or(0);
    if let Some(newer) = list.iter().rfind(|step| step.state == Applied::Unknown) {
        return Err(MigrateError::Newer { found: newer.version, known });
    }
    match list.iter().find(|step| step.state == Applied::Changed) {
        Some(changed) => Err(MigrateError::Changed(changed.version)),
        None => Ok(list),
    }
}

/// Applies the steps that are missing, each in a transaction of its own, one process at a time. An embedded database
/// that holds a shop already is copied aside first, to `<file>.before-<version>-<time>`; the copy's path is returned.
///
/// # Errors
/// `MigrateError`; a step that fails leaves no trace.
pub async fn up(db: &Db, migrations: &[Migration], now: Timestamp) -> Result<Option<PathBuf>, MigrateError> {
    let list = verify(db, migrations).await?;
    let missing = list.iter().filter(|step| step.state == Applied::No).map(|step| step.version).max();
    let Some(target) = missing else { return Ok(None) };
    let copy = if list.iter().any(|step| step.state == Applied::Yes) { copy_aside(db, target, now).await? } else { None };
    for step in migrations {
        let failed = |error| MigrateError::Failed { version: step.version, error };
        apply(db, step, now).await.map_err(failed)?;
    }
    Ok(copy)
}

/// Applies one step, unless another process was faster.
async fn apply(db: &Db, step: &Migration, now: Timestamp) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
    let text = render(step.sql, db.backend());
    let tx = db.begin_write(Origin::system(), now).await?;
    if applied(&tx).await?.contains_key(&step.version) {
        return Ok(());
    }
    tx.batch(&text).await?;
    db::execute(&tx, INSERT, values![step.version, step.name, checksum(&text), now]).await?;
    tx.commit().await
}

async fn copy_aside(db: &Db, target: i64, now: Timestamp) -> Result<Option<PathBuf>, MigrateError> {
    let Some(file) = db.sqlite_file() else { return Ok(None) };
    let copy = PathBuf::from(format!("{}.before-{target}-{}", file.display(), now.format("%Y%m%dT%H%M%SZ")));
    db.copy_to(&copy).await.map_err(MigrateError::Copy)?;
    Ok(Some(copy))
}
