//! Following an import: progress on a terminal, every message in a file, a stop in good order.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use catalog::import::{Applied, Change, Format, Note, Progress, RecordOutcome, Watch};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::super::output::Output;
use super::Arguments;

/// So many bad records, and so many products of a dry run, are told to people at once; the rest is in the file, or in JSON.
const MOST_SHOWN: usize = 20;
/// So many different warnings are counted one by one.
const MOST_KINDS: usize = 200;

/// Warnings that say the same of different rows.
#[derive(Debug)]
pub(super) struct Repeated {
    pub(super) first: Note,
    pub(super) times: u64,
}

/// What is left to be said at the end.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// By column and message.
    pub(super) warnings: BTreeMap<(Option<String>, String), Repeated>,
    /// The messages of the first bad records.
    pub(super) errors: Vec<Note>,
}

/// Follows one import.
pub(super) struct Follower {
    output: Output,
    dry_run: bool,
    path: Option<PathBuf>,
    file: Option<BufWriter<File>>,
    bar: ProgressBar,
    told: Told,
    shown: usize,
    done_before: u64,
    stop: Arc<AtomicBool>,
    listener: JoinHandle<()>,
}

impl Follower {
    pub(super) fn new(output: Output, arguments: &Arguments, bytes: u64) -> Self {
        let bar = if super::is_shown(output) { ProgressBar::new(bytes) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{bar:30} {percent:>3}%  {msg}  {elapsed} (left: {eta})");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let listener = tokio::spawn(async move {
            // Where signals cannot be had, the program ends by them at once, which an import survives, too.
            if tokio::signal::ctrl_c().await.is_ok() {
                told.store(true, Ordering::Relaxed);
            }
        });
        let (path, dry_run) = (arguments.errors.clone(), arguments.dry_run);
        Self { output, dry_run, path, file: None, bar, told: Told::default(), shown: 0, done_before: 0, stop, listener }
    }

    /// The import is over.
    pub(super) fn ended(self) -> Told {
        self.listener.abort();
        self.bar.finish_and_clear();
        self.told
    }

    fn write(&mut self, level: &str, product: Option<&str>, note: &Note) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let Note { row, column, value, message } = note;
        let line = json!({ "level": level, "row": row, "column": column, "value": value, "message": message, "product": product });
        writeln!(file, "{line}")
    }

    fn warn(&mut self, product: Option<&str>, note: &Note) -> io::Result<()> {
        self.write("warning", product, note)?;
        let key = (note.column.clone(), note.message.clone());
        let has_room = self.told.warnings.len() < MOST_KINDS;
        match self.told.warnings.get_mut(&key) {
            Some(known) => known.times += 1,
            None if has_room => drop(self.told.warnings.insert(key, Repeated { first: note.clone(), times: 1 })),
            None => {}
        }
        Ok(())
    }

    /// What a dry run found to do.
    fn show(&mut self, applied: &Applied) -> io::Result<()> {
        if self.output.is_json() {
            let changes = json!(applied.changes);
            let line = json!({ "kind": "product", "slug": applied.slug, "change": applied.change.as_str(), "changes": changes });
            return self.output.line(line);
        }
        if applied.change == Change::Unchanged || self.shown >= MOST_SHOWN {
            return Ok(());
        }
        self.shown += 1;
        let changes = applied.changes.iter().filter(|_| applied.change == Change::Updated);
        let changes: String =
            changes.map(|change| format!("\n    {}: {} -> {}", change.field, short(&change.old), short(&change.new))).collect();
        let text = format!("{} {}{changes}", applied.change.as_str(), applied.slug);
        self.bar.suspend(|| self.output.line(text))
    }
}

impl Watch for Follower {
    fn started(&mut self, format: Format, resumed_after: u64) -> io::Result<()> {
        self.done_before = resumed_after;
        if let Some(path) = &self.path {
            // The messages of the run that was interrupted stand there already.
            let resumed = resumed_after > 0;
            let file = OpenOptions::new().create(true).write(true).append(resumed).truncate(!resumed).open(path)?;
            self.file = Some(BufWriter::new(file));
        }
        if super::is_shown(self.output) {
            self.output.note(format!("The file is in the format {format}."));
            if resumed_after > 0 {
                self.output.note(format!("Going on after {resumed_after} records of an import that was interrupted."));
            }
        }
        Ok(())
    }

    fn record(&mut self, outcome: &RecordOutcome) -> io::Result<()> {
        let product = outcome.name.as_deref();
        for note in &outcome.warnings {
            self.warn(product, note)?;
        }
        match &outcome.result {
            Ok(applied) if self.dry_run => self.show(applied)?,
            Ok(_) => {}
            Err(notes) => {
                for note in notes {
                    self.write("error", product, note)?;
                }
                let room = MOST_SHOWN.saturating_sub(self.told.errors.len());
                self.told.errors.extend(notes.iter().take(room).cloned());
            }
        }
        Ok(())
    }

    fn unresolved(&mut self, note: &Note) -> io::Result<()> {
        self.warn(None, note)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }

    fn progress(&mut self, progress: Progress) -> ControlFlow<()> {
        let counts = progress.counts;
        let done = counts.records() - counts.failed;
        let per_second = counts.records().saturating_sub(self.done_before) as f64 / self.bar.elapsed().as_secs_f64().max(0.001);
        self.bar.set_message(format!("{done} ok, {} failed, {per_second:.0}/s", counts.failed));
        self.bar.set_position(progress.bytes_read.min(self.bar.length().unwrap_or(u64::MAX)));
        if self.stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// A value on one line.
fn short(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain(['…']).collect() }
}
