//! What another server said, kept for a while and asked for by one for all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::error::OAuthError;

/// A server that is away is not asked again before, so that those who wait for it do not queue up.
const PATIENCE: Duration = Duration::from_secs(2);

/// What another server said.
#[derive(Debug)]
pub(super) struct Remembered<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    said: Option<(Arc<T>, Instant)>,
    failed: Option<(Instant, String)>,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::new(State { said: None, failed: None }))
    }
}

impl<T> Remembered<T> {
    /// What it said no longer ago than `fresh`; while it is away, what it said no longer ago than `stale`.
    pub(super) async fn get<F>(&self, fresh: Duration, stale: Duration, ask: impl FnOnce() -> F) -> Result<Arc<T>, OAuthError>
    where
        F: Future<Output = Result<T, OAuthError>>,
    {
        let mut state = self.0.lock().await;
        let said =
            |state: &State<T>, age: Duration| state.said.as_ref().filter(|(_, at)| at.elapsed() < age).map(|(value, _)| Arc::clone(value));
        if let Some(value) = said(&state, fresh) {
            return Ok(value);
        }
        let failed_of_late = state.failed.as_ref().filter(|(at, _)| at.elapsed() < PATIENCE).map(|(_, why)| why.clone());
        if let Some(why) = failed_of_late {
            return said(&state, stale).ok_or(OAuthError::Unavailable(why));
        }
        match ask().await {
            Ok(value) => {
                let value = Arc::new(value);
                *state = State { said: Some((Arc::clone(&value), Instant::now())), failed: None };
                Ok(value)
            }
            Err(error) => {
                state.failed = Some((Instant::now(), error.to_string()));
                said(&state, stale).ok_or(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_server_is_asked_once_and_while_it_is_away_not_again() {
        let (remembered, asked) = (Remembered::<u32>::default(), Cell::new(0));
        let ask = |answer: Result<u32, OAuthError>| {
            asked.set(asked.get() + 1);
            async { answer }
        };
        for _ in 0..2 {
            let away = remembered.get(LONG, LONG, || ask(Err(OAuthError::Unavailable("away".to_owned())))).await;
            assert!(matches!(away, Err(OAuthError::Unavailable(_))));
        }
        assert_eq!(asked.get(), 1);
        let remembered = Remembered::<u32>::default();
        for answer in [7, 8] {
            assert_eq!(*remembered.get(LONG, LONG, || ask(Ok(answer))).await.expect("an answer"), 7);
        }
        assert_eq!(asked.get(), 2);
        // What is too old is asked for anew; while that fails, the old one holds, for as long as that is allowed.
        let refused = || ask(Err(OAuthError::AnswerInvalid("x")));
        assert_eq!(*remembered.get(Duration::ZERO, LONG, refused).await.expect("the old one"), 7);
        assert!(remembered.get(Duration::ZERO, Duration::ZERO, refused).await.is_err());
        assert_eq!(asked.get(), 3);
    }
}
