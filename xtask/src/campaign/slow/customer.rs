//! The customer who is served all the while: every request on a connection of its own, because it is those that a siege keeps out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::Trial;
use super::client::Client;
use crate::campaign::shop::Shop;

/// No answer takes longer, its connection included.
const LONGEST: Duration = Duration::from_secs(1);
/// Between two requests.
const PAUSE: Duration = Duration::from_millis(100);
/// What is asked for, in turn.
const ASKED: [(&str, &str, u16); 4] = [
    ("GET", "/api/v1/products?per_page=20", 200),
    ("POST", "/api/v1/carts", 201),
    ("GET", "/health/ready", 200),
    ("GET", "/api/v1/category-tree", 200),
];

/// A customer under way.
pub(super) struct Customer {
    task: JoinHandle<Seen>,
    stop: Arc<AtomicBool>,
}

/// What the customer saw.
#[derive(Default)]
struct Seen {
    answers: usize,
    slowest: Duration,
    faults: Vec<String>,
}

impl Customer {
    /// Sends one to the shop.
    pub(super) fn send(shop: &Shop) -> Self {
        let (address, stop) = (shop.address, Arc::new(AtomicBool::new(false)));
        let told = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            let (mut seen, begin) = (Seen::default(), Instant::now());
            for (method, path, status) in ASKED.iter().cycle() {
                if told.load(Ordering::Relaxed) {
                    break;
                }
                let asked = Instant::now();
                let reply = Client::new(address).ask(method, path, "", "{}").await;
                let (time, at) = (asked.elapsed(), begin.elapsed().as_secs());
                match reply {
                    Ok(reply) if reply.status == *status => seen.answers += 1,
                    Ok(reply) => seen.faults.push(format!("{at} s: {method} {path}: {}", reply.told())),
                    Err(error) => seen.faults.push(format!("{at} s: {method} {path}: {error:#}")),
                }
                if time > LONGEST {
                    seen.faults.push(format!("{at} s: {method} {path} took {} ms", time.as_millis()));
                }
                seen.slowest = seen.slowest.max(time);
                tokio::time::sleep(PAUSE).await;
            }
            seen
        });
        Self { task, stop }
    }

    /// Calls the customer back, and takes over what was seen.
    pub(super) async fn end(self, trial: &mut Trial) {
        self.stop.store(true, Ordering::Relaxed);
        let Ok(seen) = self.task.await else { return trial.blame("the customer died".to_owned()) };
        trial.took(seen.slowest);
        trial.notes.push(format!("{} answers for the customer", seen.answers));
        for fault in seen.faults {
            trial.blame(format!("the customer after {fault}"));
        }
        if seen.answers == 0 {
            trial.blame("the customer had no answer".to_owned());
        }
    }
}
