//! `bench growth`: the same questions of a small and of a large shop, in turns; and `bench fill`, which makes them.

mod compare;
mod explain;
mod ground;
mod queries;
mod report;
mod things;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::report::{Figure, Machine, replace};
use crate::shop::Shop;
use crate::store::Server;
use compare::{Open, Pace, Pair};
use ground::{Ground, Kept};
use report::GrowthReport;

/// Starts of the large shop; the median counts.
const STARTS: usize = 5;

/// Which shops are made, and where.
#[derive(clap::Args)]
pub(crate) struct FillArguments {
    /// The shop's binary
    #[arg(long)]
    shop: PathBuf,
    /// The superuser's URL of a PostgreSQL server; without it only SQLite is filled
    #[arg(long)]
    postgres: Option<String>,
    /// Products and orders of each shop
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000, 1_000_000])]
    sizes: Vec<i64>,
    /// The folder of the embedded databases; those of a server are called `tradewind_bench_<size>`
    #[arg(long, default_value = "target/bench")]
    at: PathBuf,
    /// Ask `tradewind doctor` afterwards
    #[arg(long)]
    check: bool,
    /// Small shops, for wrong statements
    #[arg(long)]
    smoke: bool,
}

/// What is compared.
#[derive(clap::Args)]
pub(crate) struct GrowthArguments {
    #[command(flatten)]
    fill: FillArguments,
    /// Seconds for each question, shop and round; a checkout gets three times as many
    #[arg(long, default_value_t = 1.5)]
    seconds: f64,
    /// Turns of the small and the large shop
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Connections that are busy at a time: with more of them they wait for each other, not for rows
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// Measure only what has one of these in its name, and read no plans
    #[arg(long, value_delimiter = ',', conflicts_with = "markdown")]
    only: Vec<String>,
    /// Keep the shops for the next time; a million products and orders are nine gigabytes on SQLite and twelve on PostgreSQL
    #[arg(long)]
    keep: bool,
    /// Write the figures to this file, too
    #[arg(long)]
    json: Option<PathBuf>,
    /// A document whose sections `bench:growth` and `bench:plans` become the tables
    #[arg(long)]
    markdown: Option<PathBuf>,
}

/// Makes shops and leaves them where they are; those that are there already stay.
pub(crate) async fn fill(arguments: &FillArguments) -> Result<bool> {
    let server = server(arguments).await?;
    let folder = Folder::of(arguments)?;
    for server in [None, server.as_ref()].into_iter().take(if server.is_some() { 2 } else { 1 }) {
        grounds(arguments, folder.path(), server).await?;
    }
    Ok(true)
}

/// Compares the smallest of the sizes with the largest, and reads the plans of the largest; false where an answer was wrong.
pub(crate) async fn growth(arguments: &GrowthArguments) -> Result<bool> {
    let fill = &arguments.fill;
    let server = server(fill).await?;
    let folder = Folder::of(fill)?;
    let machine = Machine::this(&fill.shop, server.as_ref().map(|server| server.version.clone()));
    let mut report = GrowthReport { machine, ..GrowthReport::default() };
    for server in [None, server.as_ref()].into_iter().take(if server.is_some() { 2 } else { 1 }) {
        let grounds = grounds(fill, folder.path(), server).await?;
        let (small, large) = grounds.first().zip(grounds.last()).context("no size was given")?;
        one(arguments, (small, large), &mut report).await?;
        if let Some((server, database)) = server.zip(large.on_server.as_ref()).filter(|_| arguments.only.is_empty()) {
            server.tell_plans(database, true).await?;
            let tables = server.large_tables(database).await?;
            let plans = explain::explain(large, Open::start(large).await?, &tables).await;
            server.tell_plans(database, false).await?;
            report.plans = plans?;
        }
        if !arguments.keep {
            for ground in &grounds {
                ground.remove(server).await?;
            }
        }
    }
    println!("{}\n\n{}\n{}", report.machine.sentence(), report.growth_table(), report.plan_table());
    if let Some(path) = &arguments.json {
        report.write(path)?;
    }
    if let Some(path) = &arguments.markdown {
        replace(path, "growth", &format!("{}\n\n{}", report.machine.sentence(), report.growth_table()))?;
        replace(path, "plans", &report.plan_table())?;
    }
    Ok(report.is_right())
}

async fn one(arguments: &GrowthArguments, (small, large): (&Ground, &Ground), report: &mut GrowthReport) -> Result<()> {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(Shop::start(&large.place).await?.cold_start.as_secs_f64() * 1_000.0);
    }
    starts.sort_by(f64::total_cmp);
    let pace = match arguments.fill.smoke {
        true => Pace { connections: 2, time: Duration::from_millis(50), rounds: 1 },
        false => {
            Pace { connections: arguments.connections, time: Duration::from_secs_f64(arguments.seconds), rounds: arguments.rounds.max(1) }
        }
    };
    let (of_small, of_large) = (Open::start(small).await?, Open::start(large).await?);
    tokio::time::sleep(pace.time).await;
    report.figures.push(Figure::single(large.database, "cold start", starts.get(STARTS / 2).copied().unwrap_or_default(), "ms"));
    report.figures.push(Figure::single(large.database, "memory, idle", of_large.memory(), "MiB"));
    report.sizes = (small.size, large.size);
    let mut pair = Pair { database: large.database, small: &of_small, large: &of_large, pace, only: &arguments.only, seen: Vec::new() };
    pair.measure().await?;
    report.seen.append(&mut pair.seen);
    report.figures.push(Figure::single(large.database, "memory, after", of_large.memory(), "MiB"));
    Ok(())
}

/// Where shops are: kept for the next time, or gone with a smoke run.
enum Folder {
    Kept(PathBuf),
    Passing(TempDir),
}

impl Folder {
    fn of(arguments: &FillArguments) -> Result<Self> {
        match arguments.smoke {
            true => Ok(Self::Passing(tempfile::tempdir().context("cannot make a temporary folder")?)),
            false => Ok(Self::Kept(arguments.at.clone())),
        }
    }

    fn path(&self) -> PathBuf {
        match self {
            Self::Kept(path) => path.clone(),
            Self::Passing(folder) => folder.path().to_owned(),
        }
    }
}

async fn server(arguments: &FillArguments) -> Result<Option<Server>> {
    match &arguments.postgres {
        Some(url) => Server::meet(url).await.map(Some),
        None => Ok(None),
    }
}

async fn grounds(arguments: &FillArguments, folder: PathBuf, server: Option<&Server>) -> Result<Vec<Ground>> {
    let sizes: &[i64] = if arguments.smoke { &[100, 200] } else { &arguments.sizes };
    let kept = Kept { folder, binary: arguments.shop.clone() };
    let mut grounds = Vec::new();
    for size in sizes {
        let ground = Ground::fill(&kept, server, *size).await?;
        if arguments.check || arguments.smoke {
            let begin = Instant::now();
            ground.place.check()?;
            eprintln!("{}: {size} of each: every rule holds, asked in {:.0} s", ground.database, begin.elapsed().as_secs_f64());
        }
        grounds.push(ground);
    }
    Ok(grounds)
}
