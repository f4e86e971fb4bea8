//! A shop of its own for a measure: a fresh database, a catalogue, a key of staff, a running process.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::connection::Connection;

/// A shop that is not ready by then has failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// Nothing sells out while it is measured.
const PIECES: u32 = 900_000_000;

/// Which database a shop stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    /// The embedded one.
    Sqlite,
    /// A server.
    Postgres,
}

impl Database {
    /// As tables call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A running shop.
pub(crate) struct Shop {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The credential of staff.
    pub(crate) key: String,
    /// How fast the catalogue came in, in products a second.
    pub(crate) import_rate: f64,
    /// From the start of the process to the first answer, on a database that holds the catalogue.
    pub(crate) cold_start: Duration,
    setup: Setup,
    process: Child,
}

/// Where a shop's data are.
struct Setup {
    binary: PathBuf,
    folder: TempDir,
    database_url: Option<String>,
}

impl Setup {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--data-dir").arg(self.folder.path().join("data")).args(arguments).current_dir(self.folder.path());
        if let Some(url) = &self.database_url {
            command.env("TRADEWIND__DATABASE__URL", url);
        }
        command
    }

    /// Runs a command of the shop and answers its output.
    fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(arguments).output().with_context(|| format!("cannot run {}", self.binary.display()))?;
        ensure!(output.status.success(), "{arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).context("output is no text")
    }
}

impl Shop {
    /// Makes a shop with so many products and starts it.
    pub(crate) async fn open(binary: &Path, database_url: Option<String>, products: usize) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tradewind-bench-").tempdir().context("cannot make a temporary folder")?;
        let setup = Setup { binary: binary.to_owned(), folder, database_url };
        let file = setup.folder.path().join("products.jsonl");
        write_catalogue(&file, products)?;
        setup.run(&["migrate", "up"])?;
        let made: Value = serde_json::from_str(&setup.run(&["--json", "api-key", "create", "--name", "bench", "--scopes", "*"])?)?;
        let key = made.get("token").and_then(Value::as_str).context("no key was made")?.to_owned();
        let begin = Instant::now();
        setup.run(&["import", "products", file.to_str().context("a path")?])?;
        #[expect(clippy::cast_precision_loss, reason = "a count of products is far below 2^52")]
        let import_rate = products as f64 / begin.elapsed().as_secs_f64();
        let (address, process, cold_start) = start(&setup).await?;
        Ok(Self { address, key, import_rate, cold_start, setup, process })
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Asks it once, as staff, and answers the JSON.
    pub(crate) async fn read(&self, path: &str) -> Result<Value> {
        let mut connection = Connection::open(self.address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\n\r\n", self.key);
        let answer = connection.ask(request.as_bytes()).await?.expect(200)?;
        serde_json::from_slice(answer.body).with_context(|| format!("{path} is no JSON"))
    }

    /// Every rule of the data still holds; fails with those that do not.
    pub(crate) fn check(&self) -> Result<()> {
        self.setup.run(&["doctor"]).map(drop).context("a rule of the data is broken after the load")
    }
}

impl Drop for Shop {
    /// The folder goes with the shop, so that it must not write any more.
    fn drop(&mut self) {
        let _gone_already = self.process.kill();
        let _waited = self.process.wait();
    }
}

async fn start(setup: &Setup) -> Result<(SocketAddr, Child, Duration)> {
    let port =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr()).context("there is no free port")?.port();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let log = File::create(setup.folder.path().join("shop.log")).context("cannot write a log")?;
    let begin = Instant::now();
    let mut process = setup
        .command(&["serve", "--addr", &address.to_string()])
        .stdin(Stdio::null())
        .stdout(log.try_clone().context("one log")?)
        .stderr(log)
        .spawn()
        .context("cannot start the shop")?;
    while begin.elapsed() < PATIENCE {
        if is_ready(address).await {
            return Ok((address, process, begin.elapsed()));
        }
        if process.try_wait().context("cannot look after the shop")?.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let _gone_already = process.kill();
    bail!("the shop does not start: {}", std::fs::read_to_string(setup.folder.path().join("shop.log")).unwrap_or_default())
}

async fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut connection) = Connection::open(address).await else { return false };
    connection.ask(b"GET /health/ready HTTP/1.1\r\nhost: bench\r\n\r\n").await.is_ok_and(|answer| answer.status == 200)
}

/// Three variants a product, ten categories, and a description of usual length.
fn write_catalogue(path: &Path, products: usize) -> Result<()> {
    let mut file = BufWriter::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?);
    for number in 0..products {
        serde_json::to_writer(&mut file, &product(number))?;
        file.write_all(b"\n")?;
    }
    file.flush().context("cannot write the catalogue")
}

fn product(number: usize) -> Value {
    let variant = |size: &str| {
        json!({
            "sku": format!("P{number}-{size}"), "options": {"Size": size}, "tracked": true, "on_hand": PIECES, "weight_grams": 300,
            "prices": [{"amount": {"amount": 1_000 + number % 5_000, "currency": "USD"}}],
        })
    };
    json!({
        "slug": format!("product-{number}"), "title": format!("Product {number}"), "status": "active",
        "brand": format!("Brand {}", number % 50), "tags": [format!("tag-{}", number % 20)],
        "description": format!("<p>{}</p>", "What a merchant writes about a thing that is for sale. ".repeat(12)),
        "categories": [[format!("Category {}", number % 10)]],
        "options": [{"name": "Size", "values": ["S", "M", "L"]}],
        "variants": [variant("S"), variant("M"), variant("L")],
    })
}
