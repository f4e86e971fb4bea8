//! Work that happens after the commit, at least once, from a table in the same database.

mod kind;
mod model;
mod recurring;
mod run;
mod store;

pub use kind::{JobKind, Priority, Queue};
pub use model::{Handler, Handlers, Job, JobError, JobState, NewJob};
pub use recurring::{Recurring, Scheduler, TimetableError, enqueue_ticks};
pub use run::{Worker, run_due};
pub use store::{INVARIANTS, JobCounts, JobFilter, count, enqueue, find, list, retry, unfinished};
