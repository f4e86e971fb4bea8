//! `tradewind migrate`: bringing the schema up, and looking at it.

use std::sync::Arc;

use kernel::SystemClock;
use platform::Context;
use platform::migrate::{self, Applied, MigrationStatus};
use serde::Serialize;

use super::Exit;
use super::output::Shown;
use super::setup::{Globals, is_absent};
use crate::wiring;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Apply the steps that are missing; an embedded database is copied aside first
    Up,
    /// Show each step and whether the database has it
    Status,
    /// Check that the database has every step, with the same texts (exit code 3 where steps are missing, 5 where it is newer)
    Verify,
}

#[derive(Debug, Serialize)]
struct Step {
    version: i64,
    name: String,
    state: &'static str,
}

impl Shown for Step {
    const HEAD: &'static [&'static str] = &["version", "name", "state"];

    fn cells(&self) -> Vec<String> {
        vec![format!("{:04}", self.version), self.name.clone(), self.state.to_owned()]
    }
}

impl From<&MigrationStatus> for Step {
    fn from(status: &MigrationStatus) -> Self {
        let state = match status.state {
            Applied::Yes => "applied",
            Applied::No => "missing",
            Applied::Changed => "changed",
            Applied::Unknown => "unknown",
        };
        Self { version: status.version, name: status.name.clone(), state }
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Up => up(globals).await,
        Command::Status => {
            show(globals, &status(globals).await?)?;
            Ok(Exit::Ok)
        }
        Command::Verify => verify(globals).await,
    }
}

async fn connect(globals: &Globals) -> anyhow::Result<Context> {
    Ok(wiring::context(globals.load(Vec::new())?.config, Arc::new(SystemClock)).await?)
}

async fn up(globals: &Globals) -> anyhow::Result<Exit> {
    let context = connect(globals).await?;
    if let Some(copy) = wiring::bring_up(&context).await? {
        globals.output().note(format!("the database of before is in {}", copy.display()));
    }
    show(globals, &migrate::status(&context.db, &wiring::migrations()).await?)?;
    Ok(Exit::Ok)
}

/// Looking at a database that is not there does not make it.
async fn status(globals: &Globals) -> anyhow::Result<Vec<MigrationStatus>> {
    let migrations = wiring::migrations();
    if is_absent(&globals.load(Vec::new())?.config) {
        let missing = |version, name: &str| MigrationStatus { version, name: name.to_owned(), state: Applied::No };
        return Ok(migrations.iter().map(|step| missing(step.version, step.name)).collect());
    }
    Ok(migrate::status(&connect(globals).await?.db, &migrations).await?)
}

async fn verify(globals: &Globals) -> anyhow::Result<Exit> {
    let mut steps = status(globals).await?;
    if !steps.iter().all(|step| step.state == Applied::No) {
        steps = migrate::verify(&connect(globals).await?.db, &wiring::migrations()).await?;
    }
    show(globals, &steps)?;
    Ok(if steps.iter().all(|step| step.state == Applied::Yes) { Exit::Ok } else { Exit::Failing })
}

fn show(globals: &Globals, steps: &[MigrationStatus]) -> anyhow::Result<()> {
    globals.output().list(&steps.iter().map(Step::from).collect::<Vec<_>>())
}
