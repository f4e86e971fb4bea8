//! One round after the other on one shop: load, fault, back to life, check.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::check::{Ledger, Verdict};
use super::load::Load;
use super::plan::{Fault, Round};
use super::random::Random;
use super::record::Record;
use super::shop::Shop;
use super::{Database, disk, outages};
use crate::postgres::Server;

/// A shop that was killed is ready again by then.
const READY_AFTER_KILL: Duration = Duration::from_secs(2);
/// How long a shop is busy before it is killed, in milliseconds.
const BUSY_MS: (u64, u64) = (100, 1_500);
/// How often a failpoint is passed before it ends the process.
const PASSES: (u64, u64) = (0, 120);
/// The same of those that are passed once in seconds: jobs of a shop whose payments are in order.
const SELDOM: (&str, (u64, u64)) = ("job.", (0, 6));

/// A shop, its server, and what it told its clients so far.
pub(super) struct Stage {
    /// What full disks need a shop of their own from.
    pub(super) binary: PathBuf,
    /// The shop.
    pub(super) shop: Shop,
    /// What it told.
    pub(super) ledger: Ledger,
    /// The private server, where there is one.
    pub(super) server: Option<Server>,
}

/// What a fault did to the shop.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How long it was until it was ready again.
    pub(super) ready: Option<Duration>,
    /// What the machine lacks.
    pub(super) skipped: Option<String>,
    /// What must not be.
    pub(super) violations: Vec<String>,
}

impl Outcome {
    /// Ready after this time, which is too long above this limit.
    pub(super) fn of(ready: Duration, limit: Duration) -> Self {
        let late = (ready > limit).then(|| format!("ready after {} ms instead of {} ms", ready.as_millis(), limit.as_millis()));
        Self { ready: Some(ready), violations: late.into_iter().collect(), ..Self::default() }
    }

    /// Left out for this reason.
    pub(super) fn skipped(why: &str) -> Self {
        Self { skipped: Some(why.to_owned()), ..Self::default() }
    }
}

impl Stage {
    /// A fresh shop.
    pub(super) async fn open(binary: &Path, server: Option<Server>) -> Result<Self> {
        let shop = Shop::open(binary, server.as_ref().map(Server::url)).await?;
        Ok(Self { binary: binary.to_owned(), ledger: Ledger::new(&shop), shop, server })
    }

    /// Plays a round and says what it saw.
    pub(super) async fn play(&mut self, round: &Round, seed: u64) -> Result<Record> {
        let mut random = Random::new(seed, &round.name());
        let (outcome, verdict) = if round.fault == Fault::FullDisk {
            disk::fill(&self.binary, &mut random).await?
        } else {
            let outcome = self.strike(round.fault, &mut random).await?;
            let verdict = if outcome.skipped.is_none() { self.ledger.check(&self.shop, &mut random).await? } else { Verdict::default() };
            (outcome, verdict)
        };
        Ok(record(round.name(), round.database.name(), &round.fault.name(), seed, (outcome, verdict)))
    }

    async fn strike(&mut self, fault: Fault, random: &mut Random) -> Result<Outcome> {
        match fault {
            Fault::Kill => self.kill(random).await,
            Fault::Failpoint(name) => self.fail_at(name, random).await,
            Fault::Fsync => disk::fail_to_sync(self, random).await,
            Fault::Postmaster | Fault::Restart | Fault::Terminate | Fault::Backend => outages::strike(self, fault, random).await,
            Fault::FullDisk => Ok(Outcome::skipped("a full disk has a shop of its own")),
        }
    }

    async fn kill(&mut self, random: &mut Random) -> Result<Outcome> {
        let load = Load::start(self.ledger.place(), &self.ledger.journal, random);
        tokio::time::sleep(Duration::from_millis(random.between(BUSY_MS.0, BUSY_MS.1))).await;
        self.shop.kill()?;
        load.end().await;
        Ok(Outcome::of(self.shop.start(None).await?, READY_AFTER_KILL))
    }

    async fn fail_at(&mut self, name: &str, random: &mut Random) -> Result<Outcome> {
        let (fewest, most) = if name.starts_with(SELDOM.0) { SELDOM.1 } else { PASSES };
        let passes = random.between(fewest, most);
        // A place that is passed before anybody asks ends the process early: that is a crash while starting, and as good.
        let started = self.shop.start(Some(&format!("{name}={passes}*off->return"))).await;
        let died = match started {
            Ok(_) => {
                let load = Load::start(self.ledger.place(), &self.ledger.journal, random);
                let died = self.shop.dies().await?;
                load.end().await;
                died
            }
            Err(_) => !self.shop.is_alive()?,
        };
        self.shop.kill()?;
        let mut outcome = Outcome::of(self.shop.start(None).await?, READY_AFTER_KILL);
        if !died {
            outcome.violations.push(format!("{name} was not reached {passes} times"));
        }
        Ok(outcome)
    }

    /// At the end, every checkout that still waits gets its answer within the bound of its key.
    pub(super) async fn last_look(&mut self, seed: u64, every: Duration) -> Result<Record> {
        let mut random = Random::new(seed, "last look");
        let mut all = self.ledger.check(&self.shop, &mut random).await?;
        while self.ledger.waiting() > 0 {
            tokio::time::sleep(every).await;
            let verdict = self.ledger.check(&self.shop, &mut random).await?;
            all.resolved += verdict.resolved;
            all.violations.extend(verdict.violations);
        }
        let database = if self.server.is_some() { Database::Postgres } else { Database::Sqlite }.name();
        Ok(record(format!("{database} last look"), database, "last look", seed, (Outcome::default(), all)))
    }

    /// Ends shop and server.
    pub(super) fn close(mut self) -> Result<()> {
        self.shop.kill()?;
        match self.server.take() {
            Some(server) => server.stop().context("the server does not stop"),
            None => Ok(()),
        }
    }
}

fn record(round: String, database: &str, fault: &str, seed: u64, (outcome, verdict): (Outcome, Verdict)) -> Record {
    let Verdict { acknowledged, unanswered, resolved, refused, violations } = verdict;
    Record {
        round,
        database: database.to_owned(),
        fault: fault.to_owned(),
        seed,
        ready_ms: outcome.ready.map(|ready| u64::try_from(ready.as_millis()).unwrap_or(u64::MAX)),
        acknowledged,
        unanswered,
        resolved,
        refused,
        skipped: outcome.skipped,
        violations: [outcome.violations, violations].concat(),
    }
}
