//! What a good client does: the same command under the same key until there is an answer; and many of them at once.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kernel::{DomainError, ErrorKind};
use platform::idempotency::{Answer, Keyed};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// With the pauses between them longer than the reconciler leaves a payment open.
const MOST_TRIES: u32 = 100;
/// What `Retry-After` says is a second; here is nobody to be polite to.
const PAUSE: Duration = Duration::from_millis(200);

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// It was done now.
    Done(Answer),
    /// It was done before, and answered again.
    Replayed(Answer),
    /// The shop said no, with this code.
    Refused(&'static str),
    /// The shop failed, or did not answer however often it was asked.
    Failed(String),
}

impl Ended {
    /// The answer of a command that was done, now or before.
    pub(super) const fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Done(answer) | Self::Replayed(answer) => Some(answer),
            Self::Refused(_) | Self::Failed(_) => None,
        }
    }

    /// True where this command was the one that was done.
    pub(super) const fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// A command's end, and what it took to get there.
#[derive(Debug, Clone)]
pub(super) struct Insisted {
    pub(super) ended: Ended,
    pub(super) took: Duration,
    /// How often the answer was to come again later.
    pub(super) busy: u32,
}

/// Asks until there is an answer.
pub(super) async fn insist<E, Asking>(ask: impl Fn() -> Asking + Send) -> Insisted
where
    E: DomainError,
    Asking: Future<Output = Result<Keyed, E>> + Send,
{
    let begun = Instant::now();
    let mut busy = 0;
    let ended = loop {
        let error = match ask().await {
            Ok(Keyed::New(answer)) => break Ended::Done(answer),
            Ok(Keyed::Replayed(answer)) => break Ended::Replayed(answer),
            Err(error) => error,
        };
        if error.kind() == ErrorKind::Internal {
            break Ended::Failed(told(&error));
        }
        if error.kind() != ErrorKind::Unavailable && error.code() != "idempotency_key_in_use" {
            break Ended::Refused(error.code());
        }
        busy += 1;
        if busy >= MOST_TRIES {
            break Ended::Failed(format!("no answer after {busy} tries: {}", told(&error)));
        }
        drop(error);
        tokio::time::sleep(PAUSE).await;
    };
    Insisted { ended, took: begun.elapsed(), busy }
}

fn told(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}

/// Something that one of the crowd does.
pub(super) type Act<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Does all of it, so many at once, each as a task of its own; what came of it, in the order of the acts.
pub(super) async fn crowd<T: Send + 'static>(at_once: u32, acts: Vec<Act<T>>) -> anyhow::Result<Vec<T>> {
    let gate = Arc::new(Semaphore::new(usize::try_from(at_once)?));
    let mut tasks = JoinSet::new();
    for (place, act) in acts.into_iter().enumerate() {
        let gate = Arc::clone(&gate);
        tasks.spawn(async move {
            // The gate is never closed; who is let in leaves again when the act is over.
            let _permit = gate.acquire_owned().await;
            (place, act.await)
        });
    }
    let mut ended = Vec::with_capacity(tasks.len());
    while let Some(joined) = tasks.join_next().await {
        ended.push(joined?);
    }
    ended.sort_by_key(|(place, _)| *place);
    Ok(ended.into_iter().map(|(_, end)| end).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use platform::db::DatabaseError;

    use super::*;

    #[tokio::test]
    async fn a_busy_shop_is_asked_again_and_a_broken_one_is_not() {
        let asked = AtomicU32::new(0);
        let ended = insist(|| async {
            match asked.fetch_add(1, Ordering::Relaxed) {
                0 | 1 => Err(DatabaseError::raced("busy")),
                _ => Ok(Keyed::New(Answer { status: 201, body: String::new() })),
            }
        });
        let ended = ended.await;
        assert_eq!((ended.ended.is_done(), ended.busy), (true, 2));
        let broken = insist(|| async { Err::<Keyed, _>(DatabaseError::corrupt("a row")) }).await;
        assert!(matches!(broken.ended, Ended::Failed(_)) && broken.busy == 0);
    }

    #[tokio::test]
    async fn what_came_of_it_is_told_in_the_order_of_the_acts() {
        let acts = (0..50_u32).map(|number| -> Act<u32> { Box::pin(async move { number }) }).collect();
        assert!(crowd(7, acts).await.expect("no panic").into_iter().eq(0..50));
    }
}
