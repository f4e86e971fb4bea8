//! Some records in one transaction, each in a savepoint of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kernel::{FieldErrors, Origin, ProductId, VariantId};
use platform::Context;
use platform::db::{self, DatabaseError, WriteTx};

use super::applied::{Change, PendingLinks, Put};
use super::error::ApplyError;
use super::explain;
use super::prices::PriceScope;
use super::report::RecordOutcome;
use super::run_of_new::Run;
use super::session::{self, Fresh, Session};
use super::stock::{self, Count};
use crate::import::columns::ColumnReport;
use crate::import::detect::Format;
use crate::import::outcome::SourcedRecord;
use crate::inventory::AdjustStockError;

/// One import writes at a time: two would wait for each other's rows in a circle.
const LOCK: &str = "catalog.import";
/// How often a batch is tried that a busy or restarting database does not take.
const MOST_ATTEMPTS: u32 = 6;
/// How long to wait after the first failure; twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// A record to be put into the shop, or what is known of one that cannot be.
pub(super) enum Item {
    /// To be put in.
    Record(Box<SourcedRecord>),
    /// It cannot be.
    Refused(RecordOutcome),
}

impl Item {
    pub(super) fn record(&self) -> Option<&SourcedRecord> {
        match self {
            Self::Record(read) => Some(read),
            Self::Refused(_) => None,
        }
    }
}

/// What batches are written with.
pub(super) struct Batches<'a> {
    pub(super) context: &'a Context,
    pub(super) origin: &'a Origin,
    pub(super) format: Format,
    pub(super) columns: ColumnReport,
}

/// Records that are written; the caller decides whether they stay.
pub(super) struct Written {
    pub(super) tx: WriteTx,
    pub(super) outcomes: Vec<RecordOutcome>,
    /// Products that point at others which are not there yet, and whether their record changed them.
    pub(super) links: Vec<(ProductId, bool, PendingLinks)>,
}

enum Failure {
    /// Some figure cannot be set; which one is known only when products are written one by one.
    Stock,
    Database(DatabaseError),
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Figures are set for all products of a batch at once, which costs a third of the time; or with each product.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counting {
    AtTheEnd,
    WithEach,
}

impl Batches<'_> {
    /// Writes the records; what one refuses leaves the others alone. A database that is busy for a moment is asked again.
    pub(super) async fn write(&self, items: &[Item]) -> Result<Written, DatabaseError> {
        let mut counting = Counting::AtTheEnd;
        let mut attempt = 0;
        loop {
            match self.attempt(items, counting).await {
                Ok(written) => return Ok(written),
                Err(Failure::Stock) => counting = Counting::WithEach,
                Err(Failure::Database(DatabaseError::Unavailable(_))) if attempt + 1 < MOST_ATTEMPTS => {
                    tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(attempt)).await;
                    attempt += 1;
                }
                Err(Failure::Database(error)) => return Err(error),
            }
        }
    }

    /// A transaction that no other import writes beside.
    pub(super) async fn begin(&self) -> Result<WriteTx, DatabaseError> {
        let tx = self.context.begin(self.origin).await?;
        db::lock_name(&tx, LOCK).await?;
        Ok(tx)
    }

    async fn attempt(&self, items: &[Item], counting: Counting) -> Result<Written, Failure> {
        let tx = self.begin().await?;
        let records: Vec<&SourcedRecord> = items.iter().filter_map(Item::record).collect();
        let session = Session::open(&tx, PriceScope::of(self.format), &records).await.map_err(unrefused)?;
        let mut batch = Batch { tx, session, counting, counts: BTreeMap::new(), touched: BTreeSet::new(), links: Vec::new() };
        let mut outcomes = Vec::with_capacity(items.len());
        let mut run = Run::default();
        for item in items {
            let read = match item {
                Item::Record(read) => read,
                Item::Refused(outcome) => {
                    self.make(&mut batch, &mut run, &mut outcomes).await?;
                    outcomes.push(outcome.clone());
                    continue;
                }
            };
            if run.knows(read) {
                self.make(&mut batch, &mut run, &mut outcomes).await?;
            }
            match batch.fresh(read) {
                Some(fresh) => run.add(fresh),
                None => {
                    self.make(&mut batch, &mut run, &mut outcomes).await?;
                    outcomes.push(self.one(&mut batch, read).await?);
                }
            }
        }
        self.make(&mut batch, &mut run, &mut outcomes).await?;
        batch.count().await?;
        Ok(Written { tx: batch.tx, outcomes, links: batch.links })
    }

    /// Makes the products of a run together; where one of them is refused, in halves, down to the one that it is.
    async fn make(&self, batch: &mut Batch, run: &mut Run<'_>, outcomes: &mut Vec<RecordOutcome>) -> Result<(), Failure> {
        let mut parts = vec![run.take()];
        while let Some(mut part) = parts.pop() {
            match part.as_slice() {
                [] => continue,
                [only] => {
                    outcomes.push(self.one(batch, only.read).await?);
                    continue;
                }
                _ => {}
            }
            match batch.put_all(&part).await? {
                Some(puts) => outcomes.extend(part.iter().zip(puts).map(|(fresh, put)| self.told(batch, fresh.read, put))),
                None => {
                    let later = part.split_off(part.len() / 2);
                    parts.extend([later, part]);
                }
            }
        }
        Ok(())
    }

    async fn one(&self, batch: &mut Batch, read: &SourcedRecord) -> Result<RecordOutcome, Failure> {
        Ok(match batch.put(read).await? {
            Ok(put) => self.told(batch, read, put),
            Err(errors) => RecordOutcome {
                rows: read.rows,
                name: read.record.name(),
                result: Err(explain::notes(errors, read, &self.columns)),
                warnings: read.warnings.clone(),
            },
        })
    }

    /// A record that is written, in the words of the file.
    fn told(&self, batch: &mut Batch, read: &SourcedRecord, mut put: Put) -> RecordOutcome {
        let notes = std::mem::take(&mut put.applied.notes);
        let notes = notes.into_iter().map(|note| explain::in_columns(note, read, &self.columns));
        let warnings = read.warnings.iter().cloned().chain(notes).collect();
        let is_changed = put.applied.change != Change::Unchanged;
        batch.links.extend(put.links.map(|links| (put.applied.product_id, is_changed, links)));
        RecordOutcome { rows: read.rows, name: read.record.name(), result: Ok(put.applied), warnings }
    }
}

