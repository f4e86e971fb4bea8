//! `tradewind sync`: telling a folder or an address what changed, taking figures and prices from them.

use kernel::Timestamp;
use notify::sync::{self, SyncError, SyncRun, SyncState};
use serde::Serialize;

use super::output::{Shown, moment};
use super::setup::Globals;
use super::{Exit, Stop, pages};
use crate::wiring;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Tell `sync.export.target` what changed since the last time, now
    Export,
    /// Take what is new in `sync.import.source`, now
    Import,
    /// Show which files were told and taken, the newest first
    List {
        /// No more rows than this
        #[arg(long)]
        limit: Option<u64>,
    },
}

#[derive(Debug, Serialize)]
struct RunRow {
    id: String,
    direction: &'static str,
    file: String,
    state: &'static str,
    rows: i64,
    changed: i64,
    refused: i64,
    problems: Vec<String>,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
}

impl From<SyncRun> for RunRow {
    fn from(run: SyncRun) -> Self {
        Self {
            id: run.id.to_string(),
            direction: run.direction.as_str(),
            file: run.file,
            state: run.state.as_str(),
            rows: run.row_count,
            changed: run.changed_count,
            refused: run.refused_count,
            problems: run.problems,
            created_at: run.created_at,
            finished_at: run.finished_at,
        }
    }
}

impl Shown for RunRow {
    const HEAD: &'static [&'static str] = &["when", "direction", "file", "state", "rows", "changed", "refused"];

    fn cells(&self) -> Vec<String> {
        let counts = [self.rows, self.changed, self.refused].map(|count| count.to_string());
        let words = [moment(self.created_at), self.direction.to_owned(), self.file.clone(), self.state.to_owned()];
        words.into_iter().chain(counts).collect()
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let (context, output) = (globals.open().await?, globals.output());
    let stop = |error: SyncError| Stop::of(&error);
    let runs = match command {
        Command::Export => sync::export(&wiring::notify(context)?).await.map_err(stop)?,
        Command::Import => sync::import(&wiring::notify(context)?).await.map_err(stop)?,
        Command::List { limit } => {
            let mut table = output.table();
            let ask = async |page| sync::list(context.db.reader(), true, &page).await;
            pages::each(limit, ask, |rows| table.rows(&rows.into_iter().map(RunRow::from).collect::<Vec<_>>())).await?;
            return Ok(Exit::Ok);
        }
    };
    let is_whole = runs.iter().all(|run| run.refused_count == 0 && run.state != SyncState::Refused);
    output.list(&runs.into_iter().map(RunRow::from).collect::<Vec<_>>())?;
    Ok(if is_whole { Exit::Ok } else { Exit::Failing })
}
