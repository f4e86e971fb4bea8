//! Jobs that come back by the clock: one for each slot, whoever looks at the clock.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use kernel::{DomainError, ErrorKind, Origin, Timestamp};
use tokio_util::sync::CancellationToken;

use super::store::{self, Kept};
use super::timetable::Schedule;
use crate::Context;
use crate::audit::{self, Entry};
use crate::db::{DatabaseError, Reader, WriteTx};

/// How often the clock is looked at; slots are minutes.
const LOOK: Duration = Duration::from_secs(1);

/// Who knows by which clocks the shop lives; a floor above does.
#[async_trait::async_trait]
pub trait Home: Send + Sync {
    /// The IANA name of the shop's time zone.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    async fn time_zone(&self, db: &Reader) -> Result<String, DatabaseError>;
}

/// Everything that starts by itself; cheap to clone.
#[derive(Clone)]
pub struct Schedules {
    all: Arc<[Schedule]>,
    home: Arc<dyn Home>,
}

impl std::fmt::Debug for Schedules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.all.iter().map(|schedule| schedule.kind.name())).finish()
    }
}

impl Schedules {
    /// These, of a shop that lives there.
    #[must_use]
    pub fn new(all: Vec<Schedule>, home: impl Home + 'static) -> Self {
        Self { all: all.into(), home: Arc::new(home) }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// True where nothing starts by itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The shop's time zone; one that this program does not know (they change several times a year) is UTC.
    async fn home(&self, db: &Reader) -> Result<Tz, DatabaseError> {
        Ok(self.home.time_zone(db).await?.parse().unwrap_or(Tz::UTC))
    }

    fn find(&self, name: &str) -> Option<&Schedule> {
        self.all.iter().find(|schedule| schedule.kind.name() == name)
    }
}

/// A schedule and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleView {
    /// Its name, which is the kind of its jobs.
    pub name: &'static str,
    /// When, in five fields: minute, hour, day of the month, month, day of the week.
    pub cron: String,
    /// By which clocks.
    pub time_zone: &'static str,
    /// Since when nothing comes of it, where it is held.
    pub paused_at: Option<Timestamp>,
    /// When it last had a job made.
    pub last_run_at: Option<Timestamp>,
    /// When it will next.
    pub next_run_at: Option<Timestamp>,
}

/// Why a schedule is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// There is none of this name.
    #[error("no such schedule")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ScheduleError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "schedule_not_found",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Database(error) => error.kind(),
        }
    }
}

/// All schedules, by name.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn list_schedules(context: &Context, schedules: &Schedules) -> Result<Vec<ScheduleView>, DatabaseError> {
    let reader = context.db.reader();
    let (home, now) = (schedules.home(reader).await?, context.now());
    let kept: HashMap<String, Kept> = store::schedules(reader).await?.into_iter().map(|kept| (kept.name.clone(), kept)).collect();
    let view = |schedule: &Schedule| {
        let kept = kept.get(schedule.kind.name());
        let paused_at = kept.and_then(|kept| kept.paused_at);
        ScheduleView {
            name: schedule.kind.name(),
            cron: schedule.text.clone(),
            time_zone: schedule.zone(home).name(),
            paused_at,
            last_run_at: kept.and_then(|kept| kept.last_run_at),
            next_run_at: if paused_at.is_some() { None } else { schedule.next_slot(now, home) },
        }
    };
    let mut views: Vec<ScheduleView> = schedules.all.iter().map(view).collect();
    views.sort_by_key(|view| view.name);
    Ok(views)
}

/// One schedule.
///
/// # Errors
/// `ScheduleError`, where there is none of this name.
pub async fn find_schedule(context: &Context, schedules: &Schedules, name: &str) -> Result<ScheduleView, ScheduleError> {
    list_schedules(context, schedules).await?.into_iter().find(|view| view.name == name).ok_or(ScheduleError::NotFound)
}

/// What staff make of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleCommand {
    /// Its job, now, held or not. While one waits or runs there is no second one.
    Run,
    /// Nothing comes of it any more.
    Pause,
    /// It goes on with its next slot.
    Resume,
}

impl ScheduleCommand {
    const fn action(self) -> &'static str {
        match self {
            Self::Run => "schedule.run",
            Self::Pause => "schedule.paused",
            Self::Resume => "schedule.resumed",
        }
    }
}

