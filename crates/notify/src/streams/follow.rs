//! Looking for what happens, once for all streams of a process, and only while there are some.

use std::sync::atomic::Ordering;
use std::time::Duration;

use platform::db::DatabaseError;
use platform::events;

use super::model::Told;
use super::place::Streams;

/// How often is looked.
const PAUSE: Duration = Duration::from_millis(100);
/// How long to wait after an error.
const AFTER_ERROR: Duration = Duration::from_secs(1);
/// Heads that are told at a time.
const BATCH: usize = 500;

impl Streams {
    /// Tells all streams what happens until there are none, or the process stops.
    pub(super) async fn follow(self) {
        let mut cursor = None;
        while self.is_read() && !self.0.stop.is_cancelled() {
            let pause = match self.look(&mut cursor).await {
                Ok(true) => continue,
                Ok(false) => PAUSE,
                Err(error) => {
                    tracing::warn!(error = %error, "streams could not be told what happens; trying again");
                    AFTER_ERROR
                }
            };
            tokio::select! {
                () = self.0.stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Tells what happened since the last time; true where there may be more at once.
    async fn look(&self, cursor: &mut Option<i64>) -> Result<bool, DatabaseError> {
        let db = self.0.context.db.reader();
        let Some(after) = *cursor else {
            let last = events::last_seq(db).await?;
            // What happened between the first stream's own look and this one was told to nobody.
            self.tell(Told { last, heads: None });
            *cursor = Some(last);
            return Ok(false);
        };
        let heads = events::heads_within(db, after, i64::MAX, i64::try_from(BATCH).unwrap_or(i64::MAX)).await?;
        let Some(last) = heads.last().map(|head| head.seq) else { return Ok(false) };
        let is_full = heads.len() == BATCH;
        self.tell(Told { last, heads: Some(heads.into()) });
        *cursor = Some(last);
        Ok(is_full)
    }

    fn tell(&self, told: Told) {
        self.0.last.store(told.last, Ordering::Release);
        // Nobody may be left to hear it.
        let _ = self.0.told.send(told);
    }
}
