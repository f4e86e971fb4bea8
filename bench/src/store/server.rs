//! A PostgreSQL server and the databases that the bench makes on it.

use anyhow::{Context, Result};
use tokio_postgres::{Client, NoTls};

use crate::process;

/// A connection; it ends when the client is dropped.
pub(super) async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.with_context(|| format!("cannot connect to {url}"))?;
    // Where it ends early, the next statement says so.
    tokio::spawn(async { connection.await.ok() });
    Ok(client)
}

/// A server, and how to reach it as superuser.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    url: String,
    /// What it calls itself, as `PostgreSQL 15.6`.
    pub(crate) version: String,
    /// The parent of all its processes, where it runs on this machine.
    pub(crate) process: Option<u32>,
}

impl Server {
    /// Looks at a server.
    pub(crate) async fn meet(url: &str) -> Result<Self> {
        let client = connect(url).await?;
        let row = client.query_one("SELECT current_setting('server_version'), pg_backend_pid()", &[]).await?;
        let (version, backend): (String, i32) = (row.try_get(0)?, row.try_get(1)?);
        let version = version.split(' ').next().unwrap_or_default();
        let process = u32::try_from(backend).ok().and_then(process::parent_of);
        Ok(Self { url: url.to_owned(), version: format!("PostgreSQL {version}"), process })
    }

    /// A new, empty database of this name; an older one of the same name goes.
    pub(crate) async fn create(&self, name: &str) -> Result<ServerDatabase> {
        self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
        self.execute(&format!("CREATE DATABASE {name}")).await?;
        Ok(self.database(name))
    }

    /// A database that is there already, if it is.
    pub(crate) async fn existing(&self, name: &str) -> Result<Option<ServerDatabase>> {
        let found = connect(&self.url).await?.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]).await?;
        Ok(found.map(|_| self.database(name)))
    }

    /// Drops a database with all connections to it.
    pub(crate) async fn remove(&self, database: &ServerDatabase) -> Result<()> {
        self.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", database.name)).await
    }

    /// From now on every new connection to the database is told the plan of each of its statements, or none any more.
    pub(crate) async fn tell_plans(&self, database: &ServerDatabase, tell: bool) -> Result<()> {
        const SETTINGS: [(&str, &str); 5] = [
            ("session_preload_libraries", "auto_explain"),
            ("auto_explain.log_min_duration", "0"),
            ("auto_explain.log_analyze", "on"),
            ("auto_explain.log_format", "json"),
            ("auto_explain.log_level", "notice"),
        ];
        for (name, value) in SETTINGS {
            let change = if tell { format!("SET {name} = '{value}'") } else { format!("RESET {name}") };
            self.execute(&format!("LOAD 'auto_explain'; ALTER DATABASE {} {change}", database.name)).await?;
        }
        Ok(())
    }

    /// The tables of a database with so many rows that a plan must not read through them.
    pub(crate) async fn large_tables(&self, database: &ServerDatabase) -> Result<Vec<String>> {
        let large = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND reltuples > 10000 ORDER BY relname";
        let rows = connect(&database.url).await?.query(large, &[]).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// The superuser's URL of any database of this server.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    fn database(&self, name: &str) -> ServerDatabase {
        let server = self.url.rsplit_once('/').map_or(self.url.as_str(), |(server, _)| server);
        ServerDatabase { name: name.to_owned(), url: format!("{server}/{name}") }
    }

    async fn execute(&self, sql: &str) -> Result<()> {
        connect(&self.url).await?.batch_execute(sql).await.with_context(|| format!("{sql} failed"))
    }
}

/// One database of a server.
#[derive(Debug, Clone)]
pub(crate) struct ServerDatabase {
    name: String,
    /// How to reach it.
    pub(crate) url: String,
}

impl ServerDatabase {
    /// Has the server read all tables and indexes once; the extension that can goes again.
    pub(crate) async fn read_through(&self) -> Result<()> {
        const READ: &str = "BEGIN; CREATE EXTENSION pg_prewarm;
            SELECT SUM(pg_prewarm(oid, 'read')) FROM pg_class WHERE relkind IN ('r', 'i', 't') AND relpersistence = 'p'; ROLLBACK";
        connect(&self.url).await?.batch_execute(READ).await.context("cannot read the database through; is pg_prewarm there?")
    }
}
