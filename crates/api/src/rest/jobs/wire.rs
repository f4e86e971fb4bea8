//! How jobs and schedules look.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec};
use kernel::Timestamp;
use platform::jobs::{JobFilter, JobState, Progress, Queue, QueueView, ScheduleView, StoredJob};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::schema;

/// The list of jobs.
pub(super) struct Jobs;

impl ListRoute for Jobs {
    const SPEC: ListSpec = ListSpec {
        filters: &[("state", FilterKind::OneOf(JobState::WORDS)), ("kind", FilterKind::Text), ("queue", FilterKind::OneOf(Queue::WORDS))],
        ..ListSpec::PLAIN
    };
}

/// The list of queues, and that of schedules.
pub(super) struct ByName;

impl ListRoute for ByName {
    const SPEC: ListSpec = ListSpec { sorts: &["name"], default_sort: "name", ..ListSpec::PLAIN };
}

pub(super) fn filter(list: &ListQuery) -> JobFilter {
    let filters = &list.filters;
    JobFilter {
        states: filters.parsed("state").unwrap_or_default(),
        kind: filters.text("kind").map(str::to_owned),
        queues: filters.parsed("queue").unwrap_or_default(),
    }
}

/// Something that the shop has to do, or did.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobView {
    /// Its id (`job_…`).
    #[schema(value_type = schema::JobId)]
    id: String,
    /// Where it waits or waited.
    #[schema(value_type = schema::JobQueue)]
    queue: &'static str,
    /// What is done: `account_mail.send`.
    #[schema(max_length = 64)]
    kind: String,
    /// Where it stands.
    #[schema(value_type = schema::JobState)]
    state: &'static str,
    /// What it is done to: ids, never personal data.
    #[schema(value_type = Value)]
    payload: Value,
    /// How often it was begun.
    attempts: i64,
    /// How often it may be begun.
    max_attempts: i64,
    /// Not before this moment.
    #[schema(value_type = String, format = DateTime)]
    run_at: Timestamp,
    /// How far it is, where it says so.
    progress: Option<JobProgressView>,
    /// When somebody asked for its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    cancel_requested_at: Option<Timestamp>,
    /// What went wrong last.
    last_error: Option<String>,
    /// When it was done, called off or given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// How far a job is.
#[derive(Debug, Serialize, ToSchema)]
struct JobProgressView {
    /// So much is done.
    done: i64,
    /// Of so much, where that is known.
    total: Option<i64>,
    /// What it is at, for people.
    note: Option<String>,
}

impl From<Progress> for JobProgressView {
    fn from(Progress { done, total, note }: Progress) -> Self {
        Self { done, total, note }
    }
}

impl From<StoredJob> for JobView {
    fn from(job: StoredJob) -> Self {
        Self {
            id: job.id.to_string(),
            queue: job.queue.as_str(),
            kind: job.kind,
            state: job.state.as_str(),
            payload: job.payload,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            run_at: job.run_at,
            progress: job.progress.map(JobProgressView::from),
            cancel_requested_at: job.cancel_requested_at,
            last_error: job.last_error,
            finished_at: job.finished_at,
            created_at: job.created_at,
        }
    }
}

/// A queue and how much is in it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobQueueView {
    /// Its name.
    #[schema(value_type = schema::JobQueue)]
    name: &'static str,
    /// Since when nothing of it is begun, where it is held.
    #[schema(value_type = Option<String>, format = DateTime)]
    paused_at: Option<Timestamp>,
    /// Jobs that wait for their time or a worker.
    available: i64,
    /// Of these, those whose time has come.
    due: i64,
    /// Jobs that a worker has.
    running: i64,
    /// Jobs that were given up.
    discarded: i64,
    /// Since when the oldest of those whose time has come waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_due_at: Option<Timestamp>,
}

impl From<QueueView> for JobQueueView {
    fn from(view: QueueView) -> Self {
        let QueueView { queue, paused_at, available, due, running, discarded, oldest_due_at } = view;
        Self { name: queue.as_str(), paused_at, available, due, running, discarded, oldest_due_at }
    }
}

/// What starts by the clock.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobScheduleView {
    /// Its name, which is the kind of its jobs.
    name: &'static str,
    /// When, in five fields: minute, hour, day of the month, month, day of the week.
    cron: String,
    /// By which clocks, as IANA names them.
    time_zone: &'static str,
    /// False where it is held: nothing comes of it.
    enabled: bool,
    /// When it last had a job made.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_run_at: Option<Timestamp>,
    /// When it will next.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_run_at: Option<Timestamp>,
}

impl From<ScheduleView> for JobScheduleView {
    fn from(view: ScheduleView) -> Self {
        let ScheduleView { name, cron, time_zone, paused_at, last_run_at, next_run_at } = view;
        Self { name, cron, time_zone, enabled: paused_at.is_none(), last_run_at, next_run_at }
    }
}
