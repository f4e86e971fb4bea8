//! Moving facts from the outbox to the numbered stream of events.

use std::time::Duration;

use kernel::Origin;
use tokio_util::sync::CancellationToken;

use super::store;
use crate::db::{self, DatabaseError};
use crate::{Context, events};

/// Rows moved in one transaction: large enough to keep up, small enough to hold SQLite's writer for milliseconds.
const BATCH: i64 = 500;
/// How often to look without being woken: other processes commit, too.
const IDLE: Duration = Duration::from_millis(500);
/// Commits that come within this time are relayed in one transaction: under load that is a tenth of the statements.
const GATHER: Duration = Duration::from_millis(20);
/// How long to wait after an error.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// Moves the oldest facts to `events`, numbering them; how many. One relay works at a time, so a number is given only
/// after every lower one is visible and a cursor never skips.
///
/// # Errors
/// `DatabaseError`; nothing was moved then.
pub async fn relay_once(context: &Context) -> Result<usize, DatabaseError> {
    if store::oldest(context.db.reader(), 1).await?.is_empty() {
        return Ok(0);
    }
    crate::failpoint("relay.before");
    let tx = context.begin(&Origin::system()).await?;
    db::lock_name(&tx, "outbox.relay").await?;
    let rows = store::oldest(&tx, BATCH).await?;
    let moved = rows.len();
    if moved > 0 {
        let last = events::last_seq(&tx).await?;
        store::move_to_events(&tx, rows, last).await?;
    }
    tx.commit().await?;
    crate::failpoint("relay.after");
    Ok(moved)
}

/// The task that relays as long as the process lives.
#[derive(Debug)]
pub struct Relay {
    context: Context,
}

impl Relay {
    /// A relay for this process.
    #[must_use]
    pub const fn new(context: Context) -> Self {
        Self { context }
    }

    /// Relays until told to stop: a moment after each commit of this process, and twice a second for those of others.
    pub async fn run(self, stop: CancellationToken) {
        let wake = self.context.db.wake();
        while !stop.is_cancelled() {
            let pause = match relay_once(&self.context).await {
                Ok(0) => IDLE,
                Ok(_) => GATHER,
                Err(error) => {
                    tracing::warn!(error = %error, "the outbox could not be relayed; trying again");
                    AFTER_ERROR
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = wake.notified() => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
