//! `tradewind jobs`: what the shop has to do, did, and gave up; and holding it.

use std::time::{Duration, Instant};

use kernel::{JobId, PageRequest, Timestamp};
use platform::Context;
use platform::jobs::{self, JobCommandError, JobFilter, JobState, Progress, Queue, QueueView, StoredJob};
use serde::Serialize;

use super::output::{Output, Shown, moment, or_dash};
use super::setup::{Globals, origin};
use super::{Exit, Stop, pages};

/// How often `drain` looks.
const LOOK: Duration = Duration::from_millis(250);

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show jobs, newest first
    List(ListArguments),
    /// Show one job
    Show {
        /// The job's id (`job_…`)
        id: String,
    },
    /// Bring a job back that was given up or called off, or all that were given up of a kind
    Retry {
        /// The job's id (`job_…`)
        #[arg(required_unless_present = "all_of")]
        id: Option<String>,
        /// All discarded jobs of this kind
        #[arg(long, conflicts_with = "id")]
        all_of: Option<String>,
    },
    /// Call a job off: one that waits at once, one that runs when its handler looks
    Cancel {
        /// The job's id (`job_…`)
        id: String,
    },
    /// Show the queues and what is in them
    Queues,
    /// Have nothing of a queue begun any more
    Pause {
        /// money, default, mail, push or bulk
        queue: Queue,
    },
    /// Let a queue go on
    Resume {
        /// money, default, mail, push or bulk
        queue: Queue,
    },
    /// Pause a queue and wait until nothing of it runs
    Drain {
        /// money, default, mail, push or bulk
        queue: Queue,
        /// Wait no longer than this; the queue stays paused
        #[arg(long, default_value_t = 300)]
        timeout_s: u64,
    },
    /// Enqueue jobs for a crash campaign
    #[cfg(feature = "failpoints")]
    #[command(hide = true)]
    Trial {
        /// How many
        count: i64,
    },
    /// Say what has become of them
    #[cfg(feature = "failpoints")]
    #[command(hide = true)]
    Verdict,
}

#[derive(Debug, clap::Args)]
pub(super) struct ListArguments {
    /// Only those in this state: available, running, completed, discarded or cancelled
    #[arg(long)]
    state: Option<JobState>,
    /// Only those of this kind
    #[arg(long)]
    kind: Option<String>,
    /// Only those of this queue: money, default, mail, push or bulk
    #[arg(long)]
    queue: Option<Queue>,
    /// No more rows than this
    #[arg(long)]
    limit: Option<u64>,
}

#[derive(Debug, Serialize)]
struct JobRow {
    id: String,
    queue: Queue,
    kind: String,
    state: JobState,
    attempts: i64,
    max_attempts: i64,
    run_at: Timestamp,
    created_at: Timestamp,
    finished_at: Option<Timestamp>,
    cancel_requested_at: Option<Timestamp>,
    progress: Option<Progress>,
    last_error: Option<String>,
    payload: serde_json::Value,
}

impl From<StoredJob> for JobRow {
    fn from(job: StoredJob) -> Self {
        Self {
            id: job.id.to_string(),
            queue: job.queue,
            kind: job.kind,
            state: job.state,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            run_at: job.run_at,
            created_at: job.created_at,
            finished_at: job.finished_at,
            cancel_requested_at: job.cancel_requested_at,
            progress: job.progress,
            last_error: job.last_error,
            payload: job.payload,
        }
    }
}

impl Shown for JobRow {
    const HEAD: &'static [&'static str] = &["id", "queue", "kind", "state", "attempts", "run at", "done", "last error"];

    fn cells(&self) -> Vec<String> {
        let attempts = format!("{}/{}", self.attempts, self.max_attempts);
        let done = self.progress.as_ref().map(|at| at.total.map_or_else(|| at.done.to_string(), |total| format!("{}/{total}", at.done)));
        vec![
            self.id.clone(),
            self.queue.to_string(),
            self.kind.clone(),
            self.state.to_string(),
            attempts,
            moment(self.run_at),
            or_dash(done.as_ref()),
            or_dash(self.last_error.as_ref()),
        ]
    }
}

#[derive(Debug, Serialize)]
struct QueueRow {
    queue: Queue,
    paused_at: Option<Timestamp>,
    available: i64,
    due: i64,
    running: i64,
    discarded: i64,
    oldest_due_at: Option<Timestamp>,
}

impl From<QueueView> for QueueRow {
    fn from(view: QueueView) -> Self {
        let QueueView { queue, paused_at, available, due, running, discarded, oldest_due_at } = view;
        Self { queue, paused_at, available, due, running, discarded, oldest_due_at }
    }
}

