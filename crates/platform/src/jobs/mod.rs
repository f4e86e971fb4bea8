//! Work that happens after the commit, at least once, from a table in the same database.

mod cancel;
mod error;
mod forget;
mod kind;
mod model;
mod pause;
mod retry;
mod run;
mod schedules;
mod store;
mod sweep;
mod timetable;
#[cfg(feature = "failpoints")]
mod trial;
mod worker;

pub use cancel::cancel;
pub use error::JobCommandError;
pub use forget::SWEEP;
pub use kind::{JobKind, Priority, Queue};
pub use model::{Handler, Handlers, Job, JobError, JobState, NewJob, Progress, StoredJob};
pub use pause::{QueueView, drained, pause, queues, resume};
pub use retry::{retry, retry_all};
pub use run::run_due;
pub use schedules::{
    Home, ScheduleCommand, ScheduleError, ScheduleView, Scheduler, Schedules, command_schedule, enqueue_ticks, find_schedule,
    list_schedules,
};
pub use store::{INVARIANTS, JobFilter, SORT, enqueue, enqueue_all, find, list, unfinished};
pub use sweep::{Sweep, Sweeper};
pub use timetable::{Schedule, TimetableError};
#[cfg(feature = "failpoints")]
pub use trial::{TrialJob, TrialVerdict, enqueue_trial, trial_verdict};
pub use worker::Worker;
