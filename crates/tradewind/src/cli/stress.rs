//! `tradewind stress`: whether this program, with these settings on this machine, keeps its promises when many want the same.

mod buyers;
mod cancels;
mod clock;
mod duel;
mod duplicates;
mod expiries;
mod insist;
mod report;
mod shop;
mod tally;
mod till;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use platform::Context;
use platform::config::{Config, Role};
use platform::db::{SpareDatabase, SpareError};

use self::report::{Phase, Report};
use self::shop::StressShop;
use super::output::Output;
use super::setup::Globals;
use super::{Exit, Stop, doctor};
use crate::server::{Server, StopSignal};

/// Connections that a stopped phase left in use must not keep the program from ending.
const CLOSE_PATIENCE: Duration = Duration::from_secs(10);

/// How much is tried.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Arguments {
    /// How many buyers act at once
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(2..=1_000))]
    buyers: u32,
    /// How often each race is run
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rounds: u32,
    /// How many carts the flash sale has
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    carts: u32,
    /// How many pieces the flash sale has
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    units: u32,
    /// How often each checkout is sent under its key
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=1_000))]
    duplicates: u32,
    /// After so many seconds a phase begins no further round
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    seconds: u32,
    /// Decides who wants what and who comes first [default: another each time]
    #[arg(long)]
    seed: Option<u64>,
}

pub(super) async fn run(globals: &Globals, arguments: Arguments) -> anyhow::Result<Exit> {
    let stop = StopSignal::catch()?;
    let config = globals.load(Vec::new())?.config;
    let spare = SpareDatabase::make(&config.database, "stress").await.map_err(|error| match error {
        SpareError::NotAllowed { .. } => anyhow::Error::from(Stop::refused(error)),
        SpareError::Connect(error) => error.into(),
        SpareError::Folder { .. } | SpareError::Database(_) => error.into(),
    })?;
    let output = globals.output();
    output.note(format!("in {}, which is dropped afterwards; the shop itself is not written", spare.name()));
    let outcome = in_spare(output, beside(config, &spare), &arguments, stop).await;
    spare.drop_whole().await?;
    let report = outcome?;
    report.show(output)?;
    Ok(report.exit())
}

/// The user's configuration, with a database and a data directory of its own, and a node that listens nowhere.
fn beside(config: Config, spare: &SpareDatabase) -> Config {
    let folder = spare.settings().sqlite_path().and_then(|file| file.parent().map(PathBuf::from));
    // Where the database is on a server no file is written; if one ever is, then not into the shop's own directory.
    let data_dir = folder.unwrap_or_else(|| std::env::temp_dir().join(spare.name()));
    Config { data_dir, database: spare.settings().clone(), roles: vec![Role::Worker], ..config }
}

/// Runs all phases, unless somebody stops them; the connections are closed in any case.
async fn in_spare(output: Output, config: Config, arguments: &Arguments, stop: StopSignal) -> anyhow::Result<Report> {
    let shop = StressShop::open(config, arguments.seed.unwrap_or_else(rand::random)).await?;
    let server = Server::start(shop.sales().clone()).await?;
    let outcome = tokio::select! {
        report = phases(output, &shop, arguments) => report,
        () = stop.received() => Err(anyhow::anyhow!("stopped before it was over: no verdict")),
    };
    if tokio::time::timeout(CLOSE_PATIENCE, server.stop()).await.is_err() {
        output.note("some connections did not come back in time");
    }
    outcome
}

async fn phases(output: Output, shop: &StressShop, arguments: &Arguments) -> anyhow::Result<Report> {
    let begun = Instant::now();
    let mut phases = Vec::new();
    for phase in Phase::ALL {
        output.note(format!("{phase}…"));
        let until = Instant::now() + Duration::from_secs(arguments.seconds.into());
        let tally = match phase {
            Phase::LastUnit => buyers::last_unit(shop, arguments, until).await?,
            Phase::FlashSale => buyers::flash_sale(shop, arguments, until).await?,
            Phase::Duplicates => duplicates::run(shop, arguments, until).await?,
            Phase::CancelOrFulfil => cancels::run(shop, arguments, until).await?,
            Phase::ExpireOrPay => expiries::run(shop, arguments, until).await?,
        };
        phases.push(tally.told(*phase));
    }
    shop.rest().await?;
    let context: &Context = &shop.sales().context;
    let checks = doctor::look(context).await;
    let seed = shop.seed();
    Ok(Report::new(seed, context.db.version().await?, begun.elapsed(), phases, checks))
}
