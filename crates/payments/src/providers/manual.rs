//! Bank transfer, cash, cheque: staff record the money when it has come.

use chrono::TimeDelta;
use platform::config::Config;

use super::model::{Call, Provider};
use crate::payments::{ByHand, Outcome, Start};

/// The provider that nobody calls.
#[derive(Debug, Clone, Copy)]
pub struct Manual(pub ByHand);

#[async_trait::async_trait]
impl Provider for Manual {
    fn name(&self) -> &'static str {
        self.0.as_str()
    }

    fn start(&self, _config: &Config) -> Start {
        Start::Recorded
    }

    fn ships_before_payment(&self) -> bool {
        self.0 == ByHand::CashOnDelivery
    }

    fn patience(&self, config: &Config) -> TimeDelta {
        TimeDelta::minutes(config.orders.expire_manual_minutes)
    }

    /// What is decided here is done by staff's own hands; a refund counts as done when it is ordered.
    async fn execute(&self, call: &Call) -> Outcome {
        Outcome::succeeded(format!("{}:{}", self.0, call.operation_id))
    }

    async fn query(&self, call: &Call) -> Outcome {
        self.execute(call).await
    }
}
