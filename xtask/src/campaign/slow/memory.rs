//! What the shop's process holds: memory and file descriptors.

use std::fmt;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinHandle;

/// Descriptors that come with being used: connections to the database, files.
const MORE_DESCRIPTORS: usize = 60;
/// Memory that a second siege may need beyond the first, in KiB: it is not the same to the byte.
const MORE_KIB: usize = 32 * 1_024;
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What a process holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Footprint {
    descriptors: usize,
    resident_kib: usize,
}

impl Footprint {
    /// Of this process, now.
    pub(super) fn of(process: u32) -> Result<Self> {
        let descriptors = fs::read_dir(format!("/proc/{process}/fd")).context("the shop is gone")?.count();
        let status = fs::read_to_string(format!("/proc/{process}/status")).context("the shop is gone")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("a process without memory")?;
        let resident_kib = line.trim().trim_end_matches(" kB").parse().context("memory in another unit")?;
        Ok(Self { descriptors, resident_kib })
    }

    /// Whether no more descriptors are open than before, but for those that come with being used.
    fn is_calm(self, before: Self) -> bool {
        self.descriptors <= before.descriptors + MORE_DESCRIPTORS
    }

    /// What is more than before both sieges, and after the first of them, by more than can be explained.
    pub(super) fn too_much(self, before: Self, first: Self) -> Vec<String> {
        let descriptors =
            (!self.is_calm(before)).then(|| format!("{} file descriptors are open, {} were before", self.descriptors, before.descriptors));
        let memory = (self.resident_kib > first.resident_kib + MORE_KIB).then(|| {
            format!("memory grows from siege to siege, from {} MiB to {} MiB", first.resident_kib / 1_024, self.resident_kib / 1_024)
        });
        descriptors.into_iter().chain(memory).collect()
    }
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MiB and {} file descriptors", self.resident_kib / 1_024, self.descriptors)
    }
}

/// Somebody who looks at a process all the time.
pub(super) struct Watch {
    task: JoinHandle<Footprint>,
    stop: Arc<AtomicBool>,
}

/// Watches a process.
pub(super) fn watch(process: u32) -> Watch {
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    let task = tokio::spawn(async move {
        let mut most = Footprint::default();
        while !told.load(Ordering::Relaxed) {
            let now = Footprint::of(process).unwrap_or_default();
            most.descriptors = most.descriptors.max(now.descriptors);
            most.resident_kib = most.resident_kib.max(now.resident_kib);
            tokio::time::sleep(LOOK_EVERY).await;
        }
        most
    });
    Watch { task, stop }
}

impl Watch {
    /// The most that it held.
    pub(super) async fn end(self) -> Footprint {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap_or_default()
    }
}

/// Waits until it has closed what was opened, at most so long.
pub(super) async fn calm(process: u32, before: Footprint, within: Duration) -> Result<Footprint> {
    let begin = Instant::now();
    loop {
        let now = Footprint::of(process)?;
        if now.is_calm(before) || begin.elapsed() > within {
            return Ok(now);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_more_is_no_leak() {
        let of = |descriptors, resident_kib| Footprint { descriptors, resident_kib };
        let (before, first) = (of(20, 60_000), of(22, 200_000));
        assert!(of(70, 210_000).too_much(before, first).is_empty());
        assert_eq!(of(2_020, 330_000).too_much(before, first).len(), 2);
        assert!(Footprint::of(std::process::id()).unwrap().descriptors > 2);
    }
}
