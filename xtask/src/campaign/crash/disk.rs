//! A disk that is full, and a disk that fails to keep what it is given, below the embedded database.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::check::{Ledger, Verdict};
use super::client::Client;
use super::journal::Journal;
use super::load::Load;
use super::outages::signal;
use super::random::Random;
use super::rounds::{Outcome, Stage};
use super::shop::Shop;
use crate::postgres::is_root;

/// The whole disk: the shop's data begin with a few MiB.
const DISK_MIB: usize = 96;
/// What is left of it when the load begins, in KiB: a second's worth of orders.
const LEFT_KIB: (u64, u64) = (512, 3_072);
/// So many refusals show that the disk is full and stays so.
const REFUSALS: usize = 50;
/// How long filling may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// A shop that has its disk again sells by then, and one that was killed is ready.
const READY: Duration = Duration::from_secs(5);
/// How long fsync fails, in milliseconds.
const FAILING_MS: (u64, u64) = (200, 1_500);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A small file system in memory, and the ballast that fills it.
struct Disk {
    folder: TempDir,
    ballast: PathBuf,
}

impl Disk {
    fn mount() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tradewind-disk-").tempdir().context("cannot make a temporary folder")?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={DISK_MIB}m"), "tmpfs"]).arg(folder.path());
        ensure!(mount.status().context("cannot run mount")?.success(), "cannot mount a tmpfs");
        let ballast = folder.path().join("ballast");
        Ok(Self { folder, ballast })
    }

    /// Writes until the disk is full, and gives this much back.
    fn fill(&self, left_kib: u64) -> Result<()> {
        let mut file = File::create(&self.ballast).context("cannot write ballast")?;
        while file.write_all(&[0; 65_536]).is_ok() {}
        let length = file.metadata().context("the ballast's length")?.len();
        file.set_len(length.saturating_sub(left_kib * 1_024)).context("cannot shorten the ballast")
    }

    fn free(&self) -> Result<()> {
        fs::remove_file(&self.ballast).context("cannot remove the ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if !Command::new("umount").arg(self.folder.path()).status().is_ok_and(|status| status.success()) {
            eprintln!("{} stays mounted", self.folder.path().display());
        }
    }
}

/// A shop of its own fills its disk: it says 503 until there is room again, and keeps every word it gave.
pub(super) async fn fill(binary: &Path, random: &mut Random) -> Result<(Outcome, Verdict)> {
    if !is_root()? {
        return Ok((Outcome::skipped("mounting a small disk needs root"), Verdict::default()));
    }
    let disk = Disk::mount()?;
    let mut shop = Shop::open_in(binary, disk.folder.path(), None).await?;
    let mut ledger = Ledger::new(&shop);
    disk.fill(random.between(LEFT_KIB.0, LEFT_KIB.1))?;
    let load = Load::start(ledger.place(), &ledger.journal, random);
    let full = is_full(&ledger.journal).await;
    let reads = shop.is_ready().await;
    disk.free()?;
    let mut outcome = sells_again(&ledger, random).await?;
    load.end().await;
    if !full {
        outcome.violations.push("the disk never was full".to_owned());
    }
    if !reads {
        outcome.violations.push("a full disk kept the shop from reading".to_owned());
    }
    let before = ledger.check(&shop, random).await?;
    shop.start(None).await?;
    let after = ledger.check(&shop, random).await?;
    shop.kill()?;
    Ok((
        outcome,
        Verdict { violations: [before.violations, after.violations].concat(), resolved: before.resolved + after.resolved, ..before },
    ))
}

async fn is_full(journal: &Journal) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        if journal.open().refused >= REFUSALS {
            return true;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    false
}

/// Waits for the first whole checkout.
async fn sells_again(ledger: &Ledger, random: &mut Random) -> Result<Outcome> {
    let begin = Instant::now();
    let mut client = Client::new(ledger.place().clone(), Journal::default(), Random::new(random.next(), "first client"));
    while client.visit().await.is_err() {
        ensure!(begin.elapsed() < PATIENCE, "the shop does not sell again");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(Outcome::of(begin.elapsed(), READY))
}

/// For a while every third call that makes data durable fails, as strace makes the process believe; afterwards the shop is killed.
pub(super) async fn fail_to_sync(stage: &mut Stage, random: &mut Random) -> Result<Outcome> {
    if !Command::new("strace").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return Ok(Outcome::skipped("strace is not installed"));
    }
    let load = Load::start(stage.ledger.place(), &stage.ledger.journal, random);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO:when=2+3", "-o", "/dev/null", "-p"]);
    let mut strace = strace.arg(stage.shop.process()?.to_string()).stdin(Stdio::null()).spawn().context("cannot start strace")?;
    tokio::time::sleep(Duration::from_millis(500 + random.between(FAILING_MS.0, FAILING_MS.1))).await;
    let attached = strace.try_wait().context("cannot look after strace")?.is_none();
    // It lets go of the process and ends.
    signal("INT", &[strace.id()])?;
    strace.wait().context("cannot wait for strace")?;
    if !attached {
        load.end().await;
        return Ok(Outcome::skipped("strace may not look into processes here"));
    }
    let outcome = sells_again(&stage.ledger, random).await?;
    load.stop();
    stage.shop.kill()?;
    load.end().await;
    stage.shop.start(None).await?;
    Ok(outcome)
}
