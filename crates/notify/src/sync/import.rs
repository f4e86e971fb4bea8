//! Taking figures and prices from a folder: each content once, in the order of the files' names.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use catalog::import::TableFormat;
use catalog::stock_imports::{self, StockImportError};
use kernel::{Origin, SyncRunId};
use platform::Context;
use platform::db::{self, WriteTx};
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::error::SyncError;
use super::model::{SyncDirection, SyncRun, SyncState};
use super::{prices, store};

/// A larger file is several.
const MOST_BYTES: u64 = 64 * 1_024 * 1_024;
/// New files of one run; the next one goes on.
const MOST_FILES: usize = 1_000;
/// Refusals that a run keeps.
pub(super) const MOST_PROBLEMS: usize = 100;

/// Takes what is new in the folder of the configuration; as often as one likes.
#[derive(Debug)]
pub struct ImportFiles(pub Context);

impl ImportFiles {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("sync.import").on(Queue::Bulk);
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

/// What a file's name says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Stock,
    Prices,
}

fn content_of(name: &str) -> Option<Content> {
    let is_table = [".csv", ".jsonl"].iter().any(|ending| name.ends_with(ending));
    match name {
        _ if !is_table => None,
        name if name.starts_with("stock") => Some(Content::Stock),
        name if name.starts_with("prices") => Some(Content::Prices),
        _ => None,
    }
}

/// Takes every file of the folder whose content is new, the first name first; what became of each. A run that was cut off goes on.
///
/// # Errors
/// `SyncError` where the folder or the database cannot be read; the files before are taken then.
pub async fn import(context: &Context) -> Result<Vec<SyncRun>, SyncError> {
    let folder = context.config.sync.import.folder().ok_or(SyncError::NotConfigured("sync.import.source"))?;
    let mut runs = Vec::new();
    for (path, name, content) in files(&folder)? {
        runs.extend(import_file(context, &path, name, content).await?);
        if runs.len() == MOST_FILES {
            break;
        }
    }
    Ok(runs)
}

fn files(folder: &Path) -> Result<Vec<(PathBuf, String, Content)>, SyncError> {
    let failed = |error| SyncError::Folder { path: folder.to_owned(), error };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        if let Some((name, content)) = name.and_then(|name| content_of(&name).map(|content| (name, content))) {
            files.push((path, name, content));
        }
    }
    files.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(files)
}

/// A file as it lies in the folder; one that is too large is not read.
struct Read {
    name: String,
    content: Content,
    bytes: Option<Vec<u8>>,
    hash: String,
}

impl Read {
    fn file(path: &Path, name: String, content: Content) -> Result<Self, SyncError> {
        let failed = |error| SyncError::Folder { path: path.to_owned(), error };
        let size = fs::metadata(path).map_err(failed)?.len();
        if size > MOST_BYTES {
            let hash = format!("{name}:{size}");
            return Ok(Self { name, content, bytes: None, hash });
        }
        let bytes = fs::read(path).map_err(failed)?;
        let hash = hash_of(content, &bytes);
        Ok(Self { name, content, bytes: Some(bytes), hash })
    }
}

/// Nothing for a content that was taken before.
async fn import_file(context: &Context, path: &Path, name: String, content: Content) -> Result<Option<SyncRun>, SyncError> {
    let file = Read::file(path, name, content)?;
    if store::is_over(context.db.reader(), &file.hash).await? {
        return Ok(None);
    }
    let run = begin(context, &file).await?;
    Ok(Some(match (run.state, file.content, &file.bytes) {
        (SyncState::Running, Content::Stock, _) => stock(context, run).await?,
        (SyncState::Running, Content::Prices, Some(bytes)) => prices::apply(context, bytes, &file.hash, run).await?,
        (SyncState::Running | SyncState::Done | SyncState::Refused, ..) => run,
    }))
}

/// The run of this content: one that was begun before, or a new one with what it needs.
async fn begin(context: &Context, file: &Read) -> Result<SyncRun, SyncError> {
    let tx = context.begin(&Origin::system()).await?;
    db::lock_name(&tx, &file.hash).await?;
    if let Some(run) = store::lock_by_content(&tx, &file.hash).await? {
        // On SQLite whoever began it may be of the same group, and not durable yet.
        tx.commit().await?;
        return Ok(run);
    }
    let mut run = begun(file.name.clone(), tx.now());
    let refused = match (&file.bytes, file.content) {
        (None, _) => Some(format!("the file is larger than {MOST_BYTES} bytes; split it")),
        (Some(bytes), Content::Stock) => take_stock(&tx, bytes, &mut run).await?,
        (Some(bytes), Content::Prices) => match prices::read(bytes) {
            Err(error) => Some(error.to_string()),
            Ok(rows) => rows.is_empty().then(|| "there are no rows".to_owned()),
        },
    };
    if let Some(why) = refused {
        (run.state, run.finished_at) = (SyncState::Refused, Some(tx.now()));
        run.problems.push(why);
    }
    store::insert(&tx, &run, Some(&file.hash)).await?;
    tx.commit().await?;
    Ok(run)
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

/// Which content it is; the same rows as figures and as prices are two.
fn hash_of(content: Content, bytes: &[u8]) -> String {
    let mut text = if content == Content::Stock { "stock:" } else { "prices:" }.to_owned();
    for byte in digest::digest(&digest::SHA256, bytes).as_ref() {
        // Writing into a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_name() {
        let known = ["stock.csv", "stock-2026-03-02.jsonl", "prices_night.csv"].map(content_of);
        assert_eq!(known, [Some(Content::Stock), Some(Content::Stock), Some(Content::Prices)]);
        assert_eq!(["stock.xlsx", "orders.csv", ".stock.csv", "stock.csv.part"].map(content_of), [None; 4]);
    }
}
