//! In a file: a thread and a reader for each customer, and one writer that commits for all who wait, each in a savepoint.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use uuid::Uuid;

use super::list::{self, Part, Statement};
use super::meaning::{Flow, Standing, Value};
use super::micros;
use crate::load::{Load, Seen};

/// So many customers share one commit at most.
const MOST_TOGETHER: usize = 64;
/// More texts than a flow has.
const TEXTS: usize = 256;

/// A transaction that a customer wants to have written.
struct Job {
    part: usize,
    values: Vec<Vec<Value>>,
    done: SyncSender<Result<()>>,
}

/// One turn.
pub(super) fn turn(file: &Path, load: Load) -> Result<Seen> {
    let parts = list::sqlite()?;
    let standing = standing(&open(file, false)?)?;
    let writer = open(file, true)?;
    let (jobs, waiting) = channel();
    let begin = Instant::now() + load.warm_up;
    let mut all = Seen::new()?;
    thread::scope(|scope| {
        let (parts, standing) = (&parts, &standing);
        scope.spawn(move || write(&writer, parts, &waiting));
        let customer = |number| {
            let jobs: Sender<Job> = jobs.clone();
            scope.spawn(move || customer((parts, standing), (&open(file, false)?, &jobs), number, (begin, begin + load.time)))
        };
        let customers: Vec<_> = (0..load.connections).map(customer).collect();
        drop(jobs);
        for customer in customers {
            all.join(&customer.join().map_err(|_| anyhow!("a customer died"))??)?;
        }
        anyhow::Ok(())
    })?;
    all.time = begin.elapsed();
    Ok(all)
}

fn open(file: &Path, writes: bool) -> Result<Connection> {
    let flags = if writes { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).context("cannot open")?;
    connection.set_prepared_statement_cache_capacity(TEXTS);
    connection.execute_batch("PRAGMA synchronous = full; PRAGMA foreign_keys = on; PRAGMA busy_timeout = 5000")?;
    Ok(connection)
}

fn standing(connection: &Connection) -> Result<Standing> {
    let id = |bytes: Vec<u8>| Uuid::from_slice(&bytes).context("an id");
    let mut standing = Standing::default();
    for (table, sql) in Standing::TABLES {
        let bytes = connection.query_row(sql, [], |row| row.get(0)).with_context(|| format!("no row of {table}"))?;
        standing.rows.push((table, id(bytes)?));
    }
    let mut statement = connection.prepare(Standing::VARIANTS)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in rows {
        let (variant, product) = row?;
        standing.variants.push((id(variant)?, id(product)?));
    }
    Ok(standing)
}

fn customer(
    (parts, standing): (&[Part], &Standing),
    (reader, jobs): (&Connection, &Sender<Job>),
    number: usize,
    (begin, end): (Instant, Instant),
) -> Result<Seen> {
    let mut seen = Seen::new()?;
    let mut turn = number * 97;
    while Instant::now() < end {
        let start = Instant::now();
        turn += 1;
        let mut flow = Flow::begin(standing, turn)?;
        for (place, part) in parts.iter().enumerate() {
            match part {
                Part::Alone(statements) => run(reader, statements, &values(statements, &mut flow)?)?,
                Part::Together(statements) => {
                    let (done, answer) = sync_channel(1);
                    jobs.send(Job { part: place, values: values(statements, &mut flow)?, done })
                        .map_err(|_| anyhow!("the writer is gone"))?;
                    answer.recv().context("the writer is gone")??;
                }
            }
        }
        if start >= begin {
            seen.times.saturating_record(micros(start.elapsed()));
        }
    }
    Ok(seen)
}

fn values(statements: &[Statement], flow: &mut Flow<'_>) -> Result<Vec<Vec<Value>>> {
    statements.iter().map(|statement| statement.values.iter().map(|meaning| flow.value(meaning)).collect()).collect()
}

/// Ends when nobody is left who could want anything.
fn write(writer: &Connection, parts: &[Part], waiting: &Receiver<Job>) {
    while let Ok(first) = waiting.recv() {
        let jobs: Vec<Job> = std::iter::once(first).chain(waiting.try_iter().take(MOST_TOGETHER - 1)).collect();
        let outcomes = commit(writer, parts, &jobs);
        for (place, job) in jobs.iter().enumerate() {
            let outcome = match &outcomes {
                Ok(outcomes) => outcomes.get(place).cloned().flatten().map_or(Ok(()), |error| Err(anyhow!(error))),
                Err(error) => Err(anyhow!("{error:#}")),
            };
            // A customer who does not wait any more needs no answer.
            let _gone = job.done.send(outcome);
        }
    }
}

/// What went wrong with each of them; an error where the commit did not stand.
fn commit(writer: &Connection, parts: &[Part], jobs: &[Job]) -> Result<Vec<Option<String>>> {
    writer.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut outcomes = Vec::new();
    for job in jobs {
        let Some(Part::Together(statements)) = parts.get(job.part) else { continue };
        writer.prepare_cached("SAVEPOINT one")?.execute([])?;
        let outcome = run(writer, statements, &job.values);
        if outcome.is_err() {
            writer.prepare_cached("ROLLBACK TO one")?.execute([])?;
        }
        writer.prepare_cached("RELEASE one")?.execute([])?;
        outcomes.push(outcome.err().map(|error| format!("{error:#}")));
    }
    writer.prepare_cached("COMMIT")?.execute([])?;
    Ok(outcomes)
}

fn run(connection: &Connection, statements: &[Statement], values: &[Vec<Value>]) -> Result<()> {
    for (statement, values) in statements.iter().zip(values) {
        let mut prepared = connection.prepare_cached(&statement.sql).with_context(|| statement.sql.clone())?;
        let mut rows = prepared.query(rusqlite::params_from_iter(values)).with_context(|| statement.sql.clone())?;
        while rows.next().with_context(|| statement.sql.clone())?.is_some() {}
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let null = ToSqlOutput::Borrowed(ValueRef::Null);
        Ok(match self {
            Self::Uuid(Some(id)) => ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes())),
            Self::Time(Some(time)) => ToSqlOutput::Owned(time.to_rfc3339().into()),
            Self::Int(Some(number)) => ToSqlOutput::Owned((*number).into()),
            Self::Bool(Some(truth)) => ToSqlOutput::Owned((*truth).into()),
            Self::Text(Some(text)) | Self::Json(Some(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(Some(bytes)) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Uuid(None) | Self::Time(None) | Self::Int(None) | Self::Bool(None) => null,
            Self::Text(None) | Self::Json(None) | Self::Bytes(None) => null,
        })
    }
}
