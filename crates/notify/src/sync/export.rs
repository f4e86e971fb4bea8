//! Telling a folder what changed since it was told last.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use chrono::TimeDelta;
use kernel::{Origin, SyncRunId};
use platform::Context;
use platform::config::SyncExport;
use platform::db;
use platform::events;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::error::SyncError;
use super::model::{SyncDirection, SyncRun, SyncState};
use super::present::Changed;
use super::store;

/// Events of one file: what they are about is held in memory.
const MOST_EVENTS: i64 = 5_000;
/// Events that are read together.
const PAGE: i64 = 1_000;
/// How long exports are listed.
const KEPT: TimeDelta = TimeDelta::days(90);
/// One writes to a folder at a time, over all processes.
const LOCK: &str = "sync.export";

/// Tells the folder of the configuration what changed; twice tells nothing twice but what changed in between.
#[derive(Debug)]
pub struct ExportChanges(pub Context);

impl ExportChanges {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("sync.export").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for ExportChanges {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        while export_piece(&self.0).await?.is_some() {
            if job.is_cancelled() {
                return Err(JobError::new("called off; the next one goes on"));
            }
        }
        Ok(())
    }
}

/// Tells the folder all that changed; the files that were written.
///
/// # Errors
/// `SyncError`; what was told until then stays told.
pub async fn export(context: &Context) -> Result<Vec<SyncRun>, SyncError> {
    let mut runs = Vec::new();
    while let Some(run) = export_piece(context).await? {
        runs.push(run);
    }
    Ok(runs)
}

/// Writes the next file; nothing where nothing changed. The cursor moves when the file lies in the folder whole: whoever dies in between
/// has the same changes told again, and none is ever left out.
///
/// # Errors
/// `SyncError`; the folder is told the same the next time.
pub async fn export_piece(context: &Context) -> Result<Option<SyncRun>, SyncError> {
    let wanted = &context.config.sync.export;
    let folder = wanted.folder().ok_or(SyncError::NotConfigured("sync.export.target"))?;
    loop {
        let reader = context.db.reader();
        let after = store::cursor(reader, &wanted.target).await?;
        let last = events::last_seq(reader).await?.min(after + MOST_EVENTS);
        if last <= after {
            return Ok(None);
        }
        let mut changed = Changed::default();
        let mut read = after;
        while read < last {
            let heads = events::heads_within(reader, read, last, PAGE).await?;
            changed.note(&heads);
            read = heads.last().map_or(last, |head| head.seq);
        }
        let lines = changed.lines(reader, wanted).await?;
        let name = format!("changes-{}-{last}.jsonl", after + 1);
        if !lines.is_empty() {
            write(&folder, &name, &lines)?;
        }
        let run = note(context, wanted, (after, last), (name, lines.len())).await?;
        if run.is_some() {
            return Ok(run);
        }
    }
}

/// Under another name until it is whole and durable: whoever looks into the folder sees whole files alone.
fn write(folder: &Path, name: &str, lines: &[serde_json::Value]) -> Result<(), SyncError> {
    let of = |path: &Path| {
        let path = path.to_owned();
        move |error| SyncError::Folder { path, error }
    };
    fs::create_dir_all(folder).map_err(of(folder))?;
    let (path, unfinished) = (folder.join(name), folder.join(format!(".{name}.{}", SyncRunId::generate())));
    let write = || {
        let mut file = std::io::BufWriter::new(fs::File::create(&unfinished)?);
        for line in lines {
            serde_json::to_writer(&mut file, line)?;
            file.write_all(b"\n")?;
        }
        file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&unfinished, &path)?;
        fs::File::open(folder)?.sync_all()
    };
    write().map_err(of(&path))
}

/// Moves the cursor, unless somebody else did meanwhile; nothing where no file was written.
async fn note(
    context: &Context,
    wanted: &SyncExport,
    (after, last): (i64, i64),
    (file, lines): (String, usize),
) -> Result<Option<SyncRun>, SyncError> {
    let tx = context.begin(&Origin::system()).await?;
    db::lock_name(&tx, LOCK).await?;
    let is_ours = store::cursor(&tx, &wanted.target).await? == after;
    let count = i64::try_from(lines).unwrap_or(i64::MAX);
    let run = SyncRun {
        id: SyncRunId::generate(),
        direction: SyncDirection::Export,
        state: SyncState::Done,
        file,
        stock_import_id: None,
        row_count: count,
        changed_count: 0,
        refused_count: 0,
        problems: Vec::new(),
        created_at: tx.now(),
        finished_at: Some(tx.now()),
    };
    if is_ours {
        store::move_cursor(&tx, &wanted.target, last).await?;
        store::forget(&tx, tx.now() - KEPT).await?;
        if lines > 0 {
            store::insert(&tx, &run, None).await?;
        }
    }
    tx.commit().await?;
    Ok(Some(run).filter(|_| is_ours && lines > 0))
}
