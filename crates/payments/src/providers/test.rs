//! A provider that takes imaginary money: in the demo only, configuration refuses it elsewhere.

use chrono::TimeDelta;
use platform::config::Config;

use super::model::{Call, Provider};
use crate::payments::{Outcome, Start};

/// Says yes to everything, at once.
#[derive(Debug, Clone, Copy)]
pub struct Test;

#[async_trait::async_trait]
impl Provider for Test {
    fn name(&self) -> &'static str {
        "test"
    }

    fn start(&self, _config: &Config) -> Start {
        Start::Capture
    }

    fn patience(&self, config: &Config) -> TimeDelta {
        TimeDelta::minutes(config.orders.expire_test_minutes)
    }

    async fn execute(&self, call: &Call) -> Outcome {
        Outcome::succeeded(format!("test:{}", call.operation_id))
    }

    async fn query(&self, call: &Call) -> Outcome {
        self.execute(call).await
    }
}
