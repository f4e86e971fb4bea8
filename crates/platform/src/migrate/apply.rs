//! Bringing a database to the schema that this program knows.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kernel::Timestamp;
use sea_orm::DbBackend;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, MigrationType, Migrator};

use super::Migration;
use super::dialect::render;
use crate::db::Db;

/// Where the library keeps which steps were applied.
const TABLE: &str = "_sqlx_migrations";

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
    Copy(#[source] sqlx::Error),
    /// A statement failed; the step it belongs to was undone.
    #[error("migration failed: {0}")]
    Failed(#[from] sqlx::migrate::MigrateError),
    /// The database did not answer.
    #[error("cannot reach the database: {0}")]
    Unreachable(#[from] sqlx::Error),
}

fn migrator(migrations: &[Migration], backend: DbBackend) -> Migrator {
    let steps = migrations.iter().map(|step| {
        let sql = sqlx::AssertSqlSafe(render(step.sql, backend)).into_sql_str();
        sqlx::migrate::Migration::new(step.version, step.name.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(steps.collect())
}

/// What the database has, with checksums; empty for a database that was never migrated.
async fn applied(db: &Db) -> Result<BTreeMap<i64, Vec<u8>>, MigrateError> {
    let listed = if let Some(pool) = db.sqlite_pool() {
        let mut connection = pool.acquire().await?;
        connection.ensure_migrations_table(TABLE).await?;
        connection.list_applied_migrations(TABLE).await?
    } else if let Some(pool) = db.postgres_pool() {
        let mut connection = pool.acquire().await?;
        connection.ensure_migrations_table(TABLE).await?;
        connection.list_applied_migrations(TABLE).await?
    } else {
        Vec::new()
    };
    Ok(listed.into_iter().map(|step| (step.version, step.checksum.into_owned())).collect())
}

/// Every step that either side knows.
///
/// # Errors
/// `MigrateError` where the database cannot be asked.
pub async fn status(db: &Db, migrations: &[Migration]) -> Result<Vec<MigrationStatus>, MigrateError> {
    let mut applied = applied(db).await?;
    let mut list: Vec<MigrationStatus> = Vec::new();
    for step in migrator(migrations, db.backend()).iter() {
        let state = match applied.remove(&step.version) {
            None => Applied::No,
            Some(checksum) if checksum == *step.checksum => Applied::Yes,
            Some(_) => Applied::Changed,
        };
        list.push(MigrationStatus { version: step.version, name: step.description.to_string(), state });
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
    let migrator = migrator(migrations, db.backend());
    if let Some(pool) = db.sqlite_pool() {
        migrator.run(pool).await?;
    } else if let Some(pool) = db.postgres_pool() {
        migrator.run(pool).await?;
    }
    Ok(copy)
}

async fn copy_aside(db: &Db, target: i64, now: Timestamp) -> Result<Option<PathBuf>, MigrateError> {
    let (Some(pool), Some(file)) = (db.sqlite_pool(), db.sqlite_file()) else { return Ok(None) };
    let copy = PathBuf::from(format!("{}.before-{target}-{}", file.display(), now.format("%Y%m%dT%H%M%SZ")));
    // VACUUM INTO makes one whole file, the write-ahead log included.
    sqlx::query("VACUUM INTO ?").bind(copy.display().to_string()).execute(pool).await.map_err(MigrateError::Copy)?;
    Ok(Some(copy))
}