/// Has a schedule's job made now, holds it, or lets it go on. The schedule as it is now.
///
/// # Errors
/// `ScheduleError`, where there is none of this name.
pub async fn command_schedule(
    context: &Context,
    origin: &Origin,
    schedules: &Schedules,
    name: &str,
    command: ScheduleCommand,
) -> Result<ScheduleView, ScheduleError> {
    let schedule = schedules.find(name).ok_or(ScheduleError::NotFound)?;
    let home = schedules.home(context.db.reader()).await?;
    let tx = context.begin(origin).await?;
    let name = schedule.kind.name();
    store::begin_ticking(&tx, name, schedule.latest_slot(tx.now(), home).unwrap_or(tx.now())).await?;
    match command {
        ScheduleCommand::Run => {
            store::enqueue(&tx, schedule.job(tx.now())).await?;
            store::note_run(&tx, name).await?;
        }
        ScheduleCommand::Pause => store::pause_schedule(&tx, name).await?,
        ScheduleCommand::Resume => store::resume_schedule(&tx, name).await?,
    }
    audit::record(&tx, &Entry::of(command.action(), name)).await?;
    tx.commit().await?;
    find_schedule(context, schedules, name).await
}

/// Enqueues a job for each schedule whose clock has come to a slot since the last time; how many. Many slots that nobody saw are one, a
/// schedule that is new begins with its next slot, and while a job of the kind waits or runs there is no second one.
///
/// Of several who see the same slot one wins: the row of the schedule moves forward once.
///
/// # Errors
/// `DatabaseError`; nothing was enqueued then.
pub async fn enqueue_ticks(context: &Context, schedules: &Schedules) -> Result<usize, DatabaseError> {
    let reader = context.db.reader();
    let (home, now) = (schedules.home(reader).await?, context.now());
    let known: HashMap<String, Timestamp> = store::schedules(reader).await?.into_iter().map(|kept| (kept.name, kept.ticked_at)).collect();
    let due = |schedule: &&Schedule| {
        let slot = schedule.latest_slot(now, home)?;
        known.get(schedule.kind.name()).is_none_or(|seen| *seen < slot).then_some(slot)
    };
    let due: Vec<(&Schedule, Timestamp)> = schedules.all.iter().filter_map(|schedule| Some((schedule, due(&schedule)?))).collect();
    if due.is_empty() {
        return Ok(0);
    }
    let tx = context.begin(&Origin::system()).await?;
    let mut enqueued = 0;
    for (schedule, slot) in due {
        enqueued += usize::from(tick(&tx, schedule, slot, known.contains_key(schedule.kind.name())).await?);
    }
    tx.commit().await?;
    Ok(enqueued)
}

/// True where a job was made of the slot: it is the first to see it, and the schedule is not held.
async fn tick(tx: &WriteTx, schedule: &Schedule, slot: Timestamp, is_known: bool) -> Result<bool, DatabaseError> {
    if !is_known {
        store::begin_ticking(tx, schedule.kind.name(), slot).await?;
        return Ok(false);
    }
    let runs = store::move_tick(tx, schedule.kind.name(), slot).await?;
    if runs {
        store::enqueue(tx, schedule.job(tx.now())).await?;
    }
    Ok(runs)
}

/// The task that looks at the clock as long as the process lives.
#[derive(Debug)]
pub struct Scheduler {
    context: Context,
    schedules: Schedules,
}

impl Scheduler {
    /// A scheduler for this process; others may run beside it.
    #[must_use]
    pub const fn new(context: Context, schedules: Schedules) -> Self {
        Self { context, schedules }
    }

    /// Enqueues until told to stop. The database is asked when it starts and when a minute begins.
    pub async fn run(self, stop: CancellationToken) {
        let minute = |now: Timestamp| now.timestamp().div_euclid(60);
        let mut looked = None;
        while !stop.is_cancelled() {
            let now = self.context.now();
            if looked != Some(minute(now)) {
                match enqueue_ticks(&self.context, &self.schedules).await {
                    Ok(_) => looked = Some(minute(now)),
                    Err(error) => tracing::warn!(error = %error, "recurring jobs could not be enqueued; trying again"),
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}
