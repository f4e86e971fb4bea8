//! Lists of figures, their rows, and how far an import is.

use kernel::{JobId, StockImportId, Timestamp, text, text_enum};
use platform::jobs::JobState;
use serde::{Deserialize, Serialize};

use crate::inventory::{MOST_PIECES, MoveReason};

/// More rows are several imports.
pub const MOST_ROWS: usize = 100_000;
/// Refusals that are kept of one import; a list of which more is wrong is wrong as a whole. All are counted.
pub const MOST_REFUSALS: i64 = 10_000;
/// As long as a variant's may be.
const MOST_SKU: usize = 255;
/// As long as a location's code may be.
const MOST_CODE: usize = 200;

text_enum! {
    /// What a row's quantity is.
    pub enum RowMode {
        /// So many pieces lie there.
        Set = "set",
        /// So many pieces come; negative: go.
        Add = "add",
    }
}

text_enum! {
    /// Where an import stands.
    pub enum StockImportState {
        /// It waits, or is being worked on.
        Queued = "queued",
        /// Every row is dealt with.
        Done = "done",
        /// It was called off; what was done until then stays.
        Cancelled = "cancelled",
    }
}

/// A row as somebody wrote it.
#[derive(Debug, Clone, Copy, Default)]
pub struct StockRowInput<'a> {
    /// Of what.
    pub sku: Option<&'a str>,
    /// Where, by code.
    pub location: Option<&'a str>,
    /// How many.
    pub quantity: Option<&'a str>,
    /// What the quantity is.
    pub mode: Option<&'a str>,
    /// Why.
    pub reason: Option<&'a str>,
}

/// A row that can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockRow {
    /// The line of the file, or the place in the list from 1.
    pub line: i64,
    /// Of what.
    pub sku: String,
    /// Where, by code; absent: at the default location.
    pub location: Option<String>,
    /// What the quantity is.
    pub mode: RowMode,
    /// How many.
    pub quantity: i64,
    /// Why.
    pub reason: MoveReason,
}

impl StockRow {
    /// Reads a row.
    ///
    /// # Errors
    /// The refusal says what is wrong with which column.
    pub fn parse(line: i64, raw: StockRowInput<'_>) -> Result<Self, Refusal> {
        let refuse = |message: String| Refusal {
            line,
            sku: shortened(raw.sku.unwrap_or_default()),
            location: shortened(raw.location.unwrap_or_default()),
            message,
        };
        let sku = raw.sku.ok_or_else(|| refuse("sku is required".to_owned()))?;
        let sku = text(sku, MOST_SKU).map_err(|error| refuse(format!("sku {error}")))?;
        let location = raw.location.map(|code| text(code, MOST_CODE)).transpose().map_err(|error| refuse(format!("location {error}")))?;
        let mode = mode_of(raw.mode).map_err(&refuse)?;
        let reason = reason_of(raw.reason).map_err(&refuse)?;
        let quantity = raw.quantity.ok_or_else(|| refuse("quantity is required".to_owned()))?;
        let quantity: i64 = quantity.parse().map_err(|_| refuse("quantity must be a whole number".to_owned()))?;
        let fits = match mode {
            RowMode::Set => (0..=MOST_PIECES).contains(&quantity),
            RowMode::Add => quantity != 0 && (-MOST_PIECES..=MOST_PIECES).contains(&quantity),
        };
        if !fits {
            return Err(refuse(match mode {
                RowMode::Set => format!("quantity must be between 0 and {MOST_PIECES}"),
                RowMode::Add => format!("quantity must be between -{MOST_PIECES} and {MOST_PIECES}, and not 0"),
            }));
        }
        Ok(Self { line, sku, location, mode, quantity, reason })
    }

    /// Why this row is refused.
    pub(super) fn refused(&self, message: impl Into<String>) -> Refusal {
        Refusal { line: self.line, sku: self.sku.clone(), location: self.location.clone().unwrap_or_default(), message: message.into() }
    }
}

fn mode_of(raw: Option<&str>) -> Result<RowMode, String> {
    let Some(raw) = raw else { return Ok(RowMode::Set) };
    raw.parse().map_err(|_| format!("mode must be one of {}", RowMode::WORDS.join(", ")))
}

