//! One connection to the file, and how a statement runs on it.

use std::cell::Cell;
use std::path::Path;

use chrono::SecondsFormat;
use rusqlite::types::{ToSqlOutput, Value as SqliteValue, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, Rows, Statement, ToSql};

use crate::db::broken::DatabaseError;
use crate::db::row::{self, FromQueryResult, Source};
use crate::db::value::Value;

/// Statements kept prepared on each connection: more than there are texts on the hot routes.
const PREPARED: usize = 512;
/// Statements with more parameters are written for one batch and do not come again.
const MOST_KEPT_PARAMETERS: usize = 200;

thread_local! {
    /// How long the write-ahead log is after the last commit on this thread: SQLite tells it to a function that knows of nothing else.
    static LOGGED: Cell<i64> = const { Cell::new(0) };
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::db) enum Access {
    Read,
    Write,
}

/// A connection, for one statement at a time.
#[derive(Debug)]
pub(in crate::db) struct SqliteConnection(Connection);

impl SqliteConnection {
    /// Opens the file; a writer makes it where it is absent.
    pub(in crate::db) fn open(path: &Path, access: Access) -> Result<Self, DatabaseError> {
        let create = if access == Access::Write { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        // Other processes hold locks for moments: readers while a log is folded back; writers wait for theirs by themselves.
        connection.busy_timeout(if access == Access::Write { std::time::Duration::ZERO } else { crate::db::connect::ACQUIRE_TIMEOUT })?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;")?;
        connection.execute_batch(match access {
            // A writer goes to pages all over a large file: 16 MiB of them, taken as they are needed.
            Access::Write => "PRAGMA cache_size = -16384",
            // Readers are told so: a write through them is a fault of ours that must not pass.
            Access::Read => "PRAGMA query_only = ON",
        })?;
        Ok(Self(connection))
    }

    /// Switches the file to a write-ahead log, under which readers and the writer do not wait for each other.
    pub(in crate::db) fn use_write_ahead_log(&self) -> Result<(), DatabaseError> {
        self.0.busy_timeout(crate::db::connect::ACQUIRE_TIMEOUT)?;
        self.0.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        Ok(self.0.busy_timeout(std::time::Duration::ZERO)?)
    }

    /// Leaves folding the log to whoever asks for it, and has each commit note how long the log is.
    pub(super) fn keep_log(&self) {
        self.0.wal_hook(Some(|_, pages| {
            LOGGED.set(i64::from(pages));
            Ok(())
        }));
    }

    /// Commits; how many pages the log has now.
    pub(super) fn commit(&self) -> Result<i64, DatabaseError> {
        LOGGED.set(0);
        self.run("COMMIT")?;
        Ok(LOGGED.get())
    }

    /// Runs statements without parameters, one after the other.
    pub(in crate::db) fn batch(&self, sql: &str) -> Result<(), DatabaseError> {
        Ok(self.0.execute_batch(sql)?)
    }

    /// Runs a short statement without parameters that comes often.
    pub(super) fn run(&self, sql: &str) -> Result<(), DatabaseError> {
        self.0.prepare_cached(sql)?.raw_execute()?;
        Ok(())
    }

    /// Folds into the file what no reader keeps in the log, and waits for nobody; how many of the log's pages the file has now.
    pub(super) fn fold_log(&self) -> Result<i64, DatabaseError> {
        let folded: i64 = self.0.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?.query_row([], |row| row.get(2))?;
        // Nobody knows while another process folds.
        Ok(folded.max(0))
    }

    /// Folds the whole log into the file and empties it, unless somebody still reads from it.
    pub(super) fn empty_log(&self) -> Result<(), DatabaseError> {
        Ok(self.0.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    /// True where no transaction is open: SQLite ends one by itself when the disk fails.
    pub(super) fn is_idle(&self) -> bool {
        self.0.is_autocommit()
    }

    /// Runs a statement; the number of rows that it changed.
    pub(in crate::db) fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
        self.with(sql, values, |statement| {
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
            Ok(())
        })?;
        Ok(self.0.changes())
    }

    /// At most so many rows of a query.
    pub(in crate::db) fn fetch<R: FromQueryResult>(&self, sql: &str, values: &[Value], most: usize) -> Result<Vec<R>, DatabaseError> {
        self.with(sql, values, |statement| read(statement.raw_query(), most))
    }

    fn with<T>(
        &self,
        sql: &str,
        values: &[Value],
        work: impl FnOnce(&mut Statement<'_>) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let text = to_sqlite(sql);
        if values.len() > MOST_KEPT_PARAMETERS {
            let mut statement = self.0.prepare(&text)?;
            bind(&mut statement, values)?;
            return work(&mut statement);
        }
        let mut statement: CachedStatement<'_> = self.0.prepare_cached(&text)?;
        bind(&mut statement, values)?;
        work(&mut statement)
    }
}

fn read<R: FromQueryResult>(mut rows: Rows<'_>, most: usize) -> Result<Vec<R>, DatabaseError> {
    let mut read = Vec::new();
    let mut places = None;
    while read.len() < most {
        let Some(row) = rows.next()? else { break };
        let source = Source::Sqlite(row);
        let places = match &mut places {
            Some(places) => places,
            none => none.insert(row::places_of::<R>(source)?),
        };
        read.push(row::read(source, places)?);
    }
    Ok(read)
}

fn bind(statement: &mut Statement<'_>, values: &[Value]) -> Result<(), DatabaseError> {
    for (place, value) in (1_usize..).zip(values) {
        statement.raw_bind_parameter(place, value)?;
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let borrowed = |value| ToSqlOutput::Borrowed(value);
        let owned = |text| ToSqlOutput::Owned(SqliteValue::Text(text));
        Ok(match self {
            Self::BigInt(Some(number)) => borrowed(ValueRef::Integer(*number)),
            Self::Bool(Some(yes)) => borrowed(ValueRef::Integer(i64::from(*yes))),
            Self::Text(Some(text)) => borrowed(ValueRef::Text(text.as_bytes())),
            Self::Uuid(Some(id)) => borrowed(ValueRef::Blob(id.as_bytes())),
            // The order of these texts is that of time, as long as all are written so: `+` sorts before `.`, `.` before digits.
            Self::Time(Some(time)) => owned(time.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
            Self::Json(Some(json)) => owned(json.to_string()),
            Self::Bytes(Some(bytes)) => borrowed(ValueRef::Blob(bytes)),
            Self::BigInt(None)
            | Self::Bool(None)
            | Self::Text(None)
            | Self::Uuid(None)
            | Self::Time(None)
            | Self::Json(None)
            | Self::Bytes(None) => borrowed(ValueRef::Null),
        })
    }
}

/// How a lock clause begins: SQLite's one writer needs none. It stands at the end of its line.
const LOCKS: [&str; 3] = [" FOR UPDATE", " FOR NO KEY UPDATE", " FOR KEY SHARE"];

/// PostgreSQL's text as SQLite reads it: `$1` is a name there, numbered by where it first stands; `?1` is a number.
fn to_sqlite(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    if LOCKS.iter().any(|lock| sql.contains(lock)) {
        for line in sql.lines() {
            let kept = LOCKS.iter().find_map(|lock| line.split_once(lock)).map_or(line, |(kept, _)| kept);
            text.push_str(kept);
            text.push('\n');
        }
    } else {
        text.push_str(sql);
    }
    number_parameters(&mut text);
    text
}

fn number_parameters(text: &mut String) {
    let bytes = text.as_bytes();
    let is_parameter = |at: &usize| bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
    let places: Vec<usize> = text.match_indices('$').map(|(at, _)| at).filter(is_parameter).collect();
    for at in places {
        text.replace_range(at..=at, "?");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_clauses_are_postgresqls_alone() {
        let sql = "SELECT a FROM t\nORDER BY a FOR UPDATE SKIP LOCKED\nLIMIT 1";
        assert_eq!(to_sqlite(sql), "SELECT a FROM t\nORDER BY a\nLIMIT 1\n");
        assert_eq!(to_sqlite("SELECT a FROM t FOR NO KEY UPDATE"), "SELECT a FROM t\n");
        assert_eq!(to_sqlite("SELECT a FROM t FOR KEY SHARE"), "SELECT a FROM t\n");
    }

    #[test]
    fn parameters_keep_their_numbers_wherever_they_stand() {
        assert_eq!(to_sqlite("UPDATE t SET a = $2, b = '$x' WHERE id = $1"), "UPDATE t SET a = ?2, b = '$x' WHERE id = ?1");
    }
}
