//! Connecting to SQLite or PostgreSQL.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{DatabaseConnection, DbBackend, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::Notify;

use super::broken::DatabaseError;
use super::query::fetch_scalar;
use crate::config::{Database, Mode};

/// Longer than any transaction of ours takes under load; a request answers 503 after it.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a statement waits for another's row lock.
const LOCK_TIMEOUT: &str = "5s";
/// A statement that runs longer is a fault of ours; imports and reports are many short ones.
const STATEMENT_TIMEOUT: &str = "30s";
/// SQLite's readers do not block each other; more than a few only cost memory.
const SQLITE_READERS: u32 = 4;

/// The two pools of one database: SQLite's one writer and its readers, PostgreSQL's primary (and one day its replicas).
#[derive(Debug, Clone)]
pub struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    pools: Pools,
    wake: Arc<Notify>,
}

#[derive(Debug, Clone)]
enum Pools {
    Sqlite { writer: SqlitePool, reader: SqlitePool, path: PathBuf },
    Postgres(PgPool),
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither `sqlite:…` nor `postgres://…`, or not readable as one.
    #[error("database.url is not a SQLite or PostgreSQL address: {0}")]
    Address(String),
    /// It did not answer.
    #[error("cannot connect to the database: {0}")]
    Unreachable(#[source] sqlx::Error),
    /// PostgreSQL runs with a setting under which acknowledged orders can be lost.
    #[error("PostgreSQL has {setting}=off, under which a crash loses acknowledged orders; turn it on, or leave production mode")]
    Unsafe {
        /// The server's setting.
        setting: &'static str,
    },
    /// A first look at the database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl Db {
    /// Connects; a SQLite file that is absent is made (with its folder).
    ///
    /// # Errors
    /// `ConnectError` says what to change.
    pub async fn connect(settings: &Database, mode: Mode) -> Result<Self, ConnectError> {
        let db = if let Some(path) = settings.sqlite_path() { Self::sqlite(path).await? } else { Self::postgres(settings).await? };
        if mode == Mode::Production {
            db.refuse_unsafe().await?;
        }
        Ok(db)
    }

    async fn sqlite(path: PathBuf) -> Result<Self, ConnectError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| ConnectError::Unreachable(error.into()))?;
        }
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(ACQUIRE_TIMEOUT);
        let pool =
            |connections| SqlitePoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT).test_before_acquire(false);
        let writer = pool(1).after_release(|connection, _| Box::pin(is_outside_of_transactions(connection)));
        let writer = writer.connect_with(options.clone()).await.map_err(ConnectError::Unreachable)?;
        // Readers are told so: a write through them is a fault of ours that must not pass.
        let reader = pool(SQLITE_READERS).connect_with(options.pragma("query_only", "on")).await.map_err(ConnectError::Unreachable)?;
        Ok(Self {
            writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer.clone()),
            reader: SqlxSqliteConnector::from_sqlx_sqlite_pool(reader.clone()),
            pools: Pools::Sqlite { writer, reader, path },
            wake: Arc::new(Notify::new()),
        })
    }

    async fn postgres(settings: &Database) -> Result<Self, ConnectError> {
        let options = PgConnectOptions::from_str(settings.address())
            .map_err(|error| ConnectError::Address(error.to_string()))?
            .application_name("tradewind")
            .options([("lock_timeout", LOCK_TIMEOUT), ("statement_timeout", STATEMENT_TIMEOUT)]);
        let pool = PgPoolOptions::new()
            .max_connections(settings.max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options)
            .await
            .map_err(ConnectError::Unreachable)?;
        let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
        Ok(Self { writer: connection.clone(), reader: connection, pools: Pools::Postgres(pool), wake: Arc::new(Notify::new()) })
    }

    async fn refuse_unsafe(&self) -> Result<(), ConnectError> {
        if self.backend() == DbBackend::Postgres {
            for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
                let value: Option<String> = fetch_scalar(self.reader(), &format!("SHOW {setting}"), vec![]).await?;
                if value.as_deref() == Some("off") {
                    return Err(ConnectError::Unsafe { setting });
                }
            }
        }
        Ok(())
    }

    /// For reads that need not see their own transaction.
    #[must_use]
    pub const fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    pub(super) const fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    /// The file of an embedded database.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&std::path::Path> {
        match &self.pools {
            Pools::Sqlite { path, .. } => Some(path),
            Pools::Postgres(_) => None,
        }
    }

    /// SQLite's writer, for migrations and backups.
    #[must_use]
    pub const fn sqlite_pool(&self) -> Option<&SqlitePool> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => Some(writer),
            Pools::Postgres(_) => None,
        }
    }

    /// PostgreSQL's pool, for migrations.
    #[must_use]
    pub const fn postgres_pool(&self) -> Option<&PgPool> {
        match &self.pools {
            Pools::Sqlite { .. } => None,
            Pools::Postgres(pool) => Some(pool),
        }
    }

    /// Told after each commit of this process: relay and workers wait for it.
    #[must_use]
    pub fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// True when the database answers.
    pub async fn answers(&self) -> bool {
        fetch_scalar::<i64>(self.reader(), "SELECT CAST(1 AS BIGINT)", vec![]).await.is_ok()
    }

    /// What the database calls itself, as in `SQLite 3.50.2` or `PostgreSQL 17.2`.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn version(&self) -> Result<String, DatabaseError> {
        let (name, ask) = match self.pools {
            Pools::Sqlite { .. } => ("SQLite", "SELECT sqlite_version()"),
            Pools::Postgres(_) => ("PostgreSQL", "SHOW server_version"),
        };
        let version: Option<String> = fetch_scalar(self.reader(), ask, vec![]).await?;
        Ok(format!("{name} {}", version.unwrap_or_default()))
    }

    /// Closes all connections; on SQLite the write-ahead log is folded into the file.
    pub async fn close(self) {
        match self.pools {
            Pools::Sqlite { writer, reader, .. } => {
                reader.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// SQLite ends a transaction by itself when the disk is full or fails, and sqlx goes on counting it: what would be committed
/// on such a connection would only leave a savepoint, and be lost. It is closed instead.
async fn is_outside_of_transactions(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A rollback may be under way.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}
