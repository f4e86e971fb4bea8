//! Connecting to SQLite or PostgreSQL.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::broken::{Cause, DatabaseError};
use super::connection::{ConnectionTrait as _, DbBackend, Reader, Source};
use super::findings::Findings;
use super::postgres::{self, NotConnected, Pool};
use super::query::fetch_scalar;
use super::sqlite::{Readers, Writer};
use crate::cache::Purges;
use crate::config::{Database, Mode};

/// Longer than any transaction of ours takes under load; a request answers 503 after it.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// One database: SQLite's one writer and its readers, PostgreSQL's primary (and one day its replicas).
#[derive(Debug, Clone)]
pub struct Db {
    reader: Reader,
    pools: Pools,
    wake: Arc<Notify>,
}

#[derive(Debug, Clone)]
pub(super) enum Pools {
    Sqlite { writer: Writer, readers: Arc<Readers>, path: PathBuf },
    Postgres(Pool),
}

/// How busy the way to a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DbLoad {
    /// Connections to a server: all, and those of them that nobody uses.
    pub connections: Option<(usize, usize)>,
    /// Who waits for a connection, or for the embedded database's writer.
    pub waiting: usize,
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither `sqlite:…` nor `postgres://…`, or not readable as one.
    #[error("database.url is not a SQLite or PostgreSQL address: {0}")]
    Address(String),
    /// It did not answer.
    #[error("cannot connect to the database: {0}")]
    Unreachable(#[source] Cause),
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
        let db = if let Some(path) = settings.sqlite_path() { Self::sqlite(path)? } else { Self::postgres(settings).await? };
        if mode == Mode::Production {
            db.refuse_unsafe().await?;
        }
        Ok(db)
    }

    fn sqlite(path: PathBuf) -> Result<Self, ConnectError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| ConnectError::Unreachable(Cause::Other(error.to_string())))?;
        }
        let writer = Writer::open(&path)?;
        let readers = Arc::new(Readers::open(path.clone())?);
        let reader = Reader { source: Source::Sqlite(Arc::clone(&readers)), kept_rules: Arc::default(), findings: None };
        Ok(Self { reader, pools: Pools::Sqlite { writer, readers, path }, wake: Arc::new(Notify::new()) })
    }

    async fn postgres(settings: &Database) -> Result<Self, ConnectError> {
        let most = usize::try_from(settings.max_connections).unwrap_or(usize::MAX);
        let pool = postgres::connect(settings.address(), most).await.map_err(|why| match why {
            NotConnected::Address(error) => ConnectError::Address(error.to_string()),
            NotConnected::Refused(cause) => ConnectError::Unreachable(cause),
        })?;
        let reader = Reader { source: Source::Postgres(pool.clone()), kept_rules: Arc::default(), findings: None };
        Ok(Self { reader, pools: Pools::Postgres(pool), wake: Arc::new(Notify::new()) })
    }

    /// Keeps what is found out about lists until facts purge it.
    #[must_use]
    pub fn remembering(mut self, purges: &Purges) -> Self {
        self.reader.findings = Some(Findings::new(purges.clone()));
        self
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
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }

    pub(super) const fn pools(&self) -> &Pools {
        &self.pools
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// The file of an embedded database.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&std::path::Path> {
        match &self.pools {
            Pools::Sqlite { path, .. } => Some(path),
            Pools::Postgres(_) => None,
        }
    }

    /// Writes an embedded database into one new file, the write-ahead log included.
    ///
    /// # Errors
    /// `DatabaseError` where the file exists or cannot be written.
    pub async fn copy_to(&self, file: &std::path::Path) -> Result<(), DatabaseError> {
        let Pools::Sqlite { writer, .. } = &self.pools else { return Ok(()) };
        let name = file.display().to_string();
        let values = crate::values![name];
        writer.alone(|connection| connection.execute("VACUUM INTO $1", &values).map(drop)).await
    }

    /// Waits until all is durable that a transaction of this process may have seen. On SQLite one sees what the members of its group
    /// before it wrote; whoever is refused because of it is told so when others can see it, too. Nobody waits longer than for the writer.
    pub async fn settled(&self) {
        if let Pools::Sqlite { writer, .. } = &self.pools {
            // A writer that is not had in time answers nobody else either.
            let _ = tokio::time::timeout(ACQUIRE_TIMEOUT, writer.settled()).await;
        }
    }

    /// How busy the way to the database is.
    #[must_use]
    pub fn load(&self) -> DbLoad {
        match &self.pools {
            Pools::Sqlite { writer, .. } => DbLoad { connections: None, waiting: writer.waiting() },
            Pools::Postgres(pool) => {
                let status = pool.status();
                DbLoad { connections: Some((status.size, status.available)), waiting: status.waiting }
            }
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
            Pools::Sqlite { writer, readers, .. } => {
                readers.close();
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close(),
        }
    }
}
