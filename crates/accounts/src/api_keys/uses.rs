//! When keys were last used: noted in memory, written once a minute, never in a request's way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::DurationRound;
use kernel::{ApiKeyId, Origin, Timestamp};
use platform::Context;
use platform::db::DatabaseError;
use tokio_util::sync::CancellationToken;

use super::store;

/// How often what was noted is written.
const PERIOD: Duration = Duration::from_secs(60);

/// The keys that were used since they were last written; clones are the same. No larger than the number of keys.
#[derive(Debug, Clone, Default)]
pub struct Uses(Arc<Mutex<HashMap<ApiKeyId, Timestamp>>>);

impl Uses {
    /// Notes that a key was used.
    pub fn note(&self, key: ApiKeyId, now: Timestamp) {
        let minute = now.duration_trunc(chrono::TimeDelta::minutes(1)).unwrap_or(now);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, minute);
    }

    /// Writes what was noted. What cannot be written is noted again by the next use.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn write(&self, context: &Context) -> Result<(), DatabaseError> {
        let noted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut minutes: HashMap<Timestamp, Vec<ApiKeyId>> = HashMap::new();
        for (key, minute) in noted {
            minutes.entry(minute).or_default().push(key);
        }
        if minutes.is_empty() {
            return Ok(());
        }
        let tx = context.begin(&Origin::system()).await?;
        for (minute, mut keys) in minutes {
            // One order for all who write, so that none waits for another in a circle.
            keys.sort_unstable();
            store::touch(&tx, &keys, minute).await?;
        }
        tx.commit().await
    }

    /// Writes what was noted every minute, and once more when told to stop.
    pub async fn run(self, context: Context, stop: CancellationToken) {
        loop {
            let ends = tokio::select! {
                () = stop.cancelled() => true,
                () = tokio::time::sleep(PERIOD) => false,
            };
            if let Err(error) = self.write(&context).await {
                tracing::warn!(%error, "when API keys were last used could not be written");
            }
            if ends {
                return;
            }
        }
    }
}
