//! `bench run`: every measure of the table, on each database in turn.

mod after;
mod bench;
mod beside;
mod layers;
mod paid;
mod pgbench;
mod plan;
mod reads;
mod routes;
mod writes;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::process::resident_mib;
use crate::report::{Figure, Machine, Report};
use crate::shop::{Place, Shop};
use crate::store::{BareClient, Server, ServerDatabase};
use bench::Bench;
use beside::Beside;
pub(crate) use plan::{Arguments, Plan};

/// The name of the bench's database on a server.
const DATABASE: &str = "tradewind_bench";
/// That of the bare client: the same catalogue, and no shop at work on it.
const BARE_DATABASE: &str = "tradewind_bench_bare";
/// Memory is idle when what the start needed is given back.
const REST: Duration = Duration::from_secs(2);

/// Measures each database, prints the table and keeps it where the arguments say; false where an answer was wrong.
pub(crate) async fn run(arguments: &Arguments) -> Result<bool> {
    let plan = Plan::of(arguments).await?;
    let report = all(&plan).await?;
    let earlier = arguments.compare.as_deref().map(Report::read).transpose()?;
    let table = crate::report::table(&report.figures, earlier.as_ref().map(|earlier| earlier.figures.as_slice()));
    println!("{}\n\n{table}", report.machine.sentence());
    if let Some(path) = &arguments.json {
        report.write(path)?;
    }
    if let Some(path) = &arguments.markdown {
        crate::report::replace(path, "table", &format!("{}\n\n{table}", report.machine.sentence()))?;
    }
    Ok(report.is_right())
}

async fn all(plan: &Plan) -> Result<Report> {
    let machine = Machine::this(&plan.shop, plan.server.as_ref().map(|server| server.version.clone()));
    let mut figures = layers::measure(plan).await?;
    for server in [None, plan.server.as_ref()].into_iter().take(if plan.server.is_some() { 2 } else { 1 }) {
        figures.append(&mut one(plan, server).await?);
    }
    Ok(Report { machine, figures })
}

/// All measures on SQLite, or on a server.
async fn one(plan: &Plan, server: Option<&Server>) -> Result<Vec<Figure>> {
    let (ground, beside) = (Ground::make(plan, server, DATABASE).await?, Ground::make(plan, server, BARE_DATABASE).await?);
    let figures = measure(plan, server, (&ground.place, &beside.place)).await;
    ground.remove().await?;
    beside.remove().await?;
    figures
}

/// A new database and the folder beside it.
struct Ground<'a> {
    place: Place,
    server: Option<(&'a Server, ServerDatabase)>,
    folder: TempDir,
}

impl<'a> Ground<'a> {
    async fn make(plan: &Plan, server: Option<&'a Server>, name: &str) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tradewind-bench-").tempdir().context("cannot make a temporary folder")?;
        let server = match server {
            Some(server) => Some((server, server.create(name).await?)),
            None => None,
        };
        let database_url = server.as_ref().map(|(_, database)| database.url.clone());
        let place = Place { binary: plan.shop.clone(), data: folder.path().join("data"), database_url };
        Ok(Self { place, server, folder })
    }

    async fn remove(self) -> Result<()> {
        if let Some((server, database)) = self.server {
            server.remove(&database).await?;
        }
        self.folder.close().context("cannot remove the temporary folder")
    }
}

async fn measure(plan: &Plan, server: Option<&Server>, (place, beside): (&Place, &Place)) -> Result<Vec<Figure>> {
    let database = if server.is_some() { "PostgreSQL" } else { "SQLite" };
    let single = |name: &str, value: f64, unit: &str| Figure::single(database, name, value, unit);
    let ms = |shop: &Shop| shop.cold_start.as_secs_f64() * 1_000.0;
    let mut figures = Vec::new();
    eprintln!("{database}: a start in nothing, a start on an empty database, {} products", plan.products);
    figures.push(single("cold start, schema made", ms(&Shop::start(place).await?), "ms"));
    figures.push(single("cold start, empty database", ms(&Shop::start(place).await?), "ms"));
    figures.push(single("import, products of three variants", place.import(plan.products)?, "/s"));
    let keys = bench::Keys {
        staff: place.make_key("--scopes", "admin:*")?,
        reader: place.make_key("--scopes", "products:read")?,
        publishable: place.make_key("--kind", "publishable")?,
    };
    let begun = Instant::now();
    let shop = Shop::start(place).await?;
    figures.push(single("cold start, full database", ms(&shop), "ms"));
    figures.push(after::relay(&shop, begun, database, &keys.staff).await?);
    tokio::time::sleep(REST.min(plan.time)).await;
    figures.push(single("memory, idle", resident_mib(shop.process()), "MiB"));
    let mut bench = Bench::new(plan, (database, server.and_then(|server| server.process)), shop, keys);
    bench.ceiling().await?;
    bench.reads().await?;
    bench.carts(bare_client(plan, beside)?).await?;
    bench.orders().await?;
    let keys = bench.keys.clone();
    let (shop, mut measured) = bench.end();
    figures.append(&mut measured);
    tokio::time::sleep(REST.min(plan.time)).await;
    figures.push(single("memory, after", resident_mib(shop.process()), "MiB"));
    drop(shop);
    figures.extend(after::jobs(plan, place, database, &keys.staff).await?);
    figures.extend(after::fan_out(plan, place, database, &keys.staff).await?);
    figures.extend(paid::measure(plan, place, (database, server.and_then(|server| server.process)), keys).await?);
    place.check()?;
    if let Some(server) = server {
        figures.extend(pgbench::measure(server, plan)?);
    }
    Ok(figures)
}

/// What a whole checkout is held against.
fn bare_client(plan: &Plan, place: &Place) -> Result<BareClient> {
    place.run(&["migrate", "up"])?;
    place.import(plan.products)?;
    Ok(match &place.database_url {
        Some(url) => BareClient::Postgres(url.clone()),
        None => BareClient::Sqlite(place.data.join("tradewind.db")),
    })
}