/// A batch under way.
struct Batch {
    tx: WriteTx,
    session: Session,
    counting: Counting,
    /// Figures that are still to be set.
    counts: BTreeMap<VariantId, Count>,
    /// The products that have such figures.
    touched: BTreeSet<ProductId>,
    links: Vec<(ProductId, bool, PendingLinks)>,
}

impl Batch {
    /// A record that can wait to be written together with others.
    fn fresh<'a>(&self, read: &'a SourcedRecord) -> Option<Fresh<'a>> {
        // Figures that are set with each product need a savepoint for each.
        if self.counting == Counting::AtTheEnd { self.session.fresh(read) } else { None }
    }

    /// Makes new products together, or none of them.
    async fn put_all(&mut self, run: &[Fresh<'_>]) -> Result<Option<Vec<Put>>, Failure> {
        let part = self.tx.savepoint().await?;
        match session::put_all(&part, run).await {
            Ok(puts) => {
                part.commit().await?;
                puts.iter().for_each(|put| self.keep(put));
                Ok(Some(puts))
            }
            Err(error) => {
                error.refusal()?;
                part.rollback().await?;
                Ok(None)
            }
        }
    }

    /// Learns what a record wrote, and which figures it wants.
    fn keep(&mut self, put: &Put) {
        self.session.learn(put);
        if self.counting == Counting::AtTheEnd && !put.counts.is_empty() {
            self.counts.extend(put.counts.iter().map(|count| (count.variant, *count)));
            self.touched.insert(put.applied.product_id);
        }
    }

    /// Writes one record, or nothing of it.
    async fn put(&mut self, read: &SourcedRecord) -> Result<Result<Put, FieldErrors>, Failure> {
        let found = match self.session.find(read) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error.refusal()?)),
        };
        if found.is_some_and(|product| self.touched.contains(&product)) {
            self.count().await?;
        }
        let part = self.tx.savepoint().await?;
        match self.put_in(&part, read, found).await {
            Ok(put) => {
                part.commit().await?;
                self.keep(&put);
                Ok(Ok(put))
            }
            Err(error) => {
                let refusal = error.refusal()?;
                part.rollback().await?;
                Ok(Err(refusal))
            }
        }
    }

    async fn put_in(&self, part: &WriteTx, read: &SourcedRecord, found: Option<ProductId>) -> Result<Put, ApplyError> {
        let put = self.session.put(part, read, found).await?;
        if self.counting == Counting::WithEach {
            stock::set(part, &put.counts).await.map_err(|error| stock::refused(error, &put.counts))?;
        }
        Ok(put)
    }

    /// Sets the figures that are still to be set.
    async fn count(&mut self) -> Result<(), Failure> {
        let counts: Vec<_> = std::mem::take(&mut self.counts).into_values().collect();
        self.touched.clear();
        match stock::set(&self.tx, &counts).await {
            Ok(()) => Ok(()),
            Err(AdjustStockError::Database(error)) => Err(error.into()),
            Err(_) => Err(Failure::Stock),
        }
    }
}

/// What is looked up before any record is not refused.
fn unrefused(error: ApplyError) -> DatabaseError {
    match error {
        ApplyError::Database(error) => error,
        ApplyError::Refused(errors) => DatabaseError::corrupt(&errors.to_string()),
    }
}
