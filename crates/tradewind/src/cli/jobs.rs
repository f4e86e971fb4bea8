//! `tradewind jobs`: what the shop has to do, did, and gave up.

use kernel::{Cursor, JobId, Page, PageRequest, Position, Timestamp};
use platform::Context;
use platform::db::DatabaseError;
use platform::jobs::{self, Job, JobFilter, JobState};
use serde::Serialize;

use super::output::{Output, Shown, moment, or_dash};
use super::setup::{Globals, origin};
use super::{Exit, Stop, pages};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show jobs, newest first
    List {
        /// Only those in this state: available, running, completed, discarded or cancelled
        #[arg(long)]
        state: Option<JobState>,
        /// Only those of this kind
        #[arg(long)]
        kind: Option<String>,
        /// No more rows than this
        #[arg(long)]
        limit: Option<u64>,
    },
    /// Bring a job back that was given up
    Retry {
        /// The job's id (`job_…`)
        id: String,
    },
}

#[derive(Debug, Serialize)]
struct JobRow {
    id: String,
    kind: String,
    state: &'static str,
    attempts: i64,
    max_attempts: i64,
    run_at: Timestamp,
    created_at: Timestamp,
    last_error: Option<String>,
    payload: serde_json::Value,
}

impl From<Job> for JobRow {
    fn from(job: Job) -> Self {
        Self {
            id: job.id.to_string(),
            kind: job.kind,
            state: job.state.as_str(),
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            run_at: job.run_at,
            created_at: job.created_at,
            last_error: job.last_error,
            payload: job.payload,
        }
    }
}

impl Shown for JobRow {
    const HEAD: &'static [&'static str] = &["id", "kind", "state", "attempts", "run at", "last error"];

    fn cells(&self) -> Vec<String> {
        let attempts = format!("{}/{}", self.attempts, self.max_attempts);
        let error = or_dash(self.last_error.as_ref());
        vec![self.id.clone(), self.kind.clone(), self.state.to_owned(), attempts, moment(self.run_at), error]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let context = globals.open().await?;
    match command {
        Command::List { state, kind, limit } => {
            list(globals.output(), &context, JobFilter { state, kind, before: None }, limit).await?;
        }
        Command::Retry { id } => {
            let job = find(&context, &id).await?;
            let tx = context.begin(&origin()).await?;
            if !jobs::retry(&tx, job.id).await? {
                return Err(Stop::refused(format!("{id} is {}; only discarded jobs are brought back", job.state.as_str())).into());
            }
            tx.commit().await?;
            globals.output().note(format!("{id} will run again"));
        }
    }
    Ok(Exit::Ok)
}

async fn list(output: Output, context: &Context, filter: JobFilter, limit: Option<u64>) -> anyhow::Result<()> {
    let mut table = output.table();
    let ask = async |request: PageRequest| {
        let before = match request.position {
            Position::After(place) => place.map(|place| JobId::from_uuid(place.id)),
            Position::Number(_) => None,
        };
        // One more than is shown tells whether another page follows.
        let mut items = jobs::list(context.db.reader(), &JobFilter { before, ..filter.clone() }, i64::from(request.size) + 1).await?;
        let has_next = items.len() > request.size as usize;
        items.truncate(request.size as usize);
        let next = items.last().filter(|_| has_next).map(|job| Cursor { sort: "id".to_owned(), value: None, id: job.id.uuid() });
        Ok::<_, DatabaseError>(Page { items, has_next, next, total: None, total_is_estimate: false })
    };
    pages::each(limit, ask, |rows| table.rows(&rows.into_iter().map(JobRow::from).collect::<Vec<_>>())).await
}

async fn find(context: &Context, id: &str) -> anyhow::Result<Job> {
    let unknown = || Stop::not_found(format!("no job {id}"));
    let parsed: JobId = id.parse().map_err(|_| unknown())?;
    Ok(jobs::find(context.db.reader(), parsed).await?.ok_or_else(unknown)?)
}
