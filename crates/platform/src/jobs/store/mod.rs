//! Rows of the jobs table, of held queues and of schedules.

mod change;
mod queues;
mod read;
mod schedules;
#[cfg(feature = "failpoints")]
mod trial;
mod work;

pub(super) use change::{cancel, delete_discarded, delete_done, retry, retry_some};
pub use change::{enqueue, enqueue_all};
pub use queues::QueueView;
pub(super) use queues::{pause, queues, resume, running};
pub(super) use read::lock;
pub use read::{INVARIANTS, JobFilter, SORT, find, list, unfinished};
pub(super) use schedules::{Kept, begin_ticking, move_tick, note_run, pause_schedule, resume_schedule, schedules};
#[cfg(feature = "failpoints")]
pub use trial::TrialVerdict;
#[cfg(feature = "failpoints")]
pub(super) use trial::{make_trial, trial_verdict, write_trial};
pub(super) use work::{Due, LEASE, any_lost, claim, complete, due, held, renew, report, settle, take_back_lost};
