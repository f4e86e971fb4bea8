//! The latest lines of this process's log, kept in memory for staff who ask what happened.
//!
//! The thread that writes the log hands them over in the batches in which it writes them, so that no request pays for it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use kernel::{Timestamp, text_enum};
use serde_json::{Map, Value};

/// What all lines take at most. The last ones of a busy shop are some ten thousand.
const MOST_BYTES: usize = 4 * 1_024 * 1_024;
/// What warnings and errors take beside them: a flood of requests does not wash away why they fail.
const MOST_GRAVE_BYTES: usize = 1_024 * 1_024;

text_enum! {
    /// How grave a line is.
    pub enum Level {
        /// Something is broken.
        Error = "error",
        /// Something is not as it should be.
        Warn = "warn",
        /// Something happened.
        Info = "info",
        /// For whoever looks for a mistake.
        Debug = "debug",
        /// The same, in every detail.
        Trace = "trace",
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLine {
    /// Its place among the lines of this process, counted from its start.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// How grave.
    pub level: Level,
    /// Where in the program.
    pub target: String,
    /// What is said.
    pub message: String,
    /// What is told beside it; none where the log is text for people, whose message holds it.
    pub fields: Map<String, Value>,
}

/// The latest lines, and the latest grave ones.
#[derive(Debug, Default)]
pub(super) struct Recent(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    lines: Ring,
    grave: Ring,
    next: u64,
}

/// Lines one after the other, the first of which go when there are too many.
#[derive(Debug, Default)]
struct Ring {
    batches: VecDeque<Batch>,
    bytes: usize,
}

/// Lines that stand together.
#[derive(Debug)]
struct Batch {
    first: u64,
    text: Box<[u8]>,
}

impl Recent {
    /// Keeps lines that were written; each ends with a line feed.
    pub(super) fn keep(&self, lines: &[u8]) {
        if lines.is_empty() {
            return;
        }
        let mut kept = self.lock();
        let first = kept.next;
        for line in each(lines) {
            let number = kept.next;
            if is_grave(line) {
                kept.grave.push(Batch { first: number, text: line.into() }, MOST_GRAVE_BYTES);
            }
            kept.next += 1;
        }
        kept.lines.push(Batch { first, text: lines.into() }, MOST_BYTES);
    }

    /// The lines that are still there, the oldest first; those that cannot be read are left out.
    pub(super) fn lines(&self) -> Vec<LogLine> {
        let kept = self.lock();
        let oldest = kept.lines.batches.front().map_or(u64::MAX, |batch| batch.first);
        let grave = kept.grave.lines().filter(|(number, _)| *number < oldest);
        grave.chain(kept.lines.lines()).filter_map(|(number, line)| read(number, line)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn push(&mut self, batch: Batch, most: usize) {
        self.bytes += batch.text.len();
        self.batches.push_back(batch);
        while self.bytes > most {
            let Some(gone) = self.batches.pop_front() else { return };
            self.bytes -= gone.text.len();
        }
    }

    fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.batches.iter().flat_map(|batch| (batch.first..).zip(each(&batch.text)))
    }
}

/// Each line with its end; a busy shop writes tens of megabytes of them a second.
fn each(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = lines;
    std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |place| place + 1);
        let (line, behind) = rest.split_at(end);
        rest = behind;
        (!line.is_empty()).then_some(line)
    })
}

/// True for warnings and errors, by the place at which both formats name the level: a moment has always the same length.
fn is_grave(line: &[u8]) -> bool {
    const MOMENT: usize = "2026-11-20T23:03:22.310642Z".len();
    let start = if line.starts_with(b"{") { r#"{"timestamp":"","level":""#.len() + MOMENT } else { MOMENT };
    let level = line.get(start..).unwrap_or_default().trim_ascii_start();
    level.starts_with(b"WARN") || level.starts_with(b"ERROR")
}

/// A line as its parts, in either format.
fn read(number: u64, line: &[u8]) -> Option<LogLine> {
    let line = std::str::from_utf8(line).ok()?.trim_end();
    if line.starts_with('{') { read_json(number, line) } else { read_text(number, line) }
}

fn read_json(number: u64, line: &str) -> Option<LogLine> {
    let mut fields: Map<String, Value> = serde_json::from_str(line).ok()?;
    let mut take = |name: &str| if let Some(Value::String(text)) = fields.remove(name) { Some(text) } else { None };
    let (at, level) = (take("timestamp")?.parse().ok()?, take("level")?.to_ascii_lowercase().parse().ok()?);
    let (target, message) = (take("target")?, take("message").unwrap_or_default());
    Some(LogLine { number, at, level, target, message, fields })
}

fn read_text(number: u64, line: &str) -> Option<LogLine> {
    let (at, rest) = line.split_once(' ')?;
    let (level, rest) = rest.trim_start().split_once(' ')?;
    let (target, message) = rest.split_once(": ")?;
    let (at, level) = (at.parse().ok()?, level.to_ascii_lowercase().parse().ok()?);
    Some(LogLine { number, at, level, target: target.to_owned(), message: message.to_owned(), fields: Map::new() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tracing_subscriber::prelude::*;

    use super::super::LogLayer;
    use super::*;
    use crate::config::LogFormat;

    /// What is kept of these events, written as lines of this format by the log itself.
    fn kept(format: LogFormat, events: impl FnOnce()) -> Vec<LogLine> {
        let recent: &'static Recent = Box::leak(Box::default());
        let layer = LogLayer::new("trace".parse().expect("a filter"), format, |line: &[u8]| recent.keep(line));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), events);
        recent.lines()
    }

    #[test]
    fn lines_of_both_formats_are_read_as_they_were_told() {
        let events = || {
            tracing::info!(target: "shop::cart", order = 7, "it is: so");
            tracing::error!(target: "shop", "broken");
        };
        let json = kept(LogFormat::Json, events);
        let told: Vec<_> = json.iter().map(|line| (line.number, line.level, line.target.as_str(), line.message.as_str())).collect();
        assert_eq!(told, [(0, Level::Info, "shop::cart", "it is: so"), (1, Level::Error, "shop", "broken")]);
        assert_eq!(Value::Object(json.into_iter().next().expect("a line").fields), json!({"order": 7}));
        let text = kept(LogFormat::Text, events);
        let told: Vec<_> = text.iter().map(|line| (line.number, line.level, line.target.as_str(), line.message.as_str())).collect();
        assert_eq!(told, [(0, Level::Info, "shop::cart", "it is: so order=7"), (1, Level::Error, "shop", "broken")]);
    }

    #[test]
    fn a_flood_leaves_the_warnings_and_its_own_end() {
        for format in [LogFormat::Json, LogFormat::Text] {
            let long = "x".repeat(1_000);
            let lines = kept(format, || {
                tracing::warn!("the reason");
                for number in 0..10_000 {
                    tracing::info!(number, "{long}");
                }
            });
            let [first, second, .., last] = lines.as_slice() else { panic!("{} lines", lines.len()) };
            assert_eq!((first.level, first.number, last.number), (Level::Warn, 0, 10_000));
            assert!(second.number > 5_000 && lines.len() > 3_000, "{} from {}", lines.len(), second.number);
        }
    }

    #[test]
    fn what_is_no_line_is_left_out() {
        let recent = Recent::default();
        recent.keep(b"");
        recent.keep(b"no line\n{\"timestamp\":\"2026-11-20T23:03:22.310642Z\",\"level\":\"INFO\",\"target\":\"t\"}\n\xff\n");
        let lines = recent.lines();
        assert_eq!((lines.len(), lines.first().map(|line| line.number)), (1, Some(1)));
    }
}
