//! Taking figures and prices from folders and addresses: each content once, in the order of the configuration and of the files' names.

use std::path::Path;

use catalog::import::TableFormat;
use catalog::stock_imports::{self, StockImportError};
use kernel::{Origin, SyncRunId};
use platform::Context;
use platform::config::{SyncPlace, SyncTable};
use platform::db::{self, ConnectionTrait, DatabaseError, WriteTx};
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};
use url::Url;

use super::address::key_of;
use super::error::SyncError;
use super::export::MOST_TRIES;
use super::model::{SyncDirection, SyncRun, SyncState, hex_digest};
use super::{folder, prices, store};
use crate::Notify;

/// A larger file is several.
pub(super) const MOST_BYTES: usize = 64 * 1_024 * 1_024;
/// New files of one run; the next one goes on.
const MOST_FILES: usize = 1_000;
/// Refusals that a run keeps.
pub(super) const MOST_PROBLEMS: usize = 100;

/// Takes what is new in the sources of the configuration; as often as one likes.
#[derive(Debug)]
pub struct ImportFiles(pub Notify);

impl ImportFiles {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("sync.import").on(Queue::Bulk).attempts(MOST_TRIES);
}

#[async_trait::async_trait]
impl Handler for ImportFiles {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        import(&self.0).await?;
        Ok(())
    }
}

/// Takes every file whose content is new, the first source and the first name first; what became of each. A run that was cut off goes on.
///
/// # Errors
/// `SyncError` where a source or the database cannot be read; what the other sources have is taken then.
pub async fn import(notify: &Notify) -> Result<Vec<SyncRun>, SyncError> {
    let sources = &notify.context.config.sync.import.source;
    if sources.is_empty() {
        return Err(SyncError::NotConfigured("sync.import.source"));
    }
    let (mut runs, mut failed) = (Vec::new(), None);
    for source in sources {
        let taken = match source {
            SyncPlace::Folder(folder) => import_folder(&notify.context, folder, &key_of(source), &mut runs).await,
            SyncPlace::Address(address) => import_address(notify, address, &key_of(source), &mut runs).await,
        };
        if let Some(error) = taken.err().and_then(|error| failed.replace(error)) {
            // The last one is told by the job.
            tracing::warn!(error = %error, "a source of data sync cannot be read");
        }
    }
    failed.map_or(Ok(runs), Err)
}

async fn import_folder(context: &Context, folder: &Path, source: &str, runs: &mut Vec<SyncRun>) -> Result<(), SyncError> {
    for (path, name, table) in folder::list(folder).await? {
        if runs.len() >= MOST_FILES {
            break;
        }
        let source = format!("{source}/{name}");
        runs.extend(import_file(context, &source, &folder::read(path, name, table).await?).await?);
    }
    Ok(())
}

/// What the server knows the content by is kept when each of its rows is dealt with: whoever dies before fetches it again.
async fn import_address(notify: &Notify, address: &Url, source: &str, runs: &mut Vec<SyncRun>) -> Result<(), SyncError> {
    let context = &notify.context;
    let known = store::validators(context.db.reader(), source).await?;
    let Some((file, known_by)) = notify.addresses.fetch(address, &context.config.sync.import, &known).await? else { return Ok(()) };
    runs.extend(import_file(context, source, &file).await?);
    let tx = context.begin(&Origin::system()).await?;
    store::keep_validators(&tx, source, &known_by).await?;
    Ok(tx.commit().await?)
}

/// A file that may be new.
#[derive(Debug)]
pub(super) struct Found {
    name: String,
    table: SyncTable,
    /// None where it is too large.
    bytes: Option<Vec<u8>>,
    hash: String,
}

impl Found {
    /// The same rows as figures and as prices are two contents.
    pub(super) fn of(name: String, table: SyncTable, bytes: Vec<u8>) -> Self {
        let kind = if table == SyncTable::Stock { "stock" } else { "prices" };
        let hash = format!("{kind}:{}", hex_digest(&bytes));
        Self { name, table, bytes: Some(bytes), hash }
    }

    /// One that is not read.
    pub(super) fn too_large(name: String, table: SyncTable, size: u64) -> Self {
        let hash = format!("{name}:{size}");
        Self { name, table, bytes: None, hash }
    }
}

