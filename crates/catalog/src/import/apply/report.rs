//! What an import tells while it runs and when it ends.

use std::io;
use std::ops::ControlFlow;

use kernel::{Currency, DomainError, ErrorKind};
use platform::db::DatabaseError;
use serde::{Deserialize, Serialize};

use super::applied::{Applied, Change};
use crate::import::columns::ColumnReport;
use crate::import::detect::{Format, OpenError};
use crate::import::outcome::{Note, Rows};
use crate::import::reader::ReadOptions;

/// How a file is to be imported.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// How it is read.
    pub read: ReadOptions,
    /// True: everything is tried and nothing stays.
    pub dry_run: bool,
    /// True: an import of this file that was interrupted is begun anew instead of gone on with.
    pub restart: bool,
}

/// What became of the records of a file so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// New products.
    pub created: u64,
    /// Products that are another one now.
    pub updated: u64,
    /// Products that were like this already.
    pub unchanged: u64,
    /// Records that were left out as a whole.
    pub failed: u64,
    /// Things that were not taken as they stand.
    pub warnings: u64,
}

impl Counts {
    /// All records.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.failed
    }

    pub(super) fn add(&mut self, outcome: &RecordOutcome) {
        self.warnings += outcome.warnings.len() as u64;
        match outcome.result.as_ref().map(|applied| applied.change) {
            Ok(Change::Created) => self.created += 1,
            Ok(Change::Updated) => self.updated += 1,
            Ok(Change::Unchanged) => self.unchanged += 1,
            Err(_) => self.failed += 1,
        }
    }
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordOutcome {
    /// Where it stands.
    pub rows: Rows,
    /// What it is called.
    pub name: Option<String>,
    /// What was done, or every reason why nothing was.
    pub result: Result<Applied, Vec<Note>>,
    /// What was not taken as it stands.
    pub warnings: Vec<Note>,
}

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What became of the records.
    pub counts: Counts,
    /// How far the file is read.
    pub bytes_read: u64,
}

/// Whoever follows an import. It is told before the records stay, so that a crash loses no message; what is done again after
/// a crash is told again.
pub trait Watch: Send {
    /// The file can be read; so many of its records were done by a run that was interrupted.
    ///
    /// # Errors
    /// As [`Self::record`].
    fn started(&mut self, format: Format, resumed_after: u64) -> io::Result<()>;

    /// A record is done.
    ///
    /// # Errors
    /// What cannot be told ends the import; records that were not told of do not stay.
    fn record(&mut self, outcome: &RecordOutcome) -> io::Result<()>;

    /// Products that a record points at are missing at the end of the file.
    ///
    /// # Errors
    /// As [`Self::record`].
    fn unresolved(&mut self, note: &Note) -> io::Result<()>;

    /// The records that were told of are about to stay.
    ///
    /// # Errors
    /// As [`Self::record`].
    fn flush(&mut self) -> io::Result<()>;

    /// Some records are in the shop; `Break` ends the import in good order, to be gone on with later.
    fn progress(&mut self, progress: Progress) -> ControlFlow<()>;
}

/// How an import ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The format that was found.
    #[serde(serialize_with = "as_text")]
    pub format: Format,
    /// What became of the records; those of earlier runs of an interrupted import included.
    #[serde(flatten)]
    pub counts: Counts,
    /// How many records an interrupted run had done before.
    pub resumed_after: u64,
    /// False where it was interrupted.
    pub finished: bool,
    /// True where nothing of it stays.
    pub dry_run: bool,
    /// What became of each column.
    #[serde(flatten)]
    pub columns: ColumnReport,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn as_text<S: serde::Serializer>(format: &Format, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(format.as_str())
}

/// Why a file is not imported, or not to its end. What is in the shop by then stays, and the same import goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is none of products.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Bare numbers cannot be prices of this shop.
    #[error("prices in {file} cannot be imported: the shop's price list is in {shop}")]
    Currency {
        /// What the numbers were said to be.
        file: Currency,
        /// What the shop sells in.
        shop: Currency,
    },
    /// What happened cannot be told.
    #[error("the report cannot be written: {0}")]
    Watch(#[source] io::Error),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ImportError {
    fn code(&self) -> &'static str {
        match self {
            Self::Open(_) => "file_not_readable",
            Self::Currency { .. } => "currency_mismatch",
            Self::Watch(_) => "internal",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Open(OpenError::Io(_)) => ErrorKind::Unavailable,
            Self::Open(_) | Self::Currency { .. } => ErrorKind::Malformed,
            Self::Watch(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }
}
