//! What statements can be sent through: the readers, or a write transaction.

use std::sync::Arc;

use super::broken::DatabaseError;
use super::findings::Findings;
use super::postgres::{self, Pool};
use super::row::FromQueryResult;
use super::sqlite::Readers;
use super::standing::KeptRules;
use super::value::Value;

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DbBackend {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgres,
}

/// Something that statements are sent through; stores take it and do not ask what it is.
pub trait ConnectionTrait: Send + Sync {
    /// Which database is behind it.
    fn get_database_backend(&self) -> DbBackend;

    /// The standing rules that this process keeps.
    fn kept_rules(&self) -> &KeptRules;

    /// What this process has found out about lists; none where a transaction may have changed them, or where nothing is kept.
    fn findings(&self) -> Option<&Findings> {
        None
    }

    /// At most so many rows of a query.
    fn fetch<R: FromQueryResult>(
        &self,
        sql: &str,
        values: Vec<Value>,
        most: usize,
    ) -> impl Future<Output = Result<Vec<R>, DatabaseError>> + Send;

    /// Runs a statement; the number of rows that it changed.
    fn execute(&self, sql: &str, values: Vec<Value>) -> impl Future<Output = Result<u64, DatabaseError>> + Send;
}

/// For reads that need not see their own transaction.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(super) source: Source,
    pub(super) kept_rules: Arc<KeptRules>,
    pub(super) findings: Option<Findings>,
}

#[derive(Debug, Clone)]
pub(super) enum Source {
    Sqlite(Arc<Readers>),
    Postgres(Pool),
}

impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        match &self.source {
            Source::Sqlite(_) => DbBackend::Sqlite,
            Source::Postgres(_) => DbBackend::Postgres,
        }
    }

    fn kept_rules(&self) -> &KeptRules {
        &self.kept_rules
    }

    fn findings(&self) -> Option<&Findings> {
        self.findings.as_ref()
    }

    async fn fetch<R: FromQueryResult>(&self, sql: &str, values: Vec<Value>, most: usize) -> Result<Vec<R>, DatabaseError> {
        match &self.source {
            Source::Sqlite(readers) => {
                let_others_run().await;
                readers.with(|connection| connection.fetch(sql, &values, most))
            }
            Source::Postgres(pool) => postgres::read(pool, sql, &values, most).await,
        }
    }

    async fn execute(&self, sql: &str, values: Vec<Value>) -> Result<u64, DatabaseError> {
        match &self.source {
            Source::Sqlite(readers) => {
                let_others_run().await;
                readers.with(|connection| connection.execute(sql, &values))
            }
            Source::Postgres(pool) => postgres::execute(pool, sql, &values).await,
        }
    }
}

/// A statement on SQLite never waits, so that a task of many of them would keep its thread for itself; now and then it
/// steps back.
pub(super) async fn let_others_run() {
    tokio::task::coop::consume_budget().await;
}
