//! Ending a private server without warning, and starting it again: what a crash campaign does to it.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::server::{Server, server_user};

/// Its old processes are gone by then, and with them the memory that they share.
const PATIENCE: Duration = Duration::from_secs(20);

impl Server {
    /// The process of the server itself.
    pub(crate) fn postmaster(&self) -> Result<u32> {
        let path = self.folder.path().join("data/postmaster.pid");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        text.lines().next().and_then(|line| line.trim().parse().ok()).context("the server wrote no number into its file")
    }

    /// The processes that answer clients of the network.
    pub(crate) fn backends(&self) -> Result<Vec<u32>> {
        let parent = self.postmaster()?;
        let entries = fs::read_dir("/proc").context("cannot list processes")?.flatten();
        let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        Ok(processes.filter(|process| parent_of(*process) == Some(parent) && answers_a_client(*process)).collect())
    }

    /// Starts a server that was killed, or ends one that runs by `immediate` (as good as a crash) and starts it; answers when
    /// it takes connections.
    pub(crate) fn start_again(&self) -> Result<()> {
        let begin = Instant::now();
        loop {
            // `restart` reads the options of the first start, and starts a server that is gone.
            let log = self.folder.path().join("server.log");
            let output = self.program("pg_ctl").args(["restart", "--wait", "--silent", "--mode=immediate"]).arg("--log").arg(log).output();
            let output = output.context("cannot run pg_ctl")?;
            if output.status.success() {
                return Ok(());
            }
            ensure!(begin.elapsed() < PATIENCE, "PostgreSQL does not start again: {}", String::from_utf8_lossy(&output.stderr));
        }
    }

    /// Whether it takes connections.
    pub(crate) fn is_back(&self) -> bool {
        let port = self.port.to_string();
        let mut asked = Command::new(self.programs.join("pg_isready"));
        asked.args(["--host=127.0.0.1", "--quiet", "--port", &port]).status().is_ok_and(|status| status.success())
    }

    /// A program of the server, as the server's user, for its cluster.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.arg("--pgdata").arg(self.folder.path().join("data")).current_dir(self.folder.path());
        // What the server inherits must not keep a pipe of ours open.
        command.stdin(Stdio::null()).stdout(Stdio::null()).process_group(0);
        if let Ok(Some((user, group))) = server_user() {
            command.uid(user).gid(group);
        }
        command
    }
}

fn parent_of(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is a name in parentheses, which may hold spaces; the parent is the fourth.
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// Such a process calls itself `postgres: user database 127.0.0.1(port) state`.
fn answers_a_client(process: u32) -> bool {
    fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|title| String::from_utf8_lossy(&title).contains(" 127.0.0.1("))
}
