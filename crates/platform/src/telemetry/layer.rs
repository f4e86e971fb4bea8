//! The one layer of the log: decides once per place in the code what is logged, and writes a line without waiting.

use std::cell::Cell;

use kernel::{Clock, SystemClock};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Context;

use super::line::{self, Stamp};
use crate::config::LogFormat;

/// Writes events as lines, each whole, to whatever takes lines.
///
/// Spans are switched off where they stand: no line shows them, and each would cost its use case a place in a registry.
pub struct LogLayer<W> {
    filter: Targets,
    format: LogFormat,
    take: W,
}

thread_local! {
    /// The line that this thread wrote last, for its memory, and the second at which it did.
    static SCRATCH: Cell<(Vec<u8>, Stamp)> = Cell::default();
}

impl<W: Fn(&[u8]) + 'static> LogLayer<W> {
    /// Gives each line of what passes the filter to `take`, which must not wait.
    pub const fn new(filter: Targets, format: LogFormat, take: W) -> Self {
        Self { filter, format, take }
    }

    fn is_wanted(&self, metadata: &Metadata<'_>) -> bool {
        !metadata.is_span() && self.filter.would_enable(metadata.target(), metadata.level())
    }
}

impl<S: Subscriber, W: Fn(&[u8]) + 'static> Layer<S> for LogLayer<W> {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.is_wanted(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.is_wanted(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Layer::<S>::max_level_hint(&self.filter)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // Taken, not borrowed: a value that logs while it is being logged finds an empty one.
        let (mut line, mut stamp) = SCRATCH.take();
        line.clear();
        let now = SystemClock.now();
        match self.format {
            LogFormat::Json => line::json(&mut line, stamp.of(now), event),
            LogFormat::Text => line::text(&mut line, stamp.of(now), event),
        }
        (self.take)(&line);
        SCRATCH.set((line, stamp));
    }
}

impl<W> std::fmt::Debug for LogLayer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogLayer").field("filter", &self.filter).field("format", &self.format).finish_non_exhaustive()
    }
}
