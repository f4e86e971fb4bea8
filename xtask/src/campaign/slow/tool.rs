//! slowhttptest: headers, bodies and reading, a few bytes at a time.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::Trial;
use crate::debian;

/// What it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attack {
    /// Heads that never end.
    Headers,
    /// Bodies that never end.
    Body,
    /// Answers that are hardly read.
    Read,
    /// Many ranges of one answer.
    Range,
}

impl Attack {
    /// As tables call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Headers => "slow headers",
            Self::Body => "slow bodies",
            Self::Read => "slow reads",
            Self::Range => "many ranges",
        }
    }

    /// Its own options: what is sent how often, and to whom.
    fn options(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Headers => (&["-H", "-i", "5", "-x", "20"], "/api/v1/products"),
            Self::Body => (&["-B", "-i", "5", "-s", "8192", "-x", "10", "-t", "POST", "-f", "application/json"], "/api/v1/carts"),
            Self::Read => (&["-X", "-n", "5", "-w", "10", "-y", "20", "-z", "32", "-k", "3"], "/api/v1/products?per_page=100"),
            Self::Range => (&["-R", "-a", "5", "-b", "500", "-t", "HEAD"], "/openapi.json"),
        }
    }
}

/// Installs it where it is not there.
pub(super) fn find() -> Result<()> {
    // It has no option that only tells its version: it is there where its help can be asked for.
    if Command::new("slowhttptest").arg("-h").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        debian::install("slowhttptest", "")?;
    }
    Ok(())
}

/// Lets it at the shop, and takes over whether it could get in itself all the while.
pub(super) async fn run(attack: Attack, address: SocketAddr, (connections, time): (usize, Duration), trial: &mut Trial) -> Result<()> {
    let (options, path) = attack.options();
    let mut command = Command::new("slowhttptest");
    command.args(options).args(["-c", &connections.to_string(), "-r", &(connections / 10).max(1).to_string()]);
    // Its own customer waits for three seconds.
    command.args(["-l", &time.as_secs().to_string(), "-p", "3", "-u", &format!("http://{address}{path}")]);
    let output = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output()).await.context("a thread died")?;
    let output = output.context("cannot start slowhttptest")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let count = |word: &str| text.lines().filter(|line| line.contains("service available") && line.contains(word)).count();
    let (yes, no) = (count("YES"), count("NO"));
    ensure!(
        yes + no > 0,
        "slowhttptest said nothing: {}",
        text.chars().rev().take(500).collect::<String>().chars().rev().collect::<String>()
    );
    trial.notes.push(format!("slowhttptest found the shop available {yes} times of {}", yes + no));
    if no > 0 {
        trial.blame(format!("slowhttptest was not answered {no} times of {}", yes + no));
    }
    Ok(())
}
