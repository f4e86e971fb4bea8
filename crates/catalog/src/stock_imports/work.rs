//! Putting a list into the shop, a piece at a time.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{FieldErrors, Origin, StockImportId};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{Handler, Job, JobError, JobKind, Progress, Queue};

use super::model::{Refusal, RowMode, StockImport, StockImportState, StockRow};
use super::store::{self, Dealt};
use crate::inventory::{self, AdjustStockError, Adjustment, AdjustmentItem, CountChange, Figure};
use crate::variants;

/// Rows of one transaction: their levels are locked until it ends, and checkouts wait for those.
const PIECE: usize = 100;

/// Works on an import until it is over. How far it came is noted in the transaction that has the rows' effect, so that whoever goes on
/// after a crash, or beside it, finds each row done once.
#[derive(Debug)]
pub struct WorkStockImport(pub Context);

impl WorkStockImport {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("stock_imports.work").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for WorkStockImport {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let id: StockImportId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        while let Some(import) = work_piece(&self.0, id).await? {
            let progress = Progress { done: import.done_count(), total: Some(import.row_count), note: None };
            job.report(&self.0, progress).await?;
            if job.is_cancelled() && import.state == StockImportState::Queued {
                return Err(JobError::new("called off; what was done stays"));
            }
        }
        Ok(())
    }
}

/// Deals with the next rows of an import in one transaction; how far it is then. Nothing where it is over, or was forgotten.
///
/// # Errors
/// `DatabaseError`; these rows are as they were then.
pub async fn work_piece(context: &Context, id: StockImportId) -> Result<Option<StockImport>, DatabaseError> {
    let Some(import) = store::find(context.db.reader(), id).await? else { return Ok(None) };
    // Figures move in the name of whoever sent the list.
    let origin = import.created_by.parse().map_or_else(|_| Origin::system(), Origin::of);
    // Why rows are refused, by their places in the import: it is found out in a transaction that is rolled back.
    let mut refused: BTreeMap<i64, String> = BTreeMap::new();
    loop {
        let tx = context.begin(&origin).await?;
        let Some(import) = store::lock(&tx, id).await?.filter(|import| import.state == StockImportState::Queued) else { return Ok(None) };
        let rows = store::rows(&tx, &import).await?;
        let piece = piece(rows);
        match apply(&tx, import.next_row, &piece, &refused).await {
            Ok((dealt, refusals)) => {
                store::insert_refusals(&tx, id, import.refused_count, &refusals).await?;
                let import = store::advance(&tx, import, dealt).await?;
                tx.commit().await?;
                return Ok(Some(import));
            }
            Err(Stopped::Refused(more)) => {
                tx.rollback().await?;
                refused.extend(more);
            }
            Err(Stopped::Database(error)) => return Err(error),
        }
    }
}

/// The rows that one correction can hold: for one reason, and of each figure one.
fn piece(rows: Vec<StockRow>) -> Vec<StockRow> {
    let reason = rows.first().map(|row| row.reason);
    let mut seen: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    let mut fits = |row: &StockRow| {
        let locations = seen.entry(row.sku.clone()).or_default();
        // The default location may be one that another row names.
        let is_apart = locations.is_empty() || (row.location.is_some() && !locations.contains(&None));
        Some(row.reason) == reason && is_apart && locations.insert(row.location.clone())
    };
    let fitting = rows.iter().take(PIECE).take_while(|row| fits(row)).count();
    rows.into_iter().take(fitting).collect()
}

/// Why nothing of a piece is done.
enum Stopped {
    /// Some of its rows cannot be, by their places in the import: it is tried without them.
    Refused(BTreeMap<i64, String>),
    Database(DatabaseError),
}

impl From<DatabaseError> for Stopped {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Makes one correction of all rows of a piece that can be.
async fn apply(tx: &WriteTx, first: i64, rows: &[StockRow], refused: &BTreeMap<i64, String>) -> Result<(Dealt, Vec<Refusal>), Stopped> {
    let skus: Vec<&str> = rows.iter().map(|row| row.sku.as_str()).collect();
    let codes: Vec<&str> = rows.iter().filter_map(|row| row.location.as_deref()).collect();
    let (known, locations) = (variants::find_ids_by_skus(tx, &skus).await?, inventory::find_locations_by_codes(tx, &codes).await?);
    let (mut refusals, mut items, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (place, row) in (first..).zip(rows) {
        let location = row.location.as_deref().map(|code| locations.get(code).copied());
        match (refused.get(&place), known.get(&row.sku), location) {
            (Some(message), ..) => refusals.push(row.refused(message)),
            (None, None, _) => refusals.push(row.refused("there is no variant with this sku")),
            (None, Some(_), Some(None)) => refusals.push(row.refused("there is no stock location with this code")),
            (None, Some(variant_id), location) => {
                let change = match row.mode {
                    RowMode::Set => CountChange::To { expected: None, on_hand: row.quantity },
                    RowMode::Add => CountChange::By(row.quantity),
                };
                items.push(AdjustmentItem { variant_id: *variant_id, location_id: location.flatten(), change });
                places.push(place);
            }
        }
    }
    let mut dealt = Dealt { rows: count(rows.len()), changed: 0, unchanged: 0, refused: count(refusals.len()) };
    if let (Some(row), false) = (rows.first(), items.is_empty()) {
        let refuse = |error| stopped(error, &places);
        let adjustment = Adjustment::parse(row.reason, None, items).map_err(|errors| refuse(errors.into()))?;
        let adjusted = inventory::adjust_in(tx, adjustment).await.map_err(refuse)?;
        dealt.changed = count(adjusted.items.iter().filter(|item| item.delta != 0).count());
        dealt.unchanged = count(adjusted.items.len()) - dealt.changed;
    }
    Ok((dealt, refusals))
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Which rows a correction was refused for; `places` are those of its items.
fn stopped(error: AdjustStockError, places: &[i64]) -> Stopped {
    let of = |figures: Vec<Figure>, message: fn(&Figure) -> String| {
        Stopped::Refused(figures.iter().filter_map(|figure| Some((*places.get(figure.place)?, message(figure)))).collect())
    };
    match error {
        AdjustStockError::Invalid(errors) => Stopped::Refused(by_item(errors, places)),
        AdjustStockError::Changed(figures) => of(figures, |figure| format!("{} lie there", figure.on_hand)),
        AdjustStockError::BelowZero(figures) => of(figures, |figure| format!("only {} lie there", figure.on_hand)),
        AdjustStockError::Reserved(figures) => {
            of(figures, |figure| format!("{} of the {} that lie there are promised to orders", figure.reserved, figure.on_hand))
        }
        AdjustStockError::Idempotency(error) => by_nobody(places, &error.to_string()),
        AdjustStockError::Database(error) => Stopped::Database(error),
    }
}

/// What is said of `items.<n>` or `items.<n>.<field>`; what is said of no item concerns them all.
fn by_item(errors: FieldErrors, places: &[i64]) -> BTreeMap<i64, String> {
    let mut refused = BTreeMap::new();
    for (field, messages) in errors.into_map() {
        let item = field.strip_prefix("items.").and_then(|rest| rest.split('.').next()).and_then(|number| number.parse::<usize>().ok());
        match item.and_then(|item| places.get(item)) {
            Some(place) => drop(refused.insert(*place, messages.join("; "))),
            None => refused.extend(places.iter().map(|place| (*place, messages.join("; ")))),
        }
    }
    refused
}

fn by_nobody(places: &[i64], message: &str) -> Stopped {
    Stopped::Refused(places.iter().map(|place| (*place, message.to_owned())).collect())
}