/// Nothing for a content that was taken before.
async fn import_file(context: &Context, source: &str, file: &Found) -> Result<Option<SyncRun>, SyncError> {
    if is_taken(context.db.reader(), source, file).await? {
        return Ok(None);
    }
    let Some(run) = begin(context, source, file).await? else { return Ok(None) };
    Ok(Some(match (run.state, file.table, &file.bytes) {
        (SyncState::Running, SyncTable::Stock, _) => stock(context, run).await?,
        (SyncState::Running, SyncTable::Prices, Some(bytes)) => prices::apply(context, bytes, run).await?,
        (SyncState::Running | SyncState::Done | SyncState::Refused, ..) => run,
    }))
}

/// True of a content that was dealt with, here or under another name, and that nothing else has followed here: figures may come back.
async fn is_taken(db: &impl ConnectionTrait, source: &str, file: &Found) -> Result<bool, DatabaseError> {
    let is_over = store::newest_of(db, &file.hash).await?.is_some_and(|run| run.state != SyncState::Running);
    Ok(is_over && store::last_content(db, source).await?.is_none_or(|last| last == file.hash))
}

/// The run of this content: one that was begun before, or a new one with what it needs. None where somebody was faster and is done.
async fn begin(context: &Context, source: &str, file: &Found) -> Result<Option<SyncRun>, SyncError> {
    let tx = context.begin(&Origin::system()).await?;
    db::lock_name(&tx, &file.hash).await?;
    let begun_before = store::newest_of(&tx, &file.hash).await?.filter(|run| run.state == SyncState::Running);
    if begun_before.is_some() || is_taken(&tx, source, file).await? {
        // On SQLite whoever began it may be of the same group, and not durable yet.
        tx.commit().await?;
        return Ok(begun_before);
    }
    let mut run = begun(file.name.clone(), tx.now());
    let refused = match (&file.bytes, file.table) {
        (None, _) => Some(format!("the file is larger than {MOST_BYTES} bytes; split it")),
        (Some(bytes), SyncTable::Stock) => take_stock(&tx, bytes, &mut run).await?,
        (Some(bytes), SyncTable::Prices) => match prices::read(bytes) {
            Err(error) => Some(error.to_string()),
            Ok(rows) => rows.is_empty().then(|| "there are no rows".to_owned()),
        },
    };
    if let Some(why) = refused {
        (run.state, run.finished_at) = (SyncState::Refused, Some(tx.now()));
        run.problems.push(why);
    }
    store::insert(&tx, &run, Some(&file.hash)).await?;
    store::keep_content(&tx, source, &file.hash).await?;
    tx.commit().await?;
    Ok(Some(run))
}

/// Has the figures of a file put into the shop; why not, where they cannot be read.
async fn take_stock(tx: &WriteTx, bytes: &[u8], run: &mut SyncRun) -> Result<Option<String>, SyncError> {
    let list = match stock_imports::read(bytes, TableFormat::of(bytes)) {
        Ok(list) => list,
        Err(error) => return Ok(Some(error.to_string())),
    };
    match stock_imports::request_in(tx, list).await {
        Ok(import) => run.stock_import_id = Some(import.id),
        Err(StockImportError::Size(errors)) => return Ok(Some(errors.to_string())),
        Err(error) => return Err(error.into()),
    }
    Ok(None)
}

fn begun(file: String, now: kernel::Timestamp) -> SyncRun {
    SyncRun {
        id: SyncRunId::generate(),
        direction: SyncDirection::Import,
        state: SyncState::Running,
        file,
        stock_import_id: None,
        row_count: 0,
        changed_count: 0,
        refused_count: 0,
        problems: Vec::new(),
        created_at: now,
        finished_at: None,
    }
}

/// Works on the import right here, so that the next file finds it done; its own job goes on where this dies.
async fn stock(context: &Context, mut run: SyncRun) -> Result<SyncRun, SyncError> {
    let Some(id) = run.stock_import_id else { return Ok(run) };
    while stock_imports::work_piece(context, id).await?.is_some() {}
    let reader = context.db.reader();
    let kept = stock_imports::refusals(reader, id).await?;
    if let Some(import) = stock_imports::find(reader, id).await? {
        (run.row_count, run.changed_count, run.refused_count) = (import.done_count(), import.changed_count, import.refused_count);
    }
    run.problems =
        kept.iter().take(MOST_PROBLEMS).map(|refusal| format!("line {}, {}: {}", refusal.line, refusal.sku, refusal.message)).collect();
    let tx = context.begin(&Origin::system()).await?;
    (run.state, run.finished_at) = (SyncState::Done, Some(tx.now()));
    store::update(&tx, &run).await?;
    tx.commit().await?;
    Ok(run)
}
