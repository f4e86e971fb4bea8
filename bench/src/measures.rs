//! What is measured, in which order.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::connection::Connection;
use crate::load::{self, Seen, Visit};
use crate::process::{family_seconds, processor_seconds, resident_mib};
use crate::report::Figure;
use crate::shop::{Database, Shop};
use crate::visits::{Buy, Fetch, FillCart};

/// The same load on the floor and on the shop, so many times shorter: the floor is steady.
const FLOOR_SHARE: u32 = 2;
/// A lone client, and more clients than the shop has connections to its database.
const OTHER_LOADS: [usize; 2] = [1, 256];

/// What to measure.
pub(crate) struct Plan {
    /// The shop's binary.
    pub(crate) shop: PathBuf,
    /// The superuser's URL of a PostgreSQL server.
    pub(crate) postgres: Option<String>,
    /// For each measure.
    pub(crate) time: Duration,
    /// Connections that are busy at a time.
    pub(crate) connections: usize,
    /// Products in the shop.
    pub(crate) products: usize,
    /// Parts of names.
    pub(crate) only: Vec<String>,
}

/// Measures each database in turn.
pub(crate) async fn all(plan: &Plan) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let postgres = plan.postgres.as_ref().map(|_| Database::Postgres);
    for database in [Some(Database::Sqlite), postgres].into_iter().flatten() {
        let url = plan.postgres.clone().filter(|_| database == Database::Postgres);
        let server = url.as_deref().and_then(postmaster);
        eprintln!("{}: filling a shop with {} products", database.name(), plan.products);
        let shop = Shop::open(&plan.shop, url, plan.products).await?;
        let mut bench = Bench { plan, database, server, shop, figures: Vec::new() };
        bench.measure().await?;
        bench.shop.check()?;
        figures.append(&mut bench.figures);
    }
    Ok(figures)
}

/// The process of a server on this machine: what listens on the port of its URL wrote its number into its folder.
fn postmaster(url: &str) -> Option<u32> {
    let port = url.rsplit_once(':')?.1.split('/').next()?;
    let found = Command::new("pgrep").args(["-f", &format!("postgres.*port={port}")]).output().ok()?;
    String::from_utf8(found.stdout).ok()?.lines().next()?.trim().parse().ok()
}

struct Bench<'a> {
    plan: &'a Plan,
    database: Database,
    server: Option<u32>,
    shop: Shop,
    figures: Vec<Figure>,
}

