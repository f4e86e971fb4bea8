//! Purging what other processes change.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::db::DatabaseError;
use crate::{Context, events};

/// How often the events are looked at. With what a relay may take (half a second where the writer is no worker itself),
/// every process knows of a change within a second.
const PAUSE: Duration = Duration::from_millis(250);
/// So many at a time; a burst is worked off without a pause.
const BATCH: usize = 1_000;

/// Follows the cursor of the events and purges what they happened to. It purges the facts of its own process once more,
/// which also catches a commit that its request did not live to see.
#[derive(Debug)]
pub struct Follower {
    context: Context,
    cursor: Option<i64>,
}

impl Follower {
    /// Begins with what happens from now on: nothing is kept yet.
    #[must_use]
    pub const fn new(context: Context) -> Self {
        Self { context, cursor: None }
    }

    /// Purges what happened since the last time; true where there may be more at once.
    ///
    /// # Errors
    /// `DatabaseError`; the same events are looked at again the next time.
    pub async fn catch_up(&mut self) -> Result<bool, DatabaseError> {
        let (db, purges) = (self.context.db.reader(), &self.context.purges);
        let Some(cursor) = self.cursor else {
            self.cursor = Some(events::last_seq(db).await?);
            return Ok(true);
        };
        let events = events::heads_since(db, cursor, purges.kinds(), BATCH).await?;
        let touched = purges.touch();
        for event in &events {
            touched.note(&event.aggregate_type, [event.aggregate_id]);
        }
        touched.purge();
        self.cursor = events.last().map(|event| event.seq).or(self.cursor);
        Ok(events.len() == BATCH)
    }

    /// Follows until told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.catch_up().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(error = %error, "the events could not be followed; trying again"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }
}
