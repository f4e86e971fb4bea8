//! A run: one file, written or read.

use kernel::{StockImportId, SyncRunId, Timestamp, text_enum};

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