impl Bench<'_> {
    async fn measure(&mut self) -> Result<()> {
        self.note("import", self.shop.import_rate, "products/s");
        self.note("cold start", self.shop.cold_start.as_secs_f64() * 1_000.0, "ms");
        self.note("memory idle", resident_mib(self.shop.process()), "MiB");
        self.reads().await?;
        self.carts().await?;
        self.orders().await?;
        self.note("memory after", resident_mib(self.shop.process()), "MiB");
        Ok(())
    }

    async fn reads(&mut self) -> Result<()> {
        let most = self.plan.products;
        let products: Vec<String> = (0..most).map(|number| format!("/api/v1/products/product-{number}")).collect();
        self.fetch("product read", &products, "", 200).await?;
        for connections in OTHER_LOADS {
            let visit = |client| Fetch::new(&products, "", 200, client * 31);
            self.load("product read", connections, visit, None).await?;
        }
        let one: Vec<String> = products.into_iter().take(1).collect();
        let tag = self.tag_of(one.first().map_or("", String::as_str)).await?;
        self.fetch("product read, not modified", &one, &format!("if-none-match: {tag}\r\n"), 304).await?;
        self.fetch("list of 20", &["/api/v1/products?per_page=20".to_owned()], "", 200).await?;
        let filtered: Vec<String> =
            (0..10).map(|n| format!("/api/v1/products?filter[category]=category-{n}&filter[in_stock]=true&sort=-price")).collect();
        self.fetch("category list with filters", &filtered, "", 200).await
    }

    async fn carts(&mut self) -> Result<()> {
        let variants = self.variants().await?;
        let fill = |client| FillCart::new(Arc::clone(&variants), client);
        self.load("cart and line", self.plan.connections, fill, None).await?;
        for connections in [OTHER_LOADS.as_slice(), &[self.plan.connections]].concat() {
            let buy = |client| Buy::new(Arc::clone(&variants), client);
            self.load("whole checkout", connections, buy, None).await?;
        }
        Ok(())
    }

    async fn orders(&mut self) -> Result<()> {
        let staff = format!("authorization: Bearer {}\r\n", self.shop.key);
        let newest = self.shop.read("/api/v1/orders?per_page=50").await?;
        let ids = newest.get("data").and_then(Value::as_array).into_iter().flatten().filter_map(|order| order.get("id")?.as_str());
        let orders: Vec<String> = ids.map(|id| format!("/api/v1/orders/{id}")).collect();
        self.fetch("order read", &orders, &staff, 200).await?;
        self.fetch("staff order list", &["/api/v1/orders?per_page=20".to_owned()], &staff, 200).await
    }

    /// Loads the shop with reads, and a floor with the first of its answers.
    async fn fetch(&mut self, name: &str, paths: &[String], headers: &str, status: u16) -> Result<()> {
        if !self.is_wanted(name) || paths.is_empty() {
            return Ok(());
        }
        // A floor always answers in full: a 304 has less to send, and is held against the same.
        let full = headers.split("\r\n").find(|line| line.starts_with("authorization")).map_or(String::new(), |line| format!("{line}\r\n"));
        let floor = Floor::open(self.shop.address, paths.first().map_or("", String::as_str), &full).await?;
        let same = |client| Fetch::new(&["/".to_owned()], headers, 200, client);
        let seen = load::run(floor.address, (self.plan.connections, self.plan.time / FLOOR_SHARE), same, || ()).await?;
        drop(floor);
        let visit = |client| Fetch::new(paths, headers, status, client * 31);
        self.load(name, self.plan.connections, visit, Some(seen.rate())).await
    }

    async fn load<V: Visit>(&mut self, name: &str, connections: usize, make: impl Fn(usize) -> V, floor: Option<f64>) -> Result<()> {
        if !self.is_wanted(name) {
            return Ok(());
        }
        eprintln!("{}: {name} on {connections} connections", self.database.name());
        let (own, server) = (self.shop.process(), self.server);
        let used = move || (processor_seconds(own), server.map_or(0.0, family_seconds));
        let mut before = (0.0, 0.0);
        let seen = load::run(self.shop.address, (connections, self.plan.time), make, || before = used()).await?;
        let after = used();
        let figure = Figure::of(self.database.name(), name, connections, &seen);
        self.figures.push(Figure {
            floor_rate: floor,
            ..figure.with_processor(per_visit(&seen, after.0 - before.0), per_visit(&seen, after.1 - before.1))
        });
        Ok(())
    }

    fn note(&mut self, name: &str, value: f64, unit: &str) {
        self.figures.push(Figure::single(self.database.name(), name, value, unit));
    }

    fn is_wanted(&self, name: &str) -> bool {
        self.plan.only.is_empty() || self.plan.only.iter().any(|part| name.contains(part.as_str()))
    }

    async fn tag_of(&self, path: &str) -> Result<String> {
        let mut connection = Connection::open(self.shop.address).await?;
        let answer = connection.ask(format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").as_bytes()).await?.expect(200)?;
        answer.header("etag").map(str::to_owned).context("no ETag")
    }

    /// Variants of up to a hundred products.
    async fn variants(&self) -> Result<Arc<[String]>> {
        let page = self.shop.read("/api/v1/products?per_page=100&include=variants").await?;
        let products = page.get("data").and_then(Value::as_array).context("products")?;
        let variants = products.iter().filter_map(|product| product.get("variants")?.as_array()).flatten();
        Ok(variants.filter_map(|variant| Some(variant.get("id")?.as_str()?.to_owned())).collect())
    }
}

/// Microseconds of processor time for each visit.
fn per_visit(seen: &Seen, seconds: f64) -> f64 {
    seconds * 1_000_000.0 / (seen.rate() * seen.time.as_secs_f64()).max(1.0)
}

/// A bare server that answers what the shop answered.
struct Floor {
    address: SocketAddr,
    process: Child,
    _answer: tempfile::NamedTempFile,
}

impl Floor {
    async fn open(shop: SocketAddr, path: &str, headers: &str) -> Result<Self> {
        let mut connection = Connection::open(shop).await?;
        let answer = connection.ask(format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{headers}\r\n").as_bytes()).await?.expect(200)?;
        let file = tempfile::NamedTempFile::new().context("a temporary file")?;
        std::fs::write(file.path(), [answer.head, b"\r\n\r\n", answer.body].concat()).context("cannot write the answer")?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr())?.port();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let own = std::env::current_exe().context("cannot find this program")?;
        let mut command = Command::new(own);
        command.args(["floor", "--addr", &address.to_string(), "--answer"]).arg(file.path()).stdin(Stdio::null());
        let floor = Self { address, process: command.spawn().context("cannot start the floor")?, _answer: file };
        while Connection::open(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(floor)
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        let _gone_already = self.process.kill();
        let _waited = self.process.wait();
    }
}
