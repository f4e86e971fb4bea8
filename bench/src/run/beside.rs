//! What the shop is held against: a bare server that repeats its answers, a socket that thinks of nothing.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::load::{self, Load, Seen};
use crate::process::processor_seconds;
use crate::shop::free_address;
use crate::store::BareClient;
use crate::visits::{Fetch, Questions};
use raw_client::Connection;

/// A floor under a measure.
pub(crate) enum Beside {
    /// None.
    Nothing,
    /// A server in a process of its own that is asked the same.
    Server(BareServer, Questions),
    /// A client that sends the same statements.
    Client(BareClient),
}

impl Beside {
    /// A bare axum server that answers these questions with the bytes of the shop's answer to the first of them.
    pub(crate) async fn server(shop: SocketAddr, questions: &Questions) -> Result<Self> {
        let server = BareServer::open(shop, questions, false).await?;
        Ok(Self::Server(server, questions.clone()))
    }

    /// The same without any HTTP in the server: what the generator can do.
    pub(crate) async fn socket(shop: SocketAddr, questions: &Questions) -> Result<Self> {
        let server = BareServer::open(shop, questions, true).await?;
        Ok(Self::Server(server, questions.clone()))
    }

    /// One turn: what was seen, and the floor's processor time in seconds.
    pub(crate) async fn turn(&self, load: Load) -> Result<Option<(Seen, f64)>> {
        match self {
            Self::Nothing => Ok(None),
            Self::Server(server, questions) => {
                let mut before = 0.0;
                let process = server.process.id();
                let make = |client| Fetch::new(questions, client);
                let seen = load::run(server.address, load, make, || before = processor_seconds(process)).await?;
                Ok(Some((seen, processor_seconds(process) - before)))
            }
            Self::Client(client) => {
                let before = processor_seconds(std::process::id());
                let seen = client.turn(load).await?;
                // The warm-up is in it, too.
                let share = load.time.as_secs_f64() / (load.time + load.warm_up).as_secs_f64().max(f64::MIN_POSITIVE);
                Ok(Some((seen, (processor_seconds(std::process::id()) - before) * share)))
            }
        }
    }
}

/// A bare server at work.
pub(crate) struct BareServer {
    address: SocketAddr,
    process: Child,
    _answers: TempDir,
}

impl BareServer {
    async fn open(shop: SocketAddr, questions: &Questions, socket: bool) -> Result<Self> {
        let answers = tempfile::tempdir().context("a temporary folder")?;
        let (full, unchanged) = (answers.path().join("full"), answers.path().join("unchanged"));
        let without_tag = Questions { headers: without_condition(&questions.headers), status: 200, ..questions.clone() };
        if let Some(tag) = keep_answer(shop, &without_tag, &full).await? {
            let again = Questions { status: 304, ..without_tag.clone() }.with(&format!("if-none-match: {tag}"));
            keep_answer(shop, &again, &unchanged).await?;
        }
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe().context("cannot find this program")?);
        command.args(["floor", "--addr", &address.to_string(), "--answer"]).arg(&full);
        if unchanged.exists() {
            command.arg("--unchanged").arg(&unchanged);
        }
        command.args(socket.then_some("--socket")).stdin(Stdio::null());
        let server = Self { address, process: command.spawn().context("cannot start the floor")?, _answers: answers };
        while Connection::open(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(server)
    }
}

impl Drop for BareServer {
    fn drop(&mut self) {
        let _gone_already = self.process.kill();
        let _waited = self.process.wait();
    }
}

fn without_condition(headers: &str) -> String {
    headers.split_inclusive("\r\n").filter(|line| !line.starts_with("if-none-match")).collect()
}

/// Writes the shop's answer to the first of the questions into a file; its entity tag, where it has one.
async fn keep_answer(shop: SocketAddr, questions: &Questions, file: &Path) -> Result<Option<String>> {
    let mut connection = Connection::open(shop).await?;
    let path = questions.paths.first().context("no question")?;
    let answer = connection.ask(&questions.request(path)).await?.expect(questions.status)?;
    std::fs::write(file, [answer.head, b"\r\n\r\n", answer.body].concat()).context("cannot write the answer")?;
    Ok(answer.header("etag").map(str::to_owned))
}
