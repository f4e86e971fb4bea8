//! What commands begin with: the configuration, and a shop that is ready to be asked.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use kernel::{Actor, Origin, SystemClock};
use platform::config::{Config, ConfigError, Flags, Loaded, Log, LogFormat, load};
use platform::migrate::{self, Applied};
use platform::{Context, telemetry};

use super::exit::Stop;
use super::output::Output;
use crate::wiring;

/// The options that every command takes.
#[derive(Debug, Clone, Args)]
pub(super) struct Globals {
    /// The configuration file; `tradewind.toml` is read where there is one
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Where the embedded database, files and generated secrets live [default: ./tradewind-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data_dir: Option<PathBuf>,
    /// Answer with JSON: one object, or one object a line for lists
    #[arg(long, global = true)]
    pub(super) json: bool,
}

impl Globals {
    /// The effective configuration; `more` are keys that the command's own flags set.
    pub(super) fn load(&self, more: Vec<(&str, String)>) -> Result<Loaded, ConfigError> {
        let data_dir = self.data_dir.iter().map(|path| ("data_dir", path.display().to_string()));
        let values = data_dir.chain(more).map(|(key, value)| (key.to_owned(), value)).collect();
        load(&Flags { config: self.config.clone(), values })
    }

    /// The command's voice.
    pub(super) const fn output(&self) -> Output {
        Output::new(self.json)
    }

    /// Connects to the shop's database for a command that reads or writes it.
    ///
    /// An embedded database that is not there is made and migrated. One that is there is never migrated by the way: `serve`
    /// and `migrate up` do that, so that a glance with a newer program changes nothing.
    pub(super) async fn open(&self) -> anyhow::Result<Context> {
        let config = self.load(Vec::new())?.config;
        let absent = is_absent(&config);
        let context = wiring::context(config, Arc::new(SystemClock)).await?;
        if absent {
            wiring::bring_up(&context).await?;
            return Ok(context);
        }
        let steps = migrate::verify(&context.db, &wiring::migrations()).await?;
        let missing = steps.iter().filter(|step| step.state == Applied::No).count();
        if missing > 0 {
            return Err(
                Stop::refused(format!("the database lacks {missing} migrations: run `tradewind migrate up` or `tradewind serve`")).into()
            );
        }
        Ok(context)
    }
}

/// True where the database is embedded and its file does not exist yet.
pub(super) fn is_absent(config: &Config) -> bool {
    config.database.sqlite_path().is_some_and(|path| !path.exists())
}

/// Whoever sits at the command line.
pub(super) const fn origin() -> Origin {
    Origin::of(Actor::CommandLine)
}

/// Logs of a command that people wait for: warnings, readable, beside its answer.
pub(super) fn log_quietly() -> anyhow::Result<()> {
    Ok(telemetry::install(&Log { filter: "warn".to_owned(), format: LogFormat::Text })?)
}
