//! A PostgreSQL server and the databases that the bench makes on it.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::process;

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
        let mut connection = PgConnection::connect(url).await.context("cannot connect to PostgreSQL")?;
        let (version, backend): (String, i32) =
            sqlx::query_as("SELECT current_setting('server_version'), pg_backend_pid()").fetch_one(&mut connection).await?;
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

    /// Drops a database with all connections to it.
    pub(crate) async fn remove(&self, database: &ServerDatabase) -> Result<()> {
        self.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", database.name)).await
    }

    fn database(&self, name: &str) -> ServerDatabase {
        let server = self.url.rsplit_once('/').map_or(self.url.as_str(), |(server, _)| server);
        ServerDatabase { name: name.to_owned(), url: format!("{server}/{name}") }
    }

    async fn execute(&self, sql: &str) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url).await?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.with_context(|| format!("{sql} failed"))?;
        Ok(connection.close().await?)
    }
}

/// One database of a server.
#[derive(Debug, Clone)]
pub(crate) struct ServerDatabase {
    name: String,
    /// How to reach it.
    pub(crate) url: String,
}
