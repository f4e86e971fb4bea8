//! Ends of the database's server and of the processes in it that answer the shop.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::client::Client;
use super::journal::Journal;
use super::load::Load;
use super::plan::Fault;
use super::random::Random;
use super::rounds::{Outcome, Stage};
use crate::postgres::Server;

/// A shop whose database is back sells again by then.
const READY_AFTER_OUTAGE: Duration = Duration::from_secs(5);
/// One that does not sell by then will not.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the shop is busy before and after, in milliseconds.
const BUSY_MS: (u64, u64) = (200, 1_000);
/// How long the server stays away, in milliseconds.
const AWAY_MS: (u64, u64) = (100, 2_000);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Breaks the server under load, and waits until the shop, which stays up, sells again.
pub(super) async fn strike(stage: &mut Stage, fault: Fault, random: &mut Random) -> Result<Outcome> {
    let server = stage.server.as_ref().context("the embedded database has no server")?;
    let load = Load::start(stage.ledger.place(), &stage.ledger.journal, random);
    tokio::time::sleep(Duration::from_millis(random.between(BUSY_MS.0, BUSY_MS.1))).await;
    hit(server, fault, random).await?;
    let back = Instant::now();
    let mut client = Client::new(stage.ledger.place().clone(), Journal::default(), Random::new(random.next(), "first client"));
    while client.visit().await.is_err() {
        ensure!(back.elapsed() < PATIENCE, "the shop does not find its database again");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let outcome = Outcome::of(back.elapsed(), READY_AFTER_OUTAGE);
    tokio::time::sleep(Duration::from_millis(random.between(BUSY_MS.0, BUSY_MS.1))).await;
    load.end().await;
    ensure!(stage.shop.is_alive()?, "the shop ended with its database");
    Ok(outcome)
}

/// Answers when the server takes connections again.
async fn hit(server: &Server, fault: Fault, random: &mut Random) -> Result<()> {
    match fault {
        Fault::Postmaster => {
            signal("KILL", &[server.postmaster()?])?;
            tokio::time::sleep(Duration::from_millis(random.between(AWAY_MS.0, AWAY_MS.1))).await;
            server.start_again()
        }
        Fault::Restart => server.start_again(),
        Fault::Terminate => {
            let backends = server.backends()?;
            let some = usize::try_from(random.between(1, 3)).unwrap_or(1);
            signal("TERM", backends.get(..some.min(backends.len())).unwrap_or_default())
        }
        _ => {
            signal("KILL", server.backends()?.get(..1).unwrap_or_default())?;
            // The server notices, ends all its processes, and recovers.
            let begin = Instant::now();
            tokio::time::sleep(LOOK_EVERY).await;
            while !server.is_back() {
                ensure!(begin.elapsed() < PATIENCE, "PostgreSQL does not recover");
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok(())
        }
    }
}

/// Sends a signal; a process that has just ended by itself is none the worse.
pub(super) fn signal(name: &str, processes: &[u32]) -> Result<()> {
    ensure!(!processes.is_empty(), "there is no process to send {name} to");
    let processes = processes.iter().map(u32::to_string);
    Command::new("kill").arg(format!("-{name}")).args(processes).status().context("cannot run kill").map(drop)
}
