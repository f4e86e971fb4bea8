//! Running the program itself, as people and scripts do.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::TestResult;
use super::shop::TestShop;

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Each line of standard output as JSON.
    pub(crate) fn lines(&self) -> TestResult<Vec<Value>> {
        Ok(self.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
    }

    /// The run, where it ended with this code; otherwise a failure that shows it.
    pub(crate) fn expect(self, code: i32) -> TestResult<Self> {
        if self.code == Some(code) { Ok(self) } else { Err(format!("expected exit code {code}: {self:?}").into()) }
    }
}

/// The program with its own data directory and nothing of this environment's configuration.
pub(crate) fn program(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradewind"));
    let foreign = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("TRADEWIND__"));
    for name in foreign {
        command.env_remove(name);
    }
    command.current_dir(data_dir.parent().unwrap_or(data_dir)).arg("--data-dir").arg(data_dir).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Runs it to its end.
pub(crate) async fn run(data_dir: &Path, arguments: &[&str]) -> TestResult<Ended> {
    ended(program(data_dir, arguments)).await
}

async fn ended(mut command: Command) -> TestResult<Ended> {
    let output = command.output().await?;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes);
    Ok(Ended { code: output.status.code(), stdout: text(output.stdout)?, stderr: text(output.stderr)? })
}

impl TestShop {
    /// Runs the program on this shop's database and data directory, and writes this to its standard input.
    pub(crate) async fn run_with(&self, arguments: &[&str], input: &str) -> TestResult<Ended> {
        let mut child = self.program(arguments).stdin(Stdio::piped()).spawn()?;
        child.stdin.take().ok_or("no standard input")?.write_all(input.as_bytes()).await?;
        let output = child.wait_with_output().await?;
        Ok(Ended { code: output.status.code(), stdout: String::from_utf8(output.stdout)?, stderr: String::from_utf8(output.stderr)? })
    }

    /// Runs the program on this shop's database and data directory.
    pub(crate) async fn run(&self, arguments: &[&str]) -> TestResult<Ended> {
        ended(self.program(arguments)).await
    }

    /// The program on this shop's database and data directory.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.data_dir(), arguments);
        command.env("TRADEWIND__DATABASE__URL", self.context().config.database.address());
        command
    }
}

/// A shop in a process of its own, whose log is read.
pub(crate) struct Process {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
    said: Lines<BufReader<ChildStdout>>,
    /// Where it listens, as `http://127.0.0.1:1234`.
    pub(crate) base: String,
}

impl Process {
    /// Starts `serve` on a free port and waits until it says that it is ready.
    pub(crate) async fn serve(shop: &TestShop) -> TestResult<Self> {
        let mut child = shop.program(&["serve", "--addr", "127.0.0.1:0"]).spawn()?;
        let mut log = BufReader::new(child.stderr.take().ok_or("no standard error")?).lines();
        let said = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
        while let Some(line) = log.next_line().await? {
            let logged: Value = serde_json::from_str(&line)?;
            if let Some(addr) = logged["server.addr"].as_str() {
                return Ok(Self { child, log, said, base: format!("http://{addr}") });
            }
        }
        Err("it ended before it was ready".into())
    }

    /// The first line that it says on standard output with this text in it.
    pub(crate) async fn says(&mut self, text: &str) -> TestResult<String> {
        while let Some(line) = self.said.next_line().await? {
            if line.contains(text) {
                return Ok(line);
            }
        }
        Err(format!("it ended before it said {text}").into())
    }

    /// Sends a signal by name: `TERM`, `KILL`.
    pub(crate) async fn signal(&self, name: &str) -> TestResult {
        let id = self.child.id().ok_or("it has ended")?.to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().await?;
        if sent.success() { Ok(()) } else { Err("the signal was not sent".into()) }
    }

    /// Waits for its end; the exit code and the rest of its log.
    pub(crate) async fn ended(mut self) -> TestResult<(Option<i32>, Vec<String>)> {
        let mut rest = Vec::new();
        while let Some(line) = self.log.next_line().await? {
            rest.push(line);
        }
        Ok((self.child.wait().await?.code(), rest))
    }
}

/// A demo in a process of its own.
pub(crate) struct Demo {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    /// Starts the demo on this shop's database, on a free port.
    pub(crate) fn start(shop: &TestShop, more: &[&str]) -> TestResult<Self> {
        let mut child = shop.program(&[&["demo", "--addr", "127.0.0.1:0"], more].concat()).stderr(Stdio::inherit()).spawn()?;
        let said = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
        Ok(Self { child, said })
    }

    /// What it says, up to and with the line that holds this text.
    pub(crate) async fn said_until(&mut self, text: &str) -> TestResult<Vec<String>> {
        let mut said = Vec::new();
        while let Some(line) = self.said.next_line().await? {
            let is_last = line.contains(text);
            said.push(line);
            if is_last {
                return Ok(said);
            }
        }
        Err(format!("it ended before it said {text}: {said:?}").into())
    }

    /// Stops it as Ctrl-C does; the exit code.
    pub(crate) async fn stop(mut self) -> TestResult<Option<i32>> {
        let id = self.child.id().ok_or("it has ended")?.to_string();
        Command::new("kill").args(["-INT", &id]).status().await?;
        Ok(self.child.wait().await?.code())
    }
}