impl Shown for QueueRow {
    const HEAD: &'static [&'static str] = &["queue", "paused since", "waiting", "due", "running", "discarded", "oldest due"];

    fn cells(&self) -> Vec<String> {
        let when = |time: Option<Timestamp>| or_dash(time.map(moment).as_ref());
        let counts = [self.available, self.due, self.running, self.discarded].map(|count| count.to_string());
        let mut cells = vec![self.queue.to_string(), when(self.paused_at)];
        cells.extend(counts);
        cells.push(when(self.oldest_due_at));
        cells
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let (context, output) = (globals.open().await?, globals.output());
    match command {
        Command::List(arguments) => list(output, &context, arguments).await?,
        Command::Show { id } => {
            let found = jobs::find(context.db.reader(), parse(&id)?).await?;
            output.one(&JobRow::from(found.ok_or_else(|| unknown(&id))?))?;
        }
        Command::Retry { id, all_of } => retry(output, &context, id, all_of).await?,
        Command::Cancel { id } => {
            let job = jobs::cancel(&context, &origin(), parse(&id)?).await.map_err(|error| refused(&id, error))?;
            output.note(if job.state == JobState::Cancelled { format!("{id} is called off") } else { format!("{id} is asked to end") });
        }
        Command::Queues => {
            let queues = jobs::queues(context.db.reader(), context.now()).await?;
            output.list(&queues.into_iter().map(QueueRow::from).collect::<Vec<_>>())?;
        }
        Command::Pause { queue } => {
            jobs::pause(&context, &origin(), queue).await?;
            output.note(format!("nothing of {queue} is begun any more"));
        }
        Command::Resume { queue } => {
            jobs::resume(&context, &origin(), queue).await?;
            output.note(format!("{queue} goes on"));
        }
        Command::Drain { queue, timeout_s } => drain(output, &context, queue, Duration::from_secs(timeout_s)).await?,
        #[cfg(feature = "failpoints")]
        Command::Trial { count } => jobs::enqueue_trial(&context, count).await?,
        #[cfg(feature = "failpoints")]
        Command::Verdict => output.json(&jobs::trial_verdict(&context).await?)?,
    }
    Ok(Exit::Ok)
}

async fn list(output: Output, context: &Context, arguments: ListArguments) -> anyhow::Result<()> {
    let ListArguments { state, kind, queue, limit } = arguments;
    let filter = JobFilter { states: state.into_iter().collect(), kind, queues: queue.into_iter().collect() };
    let mut table = output.table();
    let ask = async |request: PageRequest| jobs::list(context.db.reader(), &filter, true, &request).await;
    pages::each(limit, ask, |rows| table.rows(&rows.into_iter().map(JobRow::from).collect::<Vec<_>>())).await
}

async fn retry(output: Output, context: &Context, id: Option<String>, all_of: Option<String>) -> anyhow::Result<()> {
    if let Some(id) = id {
        jobs::retry(context, &origin(), parse(&id)?).await.map_err(|error| refused(&id, error))?;
        output.note(format!("{id} will run again"));
    }
    if let Some(kind) = all_of {
        let retried = jobs::retry_all(context, &origin(), &kind).await?;
        output.note(format!("{retried} jobs of kind {kind} will run again"));
    }
    Ok(())
}

/// Whoever waits here is told why nothing moves, or that nothing runs any more.
async fn drain(output: Output, context: &Context, queue: Queue, patience: Duration) -> anyhow::Result<()> {
    jobs::pause(context, &origin(), queue).await?;
    let begun = Instant::now();
    while !jobs::drained(context.db.reader(), queue).await? {
        if begun.elapsed() >= patience {
            return Err(Stop::refused(format!(
                "{queue} is paused, but something of it still runs; see `tradewind jobs list --state running`"
            ))
            .into());
        }
        tokio::time::sleep(LOOK).await;
    }
    output.note(format!("{queue} is paused and nothing of it runs; `tradewind jobs resume {queue}` lets it go on"));
    Ok(())
}

fn unknown(id: &str) -> Stop {
    Stop::not_found(format!("no job {id}"))
}

fn parse(id: &str) -> Result<JobId, Stop> {
    id.parse().map_err(|_| unknown(id))
}

fn refused(id: &str, error: JobCommandError) -> anyhow::Error {
    match error {
        JobCommandError::NotFound => unknown(id).into(),
        JobCommandError::NotOver(_) | JobCommandError::Over(_) | JobCommandError::Doubled => Stop::refused(format!("{id}: {error}")).into(),
        JobCommandError::Database(error) => error.into(),
    }
}
