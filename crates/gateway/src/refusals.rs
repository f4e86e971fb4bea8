//! Refused attempts on their way to the audit log: off the request's path, in a queue that has an end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::{Method, StatusCode};
use kernel::{Actor, Origin};
use platform::Context;
use platform::audit::{self, Entry};
use platform::db::DatabaseError;
use serde_json::json;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio_util::sync::CancellationToken;

use crate::asked::Asked;

/// Attempts that wait; whoever floods the shop loses the tail of his own traces, and how many they were is logged.
const LONGEST_QUEUE: usize = 1_024;
/// Attempts that come within this time are written together, and equal ones as one.
const GATHER: Duration = Duration::from_millis(200);
/// Attempts that are looked at together.
const BATCH: usize = 256;
/// Longer paths are cut: they are no route of ours.
const LONGEST_PATH: usize = 256;

/// Takes note of refused attempts; clones note into the same queue.
#[derive(Debug, Clone)]
pub struct Refusals {
    queue: Sender<Attempt>,
    lost: Arc<AtomicU64>,
}

/// Writes down what was noted.
#[derive(Debug)]
pub struct RefusalWriter {
    context: Context,
    queue: Receiver<Attempt>,
    lost: Arc<AtomicU64>,
}

/// What somebody tried.
#[derive(Debug, Clone)]
struct Attempt {
    origin: Origin,
    method: Method,
    path: String,
    status: StatusCode,
    error: String,
}

/// A queue and who empties it, as a task of its own.
#[must_use]
pub fn refusals(context: Context) -> (Refusals, RefusalWriter) {
    let (sender, queue) = mpsc::channel(LONGEST_QUEUE);
    let lost = Arc::<AtomicU64>::default();
    (Refusals { queue: sender, lost: Arc::clone(&lost) }, RefusalWriter { context, queue, lost })
}

impl Refusals {
    /// Notes an answer, where it refuses an attempt; waits for nothing.
    pub(crate) fn note(&self, asked: &Asked, status: StatusCode, error: &str) {
        if is_attempt(status, error, asked.has_credential) {
            let origin = asked.facts.origin(asked.facts.actor().unwrap_or(Actor::Anonymous));
            self.queue(origin, (&asked.method, asked.uri.path()), status, error);
        }
    }

    fn queue(&self, origin: Origin, asked: (&Method, &str), status: StatusCode, error: &str) {
        let path = asked.1.get(..LONGEST_PATH).unwrap_or(asked.1);
        // A path is text from outside: it may hold what the shop must not keep.
        let path = if kernel::contains_card_number(path) { "***".to_owned() } else { path.to_owned() };
        let attempt = Attempt { origin, method: asked.0.clone(), path, status, error: error.to_owned() };
        if self.queue.try_send(attempt).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl RefusalWriter {
    /// Writes until told to stop and the queue is empty, or nobody can note any more.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            let first = tokio::select! {
                first = self.queue.recv() => first,
                () = stop.cancelled() => self.queue.try_recv().ok(),
            };
            let Some(first) = first else { return };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(GATHER) => {}
            }
            let mut attempts = vec![first];
            while attempts.len() < BATCH {
                match self.queue.try_recv() {
                    Ok(attempt) => attempts.push(attempt),
                    Err(_) => break,
                }
            }
            self.write(attempts).await;
        }
    }

    async fn write(&self, attempts: Vec<Attempt>) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(attempts = lost, "refused attempts came faster than the audit log takes them");
        }
        for (attempt, times) in folded(attempts) {
            if let Err(error) = self.record(&attempt, times).await {
                tracing::warn!(error = %error, attempts = times, "refused attempts could not be recorded");
            }
        }
    }

    async fn record(&self, attempt: &Attempt, times: u64) -> Result<(), DatabaseError> {
        let tx = self.context.begin(&attempt.origin).await?;
        audit::record_refusal(&tx, &attempt.entry(times)).await?;
        tx.commit().await
    }
}

impl Attempt {
    fn entry(&self, times: u64) -> Entry {
        let (method, status) = (self.method.as_str(), self.status.as_u16());
        Entry::of("request.refused", &self.path).after(&json!({
            "method": method, "status": status, "error": self.error, "times": times,
        }))
    }

    fn is_like(&self, other: &Self) -> bool {
        let same_client = self.origin.actor == other.origin.actor && self.origin.client.ip == other.origin.client.ip;
        same_client && self.method == other.method && self.path == other.path && self.error == other.error
    }
}

/// Each attempt once, with how often it was made; the first one's request stands for all.
fn folded(attempts: Vec<Attempt>) -> Vec<(Attempt, u64)> {
    let mut folded: Vec<(Attempt, u64)> = Vec::new();
    for attempt in attempts {
        match folded.iter_mut().find(|(first, _)| first.is_like(&attempt)) {
            Some((_, times)) => *times += 1,
            None => folded.push((attempt, 1)),
        }
    }
    folded
}

/// True for what is recorded: a credential that is not good, and a door that is shut for whoever asks. That an address is blocked
/// was recorded when it was blocked.
fn is_attempt(status: StatusCode, error: &str, has_credential: bool) -> bool {
    match status {
        StatusCode::FORBIDDEN => error != "ip_blocked",
        StatusCode::UNAUTHORIZED => has_credential,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(path: &str, error: &str) -> Attempt {
        let origin = Origin::of(Actor::Anonymous);
        Attempt { origin, method: Method::GET, path: path.into(), status: StatusCode::FORBIDDEN, error: error.into() }
    }

    #[test]
    fn equal_attempts_are_told_once() {
        let folded = folded(vec![attempt("/a", "forbidden"), attempt("/b", "forbidden"), attempt("/a", "forbidden"), attempt("/a", "x")]);
        let told: Vec<(&str, u64)> = folded.iter().map(|(attempt, times)| (attempt.path.as_str(), *times)).collect();
        assert_eq!(told, [("/a", 2), ("/b", 1), ("/a", 1)]);
    }

    #[test]
    fn who_shows_no_credential_tries_nothing() {
        let (denied, unknown) = (StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED);
        assert!(is_attempt(denied, "forbidden", true) && is_attempt(denied, "forbidden", false));
        assert!(is_attempt(unknown, "unauthenticated", true) && !is_attempt(unknown, "unauthenticated", false));
        assert!(!is_attempt(denied, "ip_blocked", true) && !is_attempt(StatusCode::NOT_FOUND, "order_not_found", true));
    }

    #[test]
    fn a_full_queue_loses_what_comes_and_counts_it() {
        let (sender, mut queue) = mpsc::channel(2);
        let refusals = Refusals { queue: sender, lost: Arc::default() };
        for path in ["/a", "/4242424242424242", "/c"] {
            refusals.queue(Origin::of(Actor::Anonymous), (&Method::GET, path), StatusCode::FORBIDDEN, "forbidden");
        }
        assert_eq!(refusals.lost.load(Ordering::Relaxed), 1);
        assert_eq!([queue.try_recv().expect("one").path, queue.try_recv().expect("two").path], ["/a", "***"]);
    }
}
