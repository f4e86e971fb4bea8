//! What every use case is given first.

use std::sync::Arc;

use kernel::{Clock, Origin, Timestamp};

use crate::cache::Purges;
use crate::config::Config;
use crate::db::{DatabaseError, Db, WriteTx};
use crate::redis::Redis;
use crate::secrets::Secrets;

/// The shared parts of one process; cheap to clone. Built once in `wiring.rs`, and by tests with other parts.
#[derive(Debug, Clone)]
pub struct Context {
    /// The database.
    pub db: Db,
    /// Where "now" comes from.
    pub clock: Arc<dyn Clock>,
    /// The effective configuration.
    pub config: Arc<Config>,
    /// What was changed of what is kept in memory.
    pub purges: Purges,
    /// What is sealed with the shop's master key.
    pub secrets: Secrets,
    /// What nodes share and can do without, where it is configured.
    pub redis: Option<Redis>,
}

impl Context {
    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Opens the transaction that a use case owns; it carries who acts and one moment for everything it writes.
    ///
    /// # Errors
    /// `Unavailable` where the database cannot be reached in time.
    pub async fn begin(&self, origin: &Origin) -> Result<WriteTx, DatabaseError> {
        Ok(self.db.begin_write(origin.clone(), self.clock.now()).await?.touching(self.purges.touch()))
    }
}
