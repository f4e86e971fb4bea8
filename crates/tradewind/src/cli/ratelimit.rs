//! `tradewind ratelimit`: limits on requests.

use platform::rate_limits::{self, Quota, Who};
use serde::Serialize;

use super::output::Shown;
use super::setup::{Globals, origin};
use super::{Exit, Stop};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show what each class of requests allows; what is left to whom, the running shop tells at /api/v1/rate-limits
    Show,
    /// Forget what somebody has used of the limits; every node does within a second
    Reset {
        /// An address, or the id of a user or API key
        #[arg(required_unless_present = "all")]
        who: Option<Who>,
        /// Everybody's
        #[arg(long, conflicts_with = "who")]
        all: bool,
    },
}

#[derive(Debug, Serialize)]
struct ClassRow {
    class: &'static str,
    limit: u64,
    window_seconds: u64,
    per_second: u64,
}

impl From<&Quota> for ClassRow {
    fn from(quota: &Quota) -> Self {
        let Quota { class, sustained, burst } = quota;
        Self { class, limit: sustained.limit(), window_seconds: sustained.window_s(), per_second: burst.limit() }
    }
}

impl Shown for ClassRow {
    const HEAD: &'static [&'static str] = &["class", "requests", "in", "at once"];

    fn cells(&self) -> Vec<String> {
        let window = format!("{} min", self.window_seconds / 60);
        vec![self.class.to_owned(), self.limit.to_string(), window, self.per_second.to_string()]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Show => show(globals)?,
        Command::Reset { who, .. } => reset(globals, who).await?,
    }
    Ok(Exit::Ok)
}

fn show(globals: &Globals) -> anyhow::Result<()> {
    let config = globals.load(Vec::new())?.config;
    let rows: Vec<ClassRow> = gateway::quotas(&config.rate_limits).iter().map(ClassRow::from).collect();
    globals.output().list(&rows)
}

async fn reset(globals: &Globals, who: Option<Who>) -> anyhow::Result<()> {
    let context = globals.open().await?;
    rate_limits::reset(&context, &origin(), who).await.map_err(|error| Stop::of(&error))?;
    let whom = who.map_or_else(|| "everybody".to_owned(), |who| who.to_string());
    globals.output().note(format!("what {whom} has used of the limits is forgotten"));
    Ok(())
}
