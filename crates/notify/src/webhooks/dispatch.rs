//! The task that sees to it that each queue with something to do has somebody who works for it.

use std::time::Duration;

use futures_util::future::join_all;
use kernel::Origin;
use platform::db::DatabaseError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::store::{self, Lease};
use super::work::work;
use crate::Notify;

/// Endpoints that one process works for at a time: more than are dead or slow in any shop, so that the others never wait for them.
const MOST_QUEUES: usize = 256;
/// How often to look: a message leaves a second after what it tells of.
const LOOK: Duration = Duration::from_millis(250);
/// How long to wait after an error of the database.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// Works for every endpoint that has something due, once; how many messages were tried. Tests call this instead of a dispatcher.
///
/// # Errors
/// `DatabaseError`; what was sent and not written down is sent again.
pub async fn deliver_due(notify: &Notify) -> Result<usize, DatabaseError> {
    let leases = claim(notify, MOST_QUEUES).await?;
    let stop = CancellationToken::new();
    let tried = join_all(leases.into_iter().map(|lease| work(notify, lease, &stop))).await;
    tried.into_iter().sum()
}

async fn claim(notify: &Notify, most: usize) -> Result<Vec<Lease>, DatabaseError> {
    if most == 0 || !store::any_due(notify.context.db.reader(), notify.context.now()).await? {
        return Ok(Vec::new());
    }
    let tx = notify.context.begin(&Origin::system()).await?;
    let leases = store::claim(&tx, i64::try_from(most).unwrap_or(i64::MAX)).await?;
    tx.commit().await?;
    Ok(leases)
}

/// Sends webhooks as long as the process lives; other processes may do so beside it.
#[derive(Debug)]
pub struct Dispatcher {
    notify: Notify,
}

impl Dispatcher {
    /// A dispatcher for this process.
    #[must_use]
    pub const fn new(notify: Notify) -> Self {
        Self { notify }
    }

    /// Works until told to stop; a round of messages that has begun is finished.
    pub async fn run(self, stop: CancellationToken) {
        let mut queues = JoinSet::new();
        while !stop.is_cancelled() {
            while queues.try_join_next().is_some() {}
            let pause = match claim(&self.notify, MOST_QUEUES - queues.len()).await {
                Ok(leases) => {
                    for lease in leases {
                        queues.spawn(attend(self.notify.clone(), lease, stop.clone()));
                    }
                    LOOK
                }
                Err(error) => {
                    tracing::warn!(error = %error, "webhooks could not be looked for; trying again");
                    AFTER_ERROR
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        while queues.join_next().await.is_some() {}
    }
}

async fn attend(notify: Notify, lease: Lease, stop: CancellationToken) {
    if let Err(error) = work(&notify, lease, &stop).await {
        tracing::warn!(error = %error, webhook.endpoint.id = %lease.endpoint, "webhooks were not sent; trying again when the lease ends");
    }
}
