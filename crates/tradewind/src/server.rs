//! The running shop: the tasks that the node's roles ask for, and their orderly end.

use std::net::SocketAddr;
use std::time::Duration;

use platform::Context;
use platform::config::Role;
use platform::jobs::Worker;
use platform::outbox::Relay;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::wiring;

/// A node at work.
#[derive(Debug)]
pub struct Server {
    context: Context,
    addr: Option<SocketAddr>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Server {
    /// Starts what the configured roles ask for. The database has the schema of this program by now.
    ///
    /// # Errors
    /// Where the address cannot be listened on.
    pub async fn start(context: Context) -> std::io::Result<Self> {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let roles = &context.config.roles;
        if roles.contains(&Role::Worker) {
            tasks.spawn(Relay::new(context.clone()).run(stop.clone()));
            tasks.spawn(Worker::new(context.clone(), wiring::handlers(&wiring::sales(context.clone()))).run(stop.clone()));
        }
        Ok(Self { context, addr: None, stop, tasks })
    }

    /// Where the node listens, where it does.
    #[must_use]
    pub const fn addr(&self) -> Option<SocketAddr> {
        self.addr
    }

    /// Takes nothing new, finishes what was begun within the configured time, and closes the database.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        let patience = Duration::from_millis(self.context.config.server.drain_timeout_ms);
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::warn!("work was still under way when the time to finish it ran out; it is taken up again at the next start");
        }
        self.context.db.close().await;
    }
}

/// Waits for SIGTERM (a supervisor) or SIGINT (Ctrl-C).
pub async fn asked_to_stop() {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => drop(terminate.recv().await),
            // Without the handler the signal ends the process by itself.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
