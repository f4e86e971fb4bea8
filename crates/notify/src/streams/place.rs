//! The places for streams: counted by process and by reader, given back when a stream ends, however it does.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use platform::Context;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::model::{Reader, StreamsFull, Told};

/// What a stream may not have looked at yet, in times that all were told something. Whoever falls behind further looks for itself.
const MOST_UNSEEN: usize = 16;

/// The streams of a process; clones are the same.
#[derive(Debug, Clone)]
pub struct Streams(pub(super) Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) context: Context,
    pub(super) stop: CancellationToken,
    pub(super) last: AtomicI64,
    pub(super) told: broadcast::Sender<Told>,
    taken: Mutex<Taken>,
    tasks: TaskTracker,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_reader: HashMap<Reader, usize>,
    /// True while somebody looks for what happens.
    is_followed: bool,
}

/// A stream's place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    streams: Streams,
    reader: Reader,
    told: broadcast::Receiver<Told>,
    /// Whoever ends the process waits for it.
    _held: TaskTrackerToken,
}

impl Streams {
    /// Nobody reads yet.
    #[must_use]
    pub fn new(context: Context) -> Self {
        let (told, _) = broadcast::channel(MOST_UNSEEN);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        Self(Arc::new(Shared { context, stop, last: AtomicI64::default(), told, taken: Mutex::default(), tasks }))
    }

    /// Takes a place. The first one has somebody look for what happens, for all of them.
    ///
    /// # Errors
    /// `StreamsFull`, by whose bound is reached. Whoever stops takes nobody new.
    pub fn open(&self, reader: Reader) -> Result<Place, StreamsFull> {
        // Before anything is looked for, so that nothing is missed.
        let told = self.0.told.subscribe();
        let mut taken = self.taken();
        if self.0.stop.is_cancelled() || taken.all >= self.0.context.config.streams.most {
            return Err(StreamsFull::Process);
        }
        self.count(&mut taken, reader)?;
        taken.all += 1;
        if !std::mem::replace(&mut taken.is_followed, true) {
            self.0.tasks.spawn(self.clone().follow());
        }
        Ok(Place { streams: self.clone(), reader, told, _held: self.0.tasks.token() })
    }

    /// How many are open.
    #[must_use]
    pub fn open_now(&self) -> usize {
        self.taken().all
    }

    /// Up to which place of the stream of events all were told what happened.
    #[must_use]
    pub fn last(&self) -> i64 {
        self.0.last.load(Ordering::Acquire)
    }

    /// Tells all streams to end; no new one is opened.
    pub fn stop(&self) {
        self.0.stop.cancel();
    }

    /// Waits for what was told to stop, but not longer than this.
    pub async fn ended(&self, patience: Duration) {
        self.0.tasks.close();
        if tokio::time::timeout(patience, self.0.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.0.tasks.len(), "streams were still open when the time to end them ran out");
        }
    }

    /// True while somebody reads; whoever looks for them ends where nobody does.
    pub(super) fn is_read(&self) -> bool {
        let mut taken = self.taken();
        taken.is_followed = taken.all > 0;
        taken.is_followed
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, taken: &mut Taken, reader: Reader) -> Result<(), StreamsFull> {
        let bounds = self.0.context.config.streams;
        let most = match reader {
            Reader::Known(_) => bounds.most_per_caller,
            Reader::Stranger(_) => bounds.most_per_address,
        };
        let count = taken.by_reader.entry(reader).or_default();
        if *count >= most {
            return Err(StreamsFull::Reader);
        }
        *count += 1;
        Ok(())
    }
}

impl Taken {
    fn give_back(&mut self, reader: Reader) {
        if let Some(count) = self.by_reader.get_mut(&reader) {
            *count -= 1;
            if *count == 0 {
                self.by_reader.remove(&reader);
            }
        }
    }
}

impl Place {
    /// What all are told next; `None` where the process stops. Whoever was too slow for some of it learns that anything may have happened.
    pub async fn told(&mut self) -> Option<Told> {
        let told = tokio::select! {
            told = self.told.recv() => told,
            () = self.streams.0.stop.cancelled() => return None,
        };
        // Its sender lives as long as this does.
        let anything = || Told { last: self.streams.last(), heads: None };
        Some(told.unwrap_or_else(|_: RecvError| anything()))
    }

    /// True where the process stops.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.streams.0.stop.is_cancelled()
    }

    /// Counts for somebody else from now on.
    ///
    /// # Errors
    /// `StreamsFull::Reader`; it counts for whom it did then.
    pub fn move_to(&mut self, reader: Reader) -> Result<(), StreamsFull> {
        if reader == self.reader {
            return Ok(());
        }
        let mut taken = self.streams.taken();
        self.streams.count(&mut taken, reader)?;
        taken.give_back(std::mem::replace(&mut self.reader, reader));
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.streams.taken();
        taken.all -= 1;
        taken.give_back(self.reader);
    }
}
