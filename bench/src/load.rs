//! A closed loop: so many connections, each with its next visit as soon as the one before is answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use raw_client::Connection;

/// How hard, and how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Connections that are busy at a time.
    pub(crate) connections: usize,
    /// Caches fill and pools grow before anything counts.
    pub(crate) warm_up: Duration,
    /// What counts.
    pub(crate) time: Duration,
}

/// Whether a measure was asked for: its name has one of these parts, or there is none and all are.
pub(crate) fn wants(only: &[String], name: &str) -> bool {
    only.is_empty() || only.iter().any(|part| name.contains(part.as_str()))
}

/// What one client does over and over.
pub(crate) trait Visit: Send + 'static {
    /// Once; an error is a wrong answer.
    fn once(&mut self, connection: &mut Connection) -> impl Future<Output = Result<()>> + Send;
}

/// What a load saw.
pub(crate) struct Seen {
    /// Visits that ended well, in microseconds.
    pub(crate) times: Histogram<u64>,
    /// Visits that did not.
    pub(crate) wrong: u64,
    /// What was wrong with one of them.
    pub(crate) example: Option<String>,
    /// How long it counted.
    pub(crate) time: Duration,
}

impl Seen {
    /// Nothing yet.
    pub(crate) fn new() -> Result<Self> {
        let times = Histogram::new_with_bounds(1, 60_000_000, 3).context("a histogram")?;
        Ok(Self { times, wrong: 0, example: None, time: Duration::ZERO })
    }

    /// Visits a second.
    pub(crate) fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a count of visits is far below 2^52")]
        let visits = self.times.len() as f64;
        visits / self.time.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// What was seen at another time.
    pub(crate) fn go_on(&mut self, later: &Self) -> Result<()> {
        self.time += later.time;
        self.join(later)
    }

    /// What another client saw in the same time.
    pub(crate) fn join(&mut self, other: &Self) -> Result<()> {
        self.times.add(&other.times).context("histograms of one kind")?;
        self.wrong += other.wrong;
        self.example = self.example.take().or_else(|| other.example.clone());
        Ok(())
    }
}

/// Runs a load; `make` gives each connection, by its number, what it does. `started` is called when the warm-up is over.
pub(crate) async fn run<V: Visit>(address: SocketAddr, load: Load, make: impl Fn(usize) -> V, started: impl FnOnce()) -> Result<Seen> {
    let begin = Instant::now() + load.warm_up;
    let end = begin + load.time;
    let mut clients = JoinSet::new();
    for number in 0..load.connections {
        clients.spawn(client(address, make(number), begin, end));
    }
    tokio::time::sleep_until(begin.into()).await;
    started();
    let mut all = Seen::new()?;
    while let Some(seen) = clients.join_next().await {
        all.join(&seen.context("a client died")??)?;
    }
    all.time = begin.elapsed();
    Ok(all)
}

async fn client<V: Visit>(address: SocketAddr, mut visit: V, begin: Instant, end: Instant) -> Result<Seen> {
    let mut connection = Connection::open(address).await?;
    let mut seen = Seen::new()?;
    loop {
        let start = Instant::now();
        // However short the time is, everybody is answered once: nothing passes because nothing was asked.
        if start >= end && (!seen.times.is_empty() || seen.wrong > 0) {
            return Ok(seen);
        }
        match visit.once(&mut connection).await {
            Ok(()) if start >= begin => seen.times.saturating_record(micros(start.elapsed())),
            Ok(()) => {}
            Err(error) => {
                seen.wrong += 1;
                seen.example.get_or_insert_with(|| format!("{error:#}"));
                connection = Connection::open(address).await?;
            }
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
