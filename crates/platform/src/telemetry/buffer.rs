//! Lines on their way to a slow reader: appended by everybody, written by one thread.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::recent::Recent;

/// How long lines are collected before they are written together: a person does not notice, and a system call for each
/// line would cost a request more than all of its logging.
const PAUSE: Duration = Duration::from_millis(10);
/// Beyond this lines are dropped and counted: a shop that waits for its log's reader is worse than a gap in the log.
const MOST_BYTES: usize = 8 * 1_024 * 1_024;
/// A buffer that grew beyond this in a burst gives its memory back.
const KEPT_BYTES: usize = 1_024 * 1_024;
/// How long the end of the process waits for the log's reader.
const PATIENCE: Duration = Duration::from_secs(2);

/// Collects lines for the thread that writes them.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    state: Mutex<State>,
    /// There is something to write, or it has become urgent.
    to_do: Condvar,
    /// Nothing is left to write.
    done: Condvar,
    dropped: AtomicU64,
    recent: Recent,
}

#[derive(Debug, Default)]
struct State {
    pending: Vec<u8>,
    /// Dropped since the last line that told of it.
    untold: u64,
    is_writing: bool,
    is_urgent: bool,
}

impl State {
    const fn is_idle(&self) -> bool {
        self.pending.is_empty() && self.untold == 0
    }
}

impl Buffer {
    /// Starts the thread that writes to `sink` for as long as the process lives.
    pub(super) fn start(sink: impl Write + Send + 'static) -> std::io::Result<&'static Self> {
        let buffer: &'static Self = Box::leak(Box::default());
        std::thread::Builder::new().name("log".to_owned()).spawn(move || buffer.write_to(sink))?;
        Ok(buffer)
    }

    /// Takes a line, or drops it where too many wait already. Never waits for the reader.
    pub(super) fn append(&self, line: &[u8]) {
        let mut state = self.lock();
        let was_idle = state.is_idle();
        if state.pending.len() + line.len() > MOST_BYTES {
            state.untold += 1;
            self.dropped.fetch_add(1, Ordering::Relaxed);
        } else {
            state.pending.extend_from_slice(line);
        }
        drop(state);
        if was_idle {
            self.to_do.notify_one();
        }
    }

    /// Waits until all is written, but not for ever: a reader that does not read must not keep the process from ending.
    pub(super) fn flush(&self) {
        let mut state = self.lock();
        state.is_urgent = true;
        self.to_do.notify_one();
        let _ = self.done.wait_timeout_while(state, PATIENCE, |state| state.is_writing || !state.is_idle());
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// The latest lines that were written.
    pub(super) const fn recent(&self) -> &Recent {
        &self.recent
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_to(&self, mut sink: impl Write) {
        let mut lines = Vec::new();
        loop {
            let untold = self.take(&mut lines);
            // Nobody can be told that standard error does not take the log.
            let _ = sink.write_all(&lines);
            if untold > 0 {
                let _ = writeln!(sink, r#"{{"level":"WARN","message":"{untold} lines of the log were dropped: nobody read them"}}"#);
            }
            let _ = sink.flush();
            self.recent.keep(&lines);
            lines.clear();
            lines.shrink_to(KEPT_BYTES);
            let mut state = self.lock();
            state.is_writing = false;
            if state.is_idle() {
                state.is_urgent = false;
                self.done.notify_all();
            }
        }
    }

    /// Waits for lines, lets some more come, and takes them all; how many were dropped meanwhile.
    fn take(&self, lines: &mut Vec<u8>) -> u64 {
        let mut state = self.to_do.wait_while(self.lock(), |state| state.is_idle()).unwrap_or_else(PoisonError::into_inner);
        if !state.is_urgent {
            let waited = self.to_do.wait_timeout_while(state, PAUSE, |state| !state.is_urgent);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::swap(&mut state.pending, lines);
        state.is_writing = true;
        std::mem::take(&mut state.untold)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// A reader that takes what is written only when it is told to.
    struct Slow {
        may_write: Receiver<()>,
        written: SyncSender<Vec<u8>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let _ = self.may_write.recv();
            let _ = self.written.send(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn slow() -> (Slow, SyncSender<()>, Receiver<Vec<u8>>) {
        let (allow, may_write) = sync_channel(100);
        let (written, read) = sync_channel(100);
        (Slow { may_write, written }, allow, read)
    }

    #[test]
    fn lines_are_written_in_order_and_flush_waits_for_them() {
        let (sink, allow, read) = slow();
        let buffer = Buffer::start(sink).expect("a thread");
        for _ in 0..100 {
            allow.send(()).expect("room");
        }
        for line in ["one\n", "two\n", "three\n"] {
            buffer.append(line.as_bytes());
        }
        buffer.flush();
        let written: Vec<u8> = read.try_iter().flatten().collect();
        assert_eq!((String::from_utf8_lossy(&written).as_ref(), buffer.dropped()), ("one\ntwo\nthree\n", 0));
    }

    #[test]
    fn a_reader_that_does_not_read_costs_lines_and_no_time() {
        let (sink, allow, read) = slow();
        let buffer = Buffer::start(sink).expect("a thread");
        let line = vec![b'x'; 1_024 * 1_024];
        // The first lines may be with the writer already, eight more fit into the buffer.
        for _ in 0..30 {
            buffer.append(&line);
        }
        assert!((14..=22).contains(&buffer.dropped()), "{}", buffer.dropped());
        for _ in 0..100 {
            allow.send(()).expect("room");
        }
        buffer.flush();
        let written: Vec<u8> = read.try_iter().flatten().collect();
        assert!(String::from_utf8_lossy(&written).contains("lines of the log were dropped"));
    }
}
