//! The shop that a campaign is led against: its folder, its catalogue, its process.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use raw_client::Connection;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A shop that is not ready by then never will be.
const PATIENCE: Duration = Duration::from_secs(60);
/// A process that was told to die at a place that it passes all the time has died by then.
const LONGEST_LIFE: Duration = Duration::from_secs(120);
/// How often a process is looked after.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// Enough variants that clients wait for each other's rows now and then, and not all the time.
const PRODUCTS: usize = 20;
/// Nothing sells out while it is broken.
const PIECES: u32 = 100_000_000;

/// Configuration keys as the environment names them, and their values.
pub(crate) type Settings = Vec<(&'static str, String)>;

/// A shop and its data.
pub(crate) struct Shop {
    /// Where it listens, in every life.
    pub(crate) address: SocketAddr,
    /// The credential of staff.
    pub(crate) key: String,
    /// What can be bought.
    pub(crate) variants: Vec<String>,
    /// Its data and log.
    pub(crate) folder: PathBuf,
    binary: PathBuf,
    database_url: Option<String>,
    command: &'static str,
    settings: Settings,
    process: Option<Child>,
    _folder: Option<TempDir>,
}

/// What the doctor says.
#[derive(Deserialize)]
struct Diagnosis {
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    name: String,
    health: String,
    seen: String,
}

impl Shop {
    /// Makes a shop in a folder of its own and starts it.
    pub(crate) async fn open(binary: &Path, database_url: Option<String>) -> Result<Self> {
        Self::open_with(binary, database_url, Settings::new()).await
    }

    /// The same with settings of its own.
    pub(crate) async fn open_with(binary: &Path, database_url: Option<String>, settings: Settings) -> Result<Self> {
        let folder = temporary()?;
        let mut shop = Self::found(binary, folder.path(), database_url, ("serve", settings))?.filled_and_started().await?;
        shop._folder = Some(folder);
        Ok(shop)
    }

    /// Makes a shop in this folder and starts it.
    pub(crate) async fn open_in(binary: &Path, folder: &Path, database_url: Option<String>) -> Result<Self> {
        Self::found(binary, folder, database_url, ("serve", Settings::new()))?.filled_and_started().await
    }

    async fn filled_and_started(mut self) -> Result<Self> {
        let file = self.folder.join("products.jsonl");
        let products: Vec<String> = (0..PRODUCTS).map(|number| product(number).to_string()).collect();
        fs::write(&file, products.join("\n")).with_context(|| format!("cannot write {}", file.display()))?;
        self.run(&["import", "products", file.to_str().context("a path that is no text")?])?;
        self.start(None).await?;
        self.variants = self.find_variants().await?;
        Ok(self)
    }

    /// Makes a demo shop, which has something of everything, in a folder of its own and starts it.
    pub(crate) async fn demo(binary: &Path, database_url: Option<String>, settings: Settings) -> Result<Self> {
        let folder = temporary()?;
        let mut shop = Self::found(binary, folder.path(), database_url, ("demo", settings))?;
        shop._folder = Some(folder);
        shop.start(None).await?;
        shop.variants = shop.find_variants().await?;
        Ok(shop)
    }

    /// An empty shop that does not run yet, and its key.
    fn found(binary: &Path, folder: &Path, database_url: Option<String>, (command, settings): (&'static str, Settings)) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let mut shop = Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, listener.context("there is no free port")?.port())),
            key: String::new(),
            variants: Vec::new(),
            folder: folder.to_owned(),
            binary: binary.to_owned(),
            database_url,
            command,
            settings,
            process: None,
            _folder: None,
        };
        shop.run(&["migrate", "up"])?;
        shop.key = shop.make_key("campaign", "admin:*")?;
        Ok(shop)
    }

    /// Makes a key that may do this much.
    pub(crate) fn make_key(&self, name: &str, scopes: &str) -> Result<String> {
        let made: Value = serde_json::from_str(&self.run(&["--json", "api-key", "create", "--name", name, "--scopes", scopes])?)?;
        Ok(made.get("token").and_then(Value::as_str).context("no key was made")?.to_owned())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--data-dir").arg(self.folder.join("data")).args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        // The demo has its own methods, and its orders are to stay as they are.
        if self.command != "demo" {
            command.env("TRADEWIND__PAYMENTS__METHODS", "manual,test").env("TRADEWIND__ORDERS__EXPIRE_MANUAL_MINUTES", "0");
        }
        command.env("TRADEWIND__LOG__FILTER", "warn").env("TRADEWIND__RATE_LIMITS__FACTOR", "1000000").env_remove("FAILPOINTS");
        if let Some(url) = &self.database_url {
            command.env("TRADEWIND__DATABASE__URL", url);
        }
        command.envs(self.settings.iter().map(|(key, value)| (*key, value.as_str())));
        command
    }

    /// What a command of the shop comes to.
    pub(crate) fn output(&self, arguments: &[&str]) -> Result<Output> {
        self.command(arguments).output().with_context(|| format!("cannot run {}", self.binary.display()))
    }

    /// Runs a command of the shop, which must succeed, and answers its output.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String> {
        let output = self.output(arguments)?;
        ensure!(output.status.success(), "{arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).context("output is no text")
    }

    /// Starts the process and answers how long it took to be ready. With a failpoint it is ended there.
    pub(crate) async fn start(&mut self, failpoint: Option<&str>) -> Result<Duration> {
        self.kill()?;
        let path = self.folder.join("shop.log");
        let log = File::options().create(true).append(true).open(&path).context("cannot write a log")?;
        let mut command = self.command(&[self.command, "--addr", &self.address.to_string()]);
        if let Some(failpoint) = failpoint {
            command.env("FAILPOINTS", failpoint);
        }
        let begin = Instant::now();
        let process = command.stdout(log.try_clone().context("one log")?).stderr(log).spawn().context("cannot start the shop")?;
        self.process = Some(process);
        while begin.elapsed() < PATIENCE {
            if self.is_ready().await {
                return Ok(begin.elapsed());
            }
            if !self.is_alive()? {
                break;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        bail!("the shop does not start: {}", self.last_words())
    }

    /// Whether the process lives.
    pub(crate) fn is_alive(&mut self) -> Result<bool> {
        let Some(process) = &mut self.process else { return Ok(false) };
        Ok(process.try_wait().context("cannot look after the shop")?.is_none())
    }

    /// Waits until the process has died of its own; false where it lives on.
    pub(crate) async fn dies(&mut self) -> Result<bool> {
        let begin = Instant::now();
        while self.is_alive()? {
            if begin.elapsed() > LONGEST_LIFE {
                return Ok(false);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(true)
    }

    /// kill -9, if it lives.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            // It may be dead already.
            let _killed = process.kill();
            process.wait().context("cannot wait for the shop's end")?;
        }
        Ok(())
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> Result<u32> {
        self.process.as_ref().map(Child::id).context("the shop is not running")
    }

    /// Whether it says that it is ready.
    pub(crate) async fn is_ready(&self) -> bool {
        let Ok(mut connection) = Connection::open(self.address).await else { return false };
        connection.ask(b"GET /health/ready HTTP/1.1\r\nhost: campaign\r\n\r\n").await.is_ok_and(|answer| answer.status == 200)
    }

    /// What the doctor complains of. How full the disk is is the campaign's own doing.
    pub(crate) fn complaints(&self) -> Result<Vec<String>> {
        let output = self.output(&["--json", "doctor"])?;
        let said: Diagnosis = serde_json::from_slice(&output.stdout)
            .with_context(|| format!("the doctor is not well: {}", String::from_utf8_lossy(&output.stderr)))?;
        let bad = said.checks.into_iter().filter(|check| check.health != "ok" && check.name != "disk");
        Ok(bad.map(|check| format!("doctor: {}: {}", check.name, check.seen)).collect())
    }

    /// What it wrote to its log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("shop.log")).unwrap_or_default()
    }

    fn last_words(&self) -> String {
        let log = self.log();
        let mut lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.reverse();
        lines.join("\n")
    }

    async fn find_variants(&self) -> Result<Vec<String>> {
        let mut connection = Connection::open(self.address).await?;
        let asked = raw_client::request("GET", "/api/v1/products?per_page=100&include=variants", "", "");
        let page: Value = serde_json::from_slice(connection.ask(&asked).await?.expect(200)?.body)?;
        let products = page.get("data").and_then(Value::as_array).context("no products")?;
        let variants = products.iter().filter_map(|product| product.get("variants")?.as_array()).flatten();
        let shipped = variants.filter(|variant| variant.get("requires_shipping") == Some(&Value::Bool(true)));
        let ids: Vec<String> = shipped.filter_map(|variant| Some(variant.get("id")?.as_str()?.to_owned())).collect();
        ensure!(!ids.is_empty(), "there is nothing to buy");
        Ok(ids)
    }
}

impl Drop for Shop {
    /// The folder goes with the shop, so that it must not write any more.
    fn drop(&mut self) {
        let _killed = self.kill();
    }
}

fn temporary() -> Result<TempDir> {
    tempfile::Builder::new().prefix("tradewind-campaign-").tempdir().context("cannot make a temporary folder")
}

fn product(number: usize) -> Value {
    json!({
        "slug": format!("product-{number}"), "title": format!("Product {number}"), "status": "active",
        "options": [{"name": "Size", "values": ["S"]}],
        "variants": [{
            "sku": format!("P{number}-S"), "options": {"Size": "S"}, "tracked": true, "on_hand": PIECES, "weight_grams": 300,
            "prices": [{"amount": {"amount": 1_000 + number, "currency": "USD"}}],
        }],
    })
}
