//! Telling a folder or an address what changed since it was told last.

use chrono::TimeDelta;
use kernel::{Origin, SyncRunId};
use platform::Context;
use platform::config::SyncPlace;
use platform::db;
use platform::events;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::address::key_of;
use super::error::SyncError;
use super::folder;
use super::model::{ChangesFile, SyncDirection, SyncRun, SyncState};
use super::present::Changed;
use super::store;
use crate::Notify;

/// Events of one file: what they are about is held in memory.
const MOST_EVENTS: i64 = 5_000;
/// Tries of one job, which are over within a quarter of an hour.
pub(super) const MOST_TRIES: i64 = 8;
/// Events that are read together.
const PAGE: i64 = 1_000;
/// How long exports are listed.
const KEPT: TimeDelta = TimeDelta::days(90);
/// One moves a cursor at a time, over all processes.
const LOCK: &str = "sync.export";

/// Tells the target of the configuration what changed; twice tells nothing twice but what changed in between.
#[derive(Debug)]
pub struct ExportChanges(pub Notify);

impl ExportChanges {
    /// The kind of its jobs. What is not taken by the last try is told by the next job, from the cursor on.
    pub const KIND: JobKind = JobKind::new("sync.export").on(Queue::Bulk).attempts(MOST_TRIES);
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

/// Tells all that changed; the files that were told.
///
/// # Errors
/// `SyncError`; what was told until then stays told.
pub async fn export(notify: &Notify) -> Result<Vec<SyncRun>, SyncError> {
    let mut runs = Vec::new();
    while let Some(run) = export_piece(notify).await? {
        runs.push(run);
    }
    Ok(runs)
}

/// Tells the next file; nothing where nothing changed. The cursor moves when the file lies in the folder whole, or the address has taken it:
/// whoever dies in between has the same changes told again, and none is ever left out.
///
/// # Errors
/// `SyncError`; the same is told the next time.
pub async fn export_piece(notify: &Notify) -> Result<Option<SyncRun>, SyncError> {
    let context = &notify.context;
    let target = context.config.sync.export.target.as_ref().ok_or(SyncError::NotConfigured("sync.export.target"))?;
    let key = key_of(target);
    loop {
        let after = store::cursor(context.db.reader(), &key).await?;
        let Some((file, lines)) = changes(context, after).await? else { return Ok(None) };
        let (to, name) = (file.to, file.name());
        if lines > 0 {
            tell(notify, target, file).await?;
        }
        let run = note(context, &key, (after, to), (name, lines)).await?;
        if run.is_some() {
            return Ok(run);
        }
    }
}

/// What the next events are about, and how many lines that is.
async fn changes(context: &Context, after: i64) -> Result<Option<(ChangesFile, usize)>, SyncError> {
    let reader = context.db.reader();
    let to = events::last_seq(reader).await?.min(after + MOST_EVENTS);
    if to <= after {
        return Ok(None);
    }
    let (mut changed, mut read) = (Changed::default(), after);
    while read < to {
        let heads = events::heads_within(reader, read, to, PAGE).await?;
        changed.note(&heads);
        read = heads.last().map_or(to, |head| head.seq);
    }
    let last = changed.last();
    let lines = changed.lines(reader, &context.config.sync.export).await?;
    let body = lines.iter().map(|line| format!("{line}\n")).collect::<String>().into_bytes();
    Ok(Some((ChangesFile { from: after + 1, to, last, body }, lines.len())))
}

async fn tell(notify: &Notify, target: &SyncPlace, file: ChangesFile) -> Result<(), SyncError> {
    match target {
        SyncPlace::Folder(path) => folder::write(path, &file.name(), file.body).await,
        SyncPlace::Address(address) => {
            let context = &notify.context;
            notify.addresses.send(address, &context.config.sync.export, file, context.now()).await
        }
    }
}

/// Moves the cursor, unless somebody else did meanwhile; nothing where no file was told.
async fn note(
    context: &Context,
    target: &str,
    (after, last): (i64, i64),
    (file, lines): (String, usize),
) -> Result<Option<SyncRun>, SyncError> {
    let tx = context.begin(&Origin::system()).await?;
    db::lock_name(&tx, LOCK).await?;
    let is_ours = store::cursor(&tx, target).await? == after;
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
        store::move_cursor(&tx, target, last).await?;
        store::forget(&tx, tx.now() - KEPT).await?;
        if lines > 0 {
            store::insert(&tx, &run, None).await?;
        }
    }
    tx.commit().await?;
    Ok(Some(run).filter(|_| is_ours && lines > 0))
}
