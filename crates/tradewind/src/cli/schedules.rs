//! `tradewind schedules`: what starts by the clock, and starting it now.

use kernel::Timestamp;
use platform::jobs::{self, ScheduleCommand, ScheduleError, ScheduleView};
use serde::Serialize;

use super::output::{Shown, moment, or_dash};
use super::setup::{Globals, origin};
use super::{Exit, Stop};
use crate::wiring;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show what starts by the clock
    List,
    /// Have a schedule's job done now
    Run {
        /// The schedule's name
        name: String,
    },
    /// Have nothing come of a schedule any more
    Pause {
        /// The schedule's name
        name: String,
    },
    /// Let a schedule go on with its next moment
    Resume {
        /// The schedule's name
        name: String,
    },
}

#[derive(Debug, Serialize)]
struct ScheduleRow {
    name: &'static str,
    cron: String,
    time_zone: &'static str,
    paused_at: Option<Timestamp>,
    last_run_at: Option<Timestamp>,
    next_run_at: Option<Timestamp>,
}

impl From<ScheduleView> for ScheduleRow {
    fn from(view: ScheduleView) -> Self {
        let ScheduleView { name, cron, time_zone, paused_at, last_run_at, next_run_at } = view;
        Self { name, cron, time_zone, paused_at, last_run_at, next_run_at }
    }
}

impl Shown for ScheduleRow {
    const HEAD: &'static [&'static str] = &["name", "cron", "time zone", "paused since", "last run", "next run"];

    fn cells(&self) -> Vec<String> {
        let [paused, last, next] = [self.paused_at, self.last_run_at, self.next_run_at].map(|time| or_dash(time.map(moment)));
        vec![self.name.to_owned(), self.cron.clone(), self.time_zone.to_owned(), paused, last, next]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let (context, output) = (globals.open().await?, globals.output());
    let schedules = wiring::schedules(&context.config)?;
    let (name, command, told) = match command {
        Command::List => {
            let listed = jobs::list_schedules(&context, &schedules).await?;
            output.list(&listed.into_iter().map(ScheduleRow::from).collect::<Vec<_>>())?;
            return Ok(Exit::Ok);
        }
        Command::Run { name } => (name, ScheduleCommand::Run, "its job waits for a worker"),
        Command::Pause { name } => (name, ScheduleCommand::Pause, "nothing comes of it any more"),
        Command::Resume { name } => (name, ScheduleCommand::Resume, "it goes on"),
    };
    match jobs::command_schedule(&context, &origin(), &schedules, &name, command).await {
        Ok(view) => output.note(format!("{}: {told}", view.name)),
        Err(ScheduleError::NotFound) => return Err(Stop::not_found(format!("no schedule {name}")).into()),
        Err(ScheduleError::Database(error)) => return Err(error.into()),
    }
    Ok(Exit::Ok)
}