fn reason_of(raw: Option<&str>) -> Result<MoveReason, String> {
    let Some(raw) = raw else { return Ok(MoveReason::Imported) };
    let manual = || MoveReason::ALL.iter().filter(|reason| reason.is_manual()).map(|reason| reason.as_str());
    let known = raw.parse().ok().filter(|reason: &MoveReason| reason.is_manual());
    known.ok_or_else(|| format!("reason must be one of {}", manual().collect::<Vec<_>>().join(", ")))
}

/// Enough of it to find the row by, without what a database cannot hold.
pub(super) fn shortened(raw: &str) -> String {
    raw.chars().filter(|letter| !letter.is_control()).take(MOST_SKU).collect()
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The line of the file, or the place in the list from 1.
    pub line: i64,
    /// Of what.
    pub sku: String,
    /// Where.
    pub location: String,
    /// Why.
    pub message: String,
}

/// An import of figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockImport {
    /// Its id.
    pub id: StockImportId,
    /// The job that works on it.
    pub job_id: JobId,
    /// Where it stands.
    pub state: StockImportState,
    /// Where its job stands; absent where nobody knows of the job any more.
    pub job_state: Option<JobState>,
    /// How many rows it has.
    pub row_count: i64,
    /// How many of them can be read.
    pub(super) readable_count: i64,
    /// How many of those are dealt with.
    pub(super) next_row: i64,
    /// How many figures moved.
    pub changed_count: i64,
    /// How many were right.
    pub unchanged_count: i64,
    /// How many rows were refused.
    pub refused_count: i64,
    /// When it was over.
    pub finished_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// What is going on with an import: its own state, and where it waits that of its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockImportProgress {
    /// It waits for a worker.
    Waiting,
    /// A worker has it.
    Running,
    /// Every row is dealt with.
    Done,
    /// It was called off.
    Cancelled,
    /// Its job was given up; `tradewind jobs retry` has it go on.
    Failed,
}

impl StockImportProgress {
    /// All of them.
    pub const WORDS: [&'static str; 5] = ["waiting", "running", "done", "cancelled", "failed"];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

impl StockImport {
    /// How many rows are dealt with.
    #[must_use]
    pub const fn done_count(&self) -> i64 {
        self.row_count - self.readable_count + self.next_row
    }

    /// What is going on with it.
    #[must_use]
    pub const fn progress(&self) -> StockImportProgress {
        match (self.state, self.job_state) {
            (StockImportState::Done, _) => StockImportProgress::Done,
            (StockImportState::Cancelled, _) | (StockImportState::Queued, Some(JobState::Cancelled)) => StockImportProgress::Cancelled,
            (StockImportState::Queued, Some(JobState::Available)) => StockImportProgress::Waiting,
            (StockImportState::Queued, Some(JobState::Running)) => StockImportProgress::Running,
            (StockImportState::Queued, Some(JobState::Completed | JobState::Discarded) | None) => StockImportProgress::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(sku: &str, quantity: &str, mode: Option<&str>, reason: Option<&str>) -> Result<(RowMode, i64, MoveReason), String> {
        let raw = StockRowInput { sku: Some(sku), location: Some("main"), quantity: Some(quantity), mode, reason };
        StockRow::parse(7, raw).map(|row| (row.mode, row.quantity, row.reason)).map_err(|refusal| refusal.message)
    }

    #[test]
    fn a_row_sets_what_a_file_said_unless_it_says_otherwise() {
        assert_eq!(parse("A", "0", None, None), Ok((RowMode::Set, 0, MoveReason::Imported)));
        assert_eq!(parse("A", "-3", Some("add"), Some("damaged")), Ok((RowMode::Add, -3, MoveReason::Damaged)));
    }

    #[test]
    fn a_row_that_cannot_be_is_refused_with_why() {
        for (raw, part) in [
            (parse("", "1", None, None), "sku"),
            (parse("A", "-1", None, None), "between 0 and"),
            (parse("A", "0", Some("add"), None), "not 0"),
            (parse("A", "1000000001", None, None), "between 0 and"),
            (parse("A", "1.5", None, None), "whole number"),
            (parse("A", "1", Some("take"), None), "mode must be one of set, add"),
            (parse("A", "1", None, Some("fulfilled")), "reason must be one of received"),
        ] {
            let message = raw.expect_err(part);
            assert!(message.contains(part), "{message}");
        }
        let refusal = StockRow::parse(9, StockRowInput::default()).expect_err("empty");
        assert_eq!((refusal.line, refusal.message.as_str()), (9, "sku is required"));
    }
}
