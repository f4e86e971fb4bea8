//! A shop of its own for a measure: a fresh database, a catalogue, a key of staff, a running process.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use raw_client::Connection;

/// A shop that is not ready by then has failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// Limits are part of what is measured, and one client here stands for thousands.
const RATE_LIMIT_FACTOR: &str = "1000000";
/// Nothing sells out while it is measured.
const PIECES: u32 = 900_000_000;

/// Where a shop's data are, and which program works on them.
#[derive(Debug)]
pub(crate) struct Place {
    /// The shop's binary.
    pub(crate) binary: PathBuf,
    /// Its data directory.
    pub(crate) data: PathBuf,
    /// Its database, where that is not in the data directory.
    pub(crate) database_url: Option<String>,
}

impl Place {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--data-dir").arg(&self.data).args(arguments);
        command.env("TRADEWIND__MODE", "production").env("TRADEWIND__RATE_LIMITS__FACTOR", RATE_LIMIT_FACTOR);
        if let Some(url) = &self.database_url {
            command.env("TRADEWIND__DATABASE__URL", url);
        }
        command
    }

    /// Runs a command of the shop and answers its output.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command(arguments).output().with_context(|| format!("cannot run {}", self.binary.display()))?;
        let said = || format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "{arguments:?} failed: {}", said());
        String::from_utf8(output.stdout).context("output is no text")
    }

    /// The token of a new API key with these scopes, or of this kind.
    pub(crate) fn make_key(&self, option: &str, value: &str) -> Result<String> {
        let made: Value = serde_json::from_str(&self.run(&["--json", "api-key", "create", "--name", "bench", option, value])?)?;
        made.get("token").and_then(Value::as_str).map(str::to_owned).context("no key was made")
    }

    /// Imports a catalogue of so many products; products a second.
    pub(crate) fn import(&self, products: usize) -> Result<f64> {
        let file = self.data.with_extension("jsonl");
        std::fs::create_dir_all(&self.data).with_context(|| format!("cannot make {}", self.data.display()))?;
        write_catalogue(&file, products)?;
        let begin = Instant::now();
        self.run(&["import", "products", file.to_str().context("a path")?])?;
        #[expect(clippy::cast_precision_loss, reason = "a count of products is far below 2^52")]
        let rate = products as f64 / begin.elapsed().as_secs_f64();
        std::fs::remove_file(&file).context("cannot remove the catalogue")?;
        Ok(rate)
    }

    /// Imports one more product.
    pub(crate) fn import_one(&self, product: &Value) -> Result<()> {
        let file = self.data.with_extension("jsonl");
        std::fs::write(&file, product.to_string()).context("cannot write a product")?;
        self.run(&["import", "products", file.to_str().context("a path")?])?;
        std::fs::remove_file(&file).context("cannot remove the product's file")
    }

    /// What the shop logs when it runs.
    pub(crate) fn log(&self) -> PathBuf {
        self.data.with_extension("log")
    }

    /// Every rule of the data holds; fails with those that do not.
    pub(crate) fn check(&self) -> Result<()> {
        self.run(&["doctor"]).map(drop).context("a rule of the data is broken")
    }
}

/// A running shop.
pub(crate) struct Shop {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first answer.
    pub(crate) cold_start: Duration,
    process: Child,
}

impl Shop {
    /// Starts a shop.
    pub(crate) async fn start(place: &Place) -> Result<Self> {
        Self::start_with(place, &[]).await
    }

    /// Starts a shop with more variables.
    pub(crate) async fn start_with(place: &Place, variables: &[(&str, &str)]) -> Result<Self> {
        let address = free_address()?;
        std::fs::create_dir_all(&place.data).with_context(|| format!("cannot make {}", place.data.display()))?;
        let log_path = place.log();
        let log = File::create(&log_path).context("cannot write a log")?;
        let begin = Instant::now();
        let process = place
            .command(&["serve", "--addr", &address.to_string()])
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("one log")?)
            .stderr(log)
            .spawn()
            .context("cannot start the shop")?;
        let mut shop = Self { address, cold_start: Duration::ZERO, process };
        while begin.elapsed() < PATIENCE {
            if is_ready(address).await {
                shop.cold_start = begin.elapsed();
                return Ok(shop);
            }
            if shop.process.try_wait().context("cannot look after the shop")?.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!("the shop does not start: {}", std::fs::read_to_string(log_path).unwrap_or_default())
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Asks it once and answers the JSON.
    pub(crate) async fn read(&self, path: &str, key: &str) -> Result<Value> {
        let mut connection = Connection::open(self.address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\n\r\n");
        let answer = connection.ask(request.as_bytes()).await?.expect(200)?;
        serde_json::from_slice(answer.body).with_context(|| format!("{path} is no JSON"))
    }
}

impl Drop for Shop {
    /// Its folder may go next, so that it must not write any more.
    fn drop(&mut self) {
        let _gone_already = self.process.kill();
        let _waited = self.process.wait();
    }
}

/// A port of the loopback address that nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    listener.local_addr().context("there is no free port")
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
