//! Planning, applying and undoing, a piece at a time.

use kernel::{JobId, Origin, PriceChangeId, PriceChangeRowId};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{self, Handler, Job, JobError, JobKind, JobState, NewJob, Progress, Queue};
use platform::outbox;
use serde_json::json;

use super::error::PriceChangeError;
use super::events::PriceChangeEvent;
use super::progress::{PriceChange, PriceChangeRow, PriceChangeState, RowOutcome, figures};
use super::store::{self, NewRow};
use super::sweep::KEPT;
use crate::assortment::{self, Repricing};

/// Prices of one transaction: it holds their products, and on SQLite the one writer, for some hundredths of a second.
const PIECE: usize = 100;

/// Works on a change until nothing is left to do. How far it came is noted in the transaction that has the effect, so that whoever goes on after a
/// crash, or beside it, finds each price written once.
#[derive(Debug)]
pub struct WorkPriceChange(pub Context);

impl WorkPriceChange {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("price_changes.work").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for WorkPriceChange {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let id: PriceChangeId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        // Where another change writes prices of the list, this one waits for its turn as a job does whose attempt failed.
        while let Some(change) = work_piece(&self.0, id).await.map_err(JobError::new)? {
            let (done, total) = change.done_of();
            job.report(&self.0, Progress { done, total, note: None }).await?;
            if job.is_cancelled() && change.state.is_worked_on() {
                return Err(JobError::new("called off; what was done stays"));
            }
        }
        Ok(())
    }
}

/// Has a job work on a change.
pub(super) async fn enqueue(tx: &WriteTx, change: &PriceChange) -> Result<(), DatabaseError> {
    jobs::enqueue(tx, NewJob::new(WorkPriceChange::KIND, json!(change.id), tx.now()).known_as(change.job_id)).await
}

/// Has a new job bring a change, which the caller holds, into this state.
///
/// # Errors
/// `NotPossible` from where it stands, and `Busy` while another one writes prices of the same list.
pub(super) async fn start(tx: &WriteTx, change: PriceChange, state: PriceChangeState) -> Result<PriceChange, PriceChangeError> {
    // What is being forgotten has not all of its rows any more.
    let is_over = change.finished_at.unwrap_or(change.created_at) < tx.now() - KEPT;
    if is_over || !change.state.may_become(state) {
        return Err(PriceChangeError::NotPossible(change.state));
    }
    let (job_id, job_state, asked_by) = (JobId::generate(), Some(JobState::Available), tx.actor().to_string());
    let change = PriceChange { state, job_id, job_state, asked_by, written_until: None, finished_at: None, ..change };
    store::update(tx, &change).await?;
    enqueue(tx, &change).await?;
    Ok(change)
}

/// Deals with the next prices of a change in one transaction; how far it is then. Nothing where there is nothing to do.
///
/// # Errors
/// `Busy` where it is to be applied and another one writes prices of the same list; `Database`. These prices are as they were then.
pub async fn work_piece(context: &Context, id: PriceChangeId) -> Result<Option<PriceChange>, PriceChangeError> {
    let Some(change) = store::find(context.db.reader(), id).await? else { return Ok(None) };
    // Prices change in the name of whoever asked for it.
    let origin = change.asked_by.parse().map_or_else(|_| Origin::system(), Origin::of);
    let tx = context.begin(&origin).await?;
    let Some(change) = store::lock(&tx, id).await? else { return Ok(None) };
    let change = match change.state {
        PriceChangeState::Planning => plan(&tx, change).await?,
        PriceChangeState::Planned if change.applies_when_planned => PriceChange { state: PriceChangeState::Applying, ..change },
        PriceChangeState::Applying => write(&tx, change, Direction::Forth).await?,
        PriceChangeState::Undoing => write(&tx, change, Direction::Back).await?,
        PriceChangeState::Planned | PriceChangeState::Applied | PriceChangeState::Undone | PriceChangeState::Cancelled => return Ok(None),
    };
    store::update(&tx, &change).await?;
    tx.commit().await?;
    Ok(Some(change))
}

/// Works out what becomes of the prices of some more variants.
async fn plan(tx: &WriteTx, mut change: PriceChange) -> Result<PriceChange, DatabaseError> {
    let (prices, end) = store::select(tx, &change).await?;
    let mut rows = Vec::new();
    for selected in prices {
        let before = figures(&selected.price);
        let after = change.rule.becomes(before);
        rows.push(NewRow { selected, after, outcome: change.counts.take(before, after) });
    }
    store::insert_rows(tx, change.id, &rows).await?;
    let state = if end.is_some() { PriceChangeState::Planning } else { PriceChangeState::Planned };
    Ok(PriceChange { state, planned_until: end.or(change.planned_until), ..change })
}

/// Whether prices become what was planned, or what they were.
#[derive(Clone, Copy)]
enum Direction {
    Forth,
    Back,
}

impl Direction {
    /// Which rows are to be written, and what becomes of them.
    const fn outcomes(self) -> (RowOutcome, RowOutcome) {
        match self {
            Self::Forth => (RowOutcome::Planned, RowOutcome::Applied),
            Self::Back => (RowOutcome::Applied, RowOutcome::Undone),
        }
    }

    fn repricing(self, row: &PriceChangeRow) -> Result<Repricing, DatabaseError> {
        let planned = row.after.ok_or_else(|| DatabaseError::corrupt("price_change_rows.after_minor"))?;
        let (before, after) = match self {
            Self::Forth => (row.before, planned),
            Self::Back => (planned, row.before),
        };
        Ok(Repricing { product_id: row.product_id, variant_id: row.variant_id, before, after })
    }
}

/// Writes some more prices, those that nobody else has changed.
async fn write(tx: &WriteTx, mut change: PriceChange, direction: Direction) -> Result<PriceChange, DatabaseError> {
    let (waiting, done) = direction.outcomes();
    let rows = store::next_rows(tx, &change, waiting, count(PIECE)).await?;
    let wanted = rows.iter().map(|row| direction.repricing(row)).collect::<Result<Vec<_>, _>>()?;
    let written = assortment::reprice_in(tx, &wanted).await?;
    let of = |is_written: bool| rows.iter().zip(&written).filter(move |(_, written)| **written == is_written).map(|(row, _)| row.id);
    let (settled, left): (Vec<PriceChangeRowId>, Vec<PriceChangeRowId>) = (of(true).collect(), of(false).collect());
    store::settle_rows(tx, &settled, done).await?;
    store::settle_rows(tx, &left, RowOutcome::ChangedSince).await?;
    let counts = &mut change.counts;
    counts.changed_since += count(left.len());
    change.written_until = rows.last().map(|row| row.id).or(change.written_until);
    match direction {
        Direction::Forth => counts.applied += count(settled.len()),
        Direction::Back => {
            counts.applied -= count(rows.len());
            counts.undone += count(settled.len());
        }
    }
    if rows.len() == PIECE { Ok(change) } else { finish(tx, change, direction).await }
}

/// Ends a change of which everything is written.
async fn finish(tx: &WriteTx, change: PriceChange, direction: Direction) -> Result<PriceChange, DatabaseError> {
    let (state, event) = match direction {
        Direction::Forth => (PriceChangeState::Applied, PriceChangeEvent::applied(&change)),
        Direction::Back => (PriceChangeState::Undone, PriceChangeEvent::undone(&change)),
    };
    outbox::record(tx, &event).await?;
    Ok(PriceChange { state, finished_at: Some(tx.now()), ..change })
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
