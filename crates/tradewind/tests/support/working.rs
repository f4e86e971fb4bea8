//! A worker at work beside a test.

use std::time::Duration;

use platform::jobs::{Handlers, Worker};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{TestResult, TestShop};

/// More than anything that is waited for takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A worker of its own task.
pub(crate) struct Working {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Working {
    pub(crate) fn begin(shop: &TestShop, handlers: Handlers) -> Self {
        let stop = CancellationToken::new();
        Self { task: tokio::spawn(Worker::new(shop.context().clone(), handlers).run(stop.clone())), stop }
    }

    /// Has it finish what it has begun.
    pub(crate) async fn end(self) -> TestResult {
        self.stop.cancel();
        Ok(tokio::time::timeout(PATIENCE, self.task).await??)
    }
}

/// Waits until something has come true.
pub(crate) async fn until(mut is_true: impl AsyncFnMut() -> TestResult<bool>) -> TestResult {
    let waiting = async {
        while !is_true().await? {
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, waiting).await?
}
