//! A run: one file, written or read.

use std::fmt::Write as _;

use aws_lc_rs::digest;
use kernel::{EventId, StockImportId, SyncRunId, Timestamp, text_enum};

text_enum! {
    /// Which way data goes.
    pub enum SyncDirection {
        /// Out of the shop.
        Export = "export",
        /// Into it.
        Import = "import",
    }
}

text_enum! {
    /// Where a run stands.
    pub enum SyncState {
        /// It is worked on, or was cut off and goes on with the next run.
        Running = "running",
        /// The file is written, or each of its rows is dealt with.
        Done = "done",
        /// The file cannot be read at all.
        Refused = "refused",
    }
}

/// One file, written or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncRun {
    /// Its id.
    pub id: SyncRunId,
    /// Which way.
    pub direction: SyncDirection,
    /// Where it stands.
    pub state: SyncState,
    /// The file's name.
    pub file: String,
    /// The import that deals with its figures, of a file of stock.
    pub stock_import_id: Option<StockImportId>,
    /// How many lines it has, or how many of its rows are dealt with.
    pub row_count: i64,
    /// How many things it changed.
    pub changed_count: i64,
    /// How many rows were refused.
    pub refused_count: i64,
    /// Why the file, or the first of its rows, were refused.
    pub problems: Vec<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
}

/// What changed, before it is told.
#[derive(Debug)]
pub(super) struct ChangesFile {
    /// The first event that it is about.
    pub(super) from: i64,
    /// The last one.
    pub(super) to: i64,
    /// The last one of them that is kept: after a backup is restored, others come under the same numbers.
    pub(super) last: EventId,
    /// JSON, a line for each thing.
    pub(super) body: Vec<u8>,
}

impl ChangesFile {
    /// What it is called in a folder.
    pub(super) fn name(&self) -> String {
        format!("changes-{}-{}.jsonl", self.from, self.to)
    }

    /// What a receiver knows it by when it is told again.
    pub(super) fn message_id(&self) -> String {
        format!("changes-{}-{}-{}", self.from, self.to, self.last)
    }
}

/// SHA-256 of a content, in small letters.
pub(super) fn hex_digest(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().fold(String::new(), |mut text, byte| {
        // Writing into a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
