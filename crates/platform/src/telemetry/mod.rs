//! Structured logs on standard error, written by a thread of their own so that no request waits for them.

mod buffer;
mod layer;
mod line;
mod process;
mod recent;

use std::sync::OnceLock;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::prelude::*;

use crate::config::Log;
use buffer::Buffer;

pub use layer::LogLayer;
pub use process::ProcessUsage;
pub use recent::{Level, LogLine};

/// The filter directives are not readable, or a logger is already installed.
#[derive(Debug, thiserror::Error)]
#[error("log.filter: {0}")]
pub struct TelemetryError(String);

/// The log of this process, once it is installed.
static LOG: OnceLock<&'static Buffer> = OnceLock::new();

/// Installs the logger of this process: one line per event on standard error, so that data on standard output stays clean.
/// Lines are written some milliseconds later; who ends the process calls [`flush`], or holds a [`FlushAtExit`].
///
/// # Errors
/// `TelemetryError` where the filter cannot be read or a logger is installed already.
pub fn install(log: &Log) -> Result<(), TelemetryError> {
    let filter: Targets = log.filter.parse().map_err(told)?;
    let buffer = Buffer::start(std::io::stderr()).map_err(told)?;
    let layer = LogLayer::new(filter, log.format, |line: &[u8]| buffer.append(line));
    tracing_subscriber::registry().with(layer).try_init().map_err(told)?;
    if LOG.set(buffer).is_ok() {
        flush_before_panics();
    }
    Ok(())
}

fn told(error: impl std::fmt::Display) -> TelemetryError {
    TelemetryError(error.to_string())
}

/// What was logged before a panic stands before what the panic itself prints, and is there even if the process ends by it.
fn flush_before_panics() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        flush();
        tell(panic);
    }));
}

/// Waits until everything logged so far is written, or until it is clear that nobody reads it.
pub fn flush() {
    if let Some(buffer) = LOG.get() {
        buffer.flush();
    }
}

/// How many lines were dropped since the start because nobody read the log fast enough.
#[must_use]
pub fn dropped_lines() -> u64 {
    LOG.get().map_or(0, |buffer| buffer.dropped())
}

/// The latest lines of this process's log, the oldest first: as many as fit into a few MiB, and older warnings and errors.
#[must_use]
pub fn recent_lines() -> Vec<LogLine> {
    LOG.get().map(|buffer| buffer.recent().lines()).unwrap_or_default()
}

/// Flushes the log when it goes out of scope, on the way of a panic as well.
#[derive(Debug)]
#[must_use = "the log is flushed when this is dropped"]
pub struct FlushAtExit;

impl Drop for FlushAtExit {
    fn drop(&mut self) {
        flush();
    }
}
