//! What is measured, for how long.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::load::{Load, wants};
use crate::store::Server;

/// What can be chosen.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The shop's binary
    #[arg(long)]
    pub(crate) shop: PathBuf,
    /// The superuser's URL of a PostgreSQL server; without it only SQLite is measured
    #[arg(long)]
    pub(crate) postgres: Option<String>,
    /// Seconds for each measure of the shop
    #[arg(long, default_value_t = 10.0)]
    pub(crate) seconds: f64,
    /// Times that shop and floor take turns within a measure
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: u32,
    /// Connections that are busy at a time
    #[arg(long, default_value_t = 32)]
    pub(crate) connections: usize,
    /// Products in the shop
    #[arg(long, default_value_t = 1_000)]
    pub(crate) products: usize,
    /// Measure only what has one of these in its name
    #[arg(long)]
    pub(crate) only: Vec<String>,
    /// Write the figures to this file, too
    #[arg(long)]
    pub(crate) json: Option<PathBuf>,
    /// Figures of an earlier run to compare with
    #[arg(long)]
    pub(crate) compare: Option<PathBuf>,
    /// A document whose section `bench:table` becomes the table
    #[arg(long)]
    pub(crate) markdown: Option<PathBuf>,
    /// As short as can be: for wrong answers, not for figures
    #[arg(long)]
    pub(crate) smoke: bool,
}

/// What to measure.
pub(crate) struct Plan {
    /// The shop's binary.
    pub(crate) shop: PathBuf,
    /// A PostgreSQL server.
    pub(crate) server: Option<Server>,
    /// For each measure of the shop.
    pub(crate) time: Duration,
    /// Turns of shop and floor.
    pub(crate) rounds: u32,
    /// Before anything counts.
    pub(crate) warm_up: Duration,
    /// Connections that are busy at a time.
    pub(crate) connections: usize,
    /// A lone client, and more clients than the shop has connections to its database.
    pub(crate) other_connections: [usize; 2],
    /// Products in the shop.
    pub(crate) products: usize,
    /// Parts of names.
    pub(crate) only: Vec<String>,
}

impl Plan {
    /// As the arguments say.
    pub(crate) async fn of(arguments: &Arguments) -> Result<Self> {
        let server = match &arguments.postgres {
            Some(url) => Some(Server::meet(url).await?),
            None => None,
        };
        let full = Self {
            shop: arguments.shop.clone(),
            server,
            time: Duration::from_secs_f64(arguments.seconds),
            rounds: arguments.rounds.max(1),
            warm_up: Duration::from_millis(700),
            connections: arguments.connections,
            other_connections: [1, 256],
            products: arguments.products,
            only: arguments.only.clone(),
        };
        let short = |plan: Self| Self {
            time: Duration::from_millis(300),
            rounds: 1,
            warm_up: Duration::from_millis(50),
            connections: 8,
            other_connections: [1, 16],
            products: 60,
            ..plan
        };
        Ok(if arguments.smoke { short(full) } else { full })
    }

    /// One turn of the shop.
    pub(crate) fn load(&self, connections: usize) -> Load {
        Load { connections, warm_up: self.warm_up, time: self.time / self.rounds }
    }

    /// One turn of a floor, which is steadier and gets half the time.
    pub(crate) fn floor_load(&self, connections: usize) -> Load {
        let load = self.load(connections);
        Load { warm_up: load.warm_up / 2, time: load.time / 2, ..load }
    }

    /// Whether nothing but wrong answers is looked for.
    pub(crate) fn is_short(&self) -> bool {
        self.time < Duration::from_secs(1)
    }

    /// Whether a measure was asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        wants(&self.only, name)
    }
}
