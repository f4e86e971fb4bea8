//! The provider of imaginary money, with a count of what it was asked to take.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use kernel::PaymentId;
use payments::payments::{OperationKind, Outcome, Start};
use payments::providers::{Call, Provider, Test};
use platform::config::Config;

/// Takes the place of `test`: nobody's money is moved, and a payment that is taken twice is noticed.
#[derive(Debug, Clone, Default)]
pub(super) struct Till {
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    taken: BTreeSet<PaymentId>,
    twice: u64,
}

impl Till {
    /// Payments whose money was taken, and how often one was taken that was taken before.
    pub(super) fn taken(&self) -> (u64, u64) {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (u64::try_from(seen.taken.len()).unwrap_or(u64::MAX), seen.twice)
    }
}

#[async_trait::async_trait]
impl Provider for Till {
    fn name(&self) -> &'static str {
        Test.name()
    }

    fn start(&self, config: &Config) -> Start {
        Test.start(config)
    }

    fn patience(&self, config: &Config) -> TimeDelta {
        Test.patience(config)
    }

    async fn execute(&self, call: &Call) -> Outcome {
        if call.kind == OperationKind::Capture {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            if !seen.taken.insert(call.payment_id) {
                seen.twice += 1;
            }
        }
        Test.execute(call).await
    }

    async fn query(&self, call: &Call) -> Outcome {
        Test.query(call).await
    }
}
