//! What a round saw.

use serde::{Deserialize, Serialize};

use super::results;

/// What a round saw.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// The round's name.
    pub(super) round: String,
    /// On which database.
    pub(super) database: String,
    /// What was broken.
    pub(super) fault: String,
    /// Of its choices.
    pub(super) seed: u64,
    /// Milliseconds until the shop was ready again.
    pub(super) ready_ms: Option<u64>,
    /// Orders that were acknowledged, all of which are there.
    pub(super) acknowledged: usize,
    /// Checkouts that the fault left without an answer.
    pub(super) unanswered: usize,
    /// Checkouts, of this round and earlier ones, that got their answer under the same key now.
    pub(super) resolved: usize,
    /// Requests that were told "not now".
    pub(super) refused: usize,
    /// Why it could not run on this machine.
    pub(super) skipped: Option<String>,
    /// What must not be.
    pub(super) violations: Vec<String>,
}

impl results::Round for Record {
    fn name(&self) -> &str {
        &self.round
    }

    fn was_run(&self) -> bool {
        self.skipped.is_none()
    }
}
