//! Many clients at once, until they are told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::client::{Client, Place};
use super::journal::Journal;
use super::random::Random;

/// As many as the shop of a busy day has at work, and few enough to leave it the processor.
const CLIENTS: usize = 8;
/// The pause after a visit that failed: nobody is helped by knocking at a closed door all the time.
const AFTER_FAILURE: Duration = Duration::from_millis(20);

/// A load under way.
pub(super) struct Load {
    clients: JoinSet<()>,
    stop: Arc<AtomicBool>,
}

impl Load {
    /// Lets the clients in.
    pub(super) fn start(place: &Place, journal: &Journal, random: &mut Random) -> Self {
        let (mut clients, stop) = (JoinSet::new(), Arc::new(AtomicBool::new(false)));
        for _ in 0..CLIENTS {
            let mut client = Client::new(place.clone(), journal.clone(), Random::new(random.next(), "client"));
            let stop = Arc::clone(&stop);
            clients.spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    // Whatever it is, the journal knows.
                    if client.visit().await.is_err() {
                        tokio::time::sleep(AFTER_FAILURE).await;
                    }
                }
            });
        }
        Self { clients, stop }
    }

    /// Tells them to stop; visits under way end by themselves.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Waits for the last of them.
    pub(super) async fn end(mut self) {
        self.stop();
        while self.clients.join_next().await.is_some() {}
    }
}
