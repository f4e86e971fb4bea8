//! `tradewind import stock`: many figures at once.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use catalog::import::TableFormat;
use catalog::stock_imports::{self, Refusal, StockImport};
use serde::Serialize;

use super::super::output::Shown;
use super::super::setup::{Globals, origin};
use super::super::{Exit, Stop};

/// A hundred thousand rows with long names.
const MOST_BYTES: u64 = 64 * 1_024 * 1_024;
/// Refusals that are shown to people; the import has them all.
const SHOWN: usize = 20;

#[derive(Debug, Serialize)]
struct ImportedRow {
    id: String,
    rows: i64,
    changed: i64,
    unchanged: i64,
    refused: i64,
    refusals: Vec<RefusalRow>,
}

#[derive(Debug, Serialize)]
struct RefusalRow {
    line: i64,
    sku: String,
    location: String,
    message: String,
}

impl Shown for ImportedRow {
    const HEAD: &'static [&'static str] = &["import", "rows", "changed", "unchanged", "refused"];

    fn cells(&self) -> Vec<String> {
        let counts = [self.rows, self.changed, self.unchanged, self.refused];
        std::iter::once(self.id.clone()).chain(counts.iter().map(ToString::to_string)).collect()
    }
}

impl ImportedRow {
    fn of(import: &StockImport, refusals: Vec<Refusal>) -> Self {
        let row = |Refusal { line, sku, location, message }| RefusalRow { line, sku, location, message };
        Self {
            id: import.id.to_string(),
            rows: import.row_count,
            changed: import.changed_count,
            unchanged: import.unchanged_count,
            refused: import.refused_count,
            refusals: refusals.into_iter().map(row).collect(),
        }
    }
}

/// Takes the file in and works on it right here, whether or not a worker does as well.
pub(super) async fn run(globals: &Globals, path: &Path) -> anyhow::Result<Exit> {
    let (file, bytes) = super::open(path)?;
    if bytes > MOST_BYTES {
        return Err(Stop::usage(format!("{} is larger than {MOST_BYTES} bytes; split it", path.display())).into());
    }
    let mut content = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut content).context("cannot read the file")?;
    let list = stock_imports::read(&content, TableFormat::of(&content)).map_err(|error| Stop::usage(error.to_string()))?;
    let context = globals.open().await?;
    let tx = context.begin(&origin()).await?;
    let import = stock_imports::request_in(&tx, list).await.map_err(|error| Stop::of(&error))?;
    tx.commit().await?;
    while stock_imports::work_piece(&context, import.id).await?.is_some() {}
    let db = context.db.reader();
    let import = stock_imports::find(db, import.id).await?.unwrap_or(import);
    let told = ImportedRow::of(&import, stock_imports::refusals(db, import.id).await?);
    for RefusalRow { line, sku, message, .. } in told.refusals.iter().take(SHOWN).filter(|_| super::is_shown(globals.output())) {
        globals.output().note(format!("line {line}, {sku}: {message}"));
    }
    globals.output().one(&told)?;
    Ok(if told.refused > 0 { Exit::Failing } else { Exit::Ok })
}
