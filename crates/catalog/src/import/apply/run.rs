//! Importing a whole file, to be gone on with where it was interrupted.

use std::io::{Read, Seek};

use chrono::TimeDelta;
use kernel::Origin;
use platform::Context;
use platform::db::WriteTx;

use super::applied::PendingLinks;
use super::batch::{Batches, Item, Written};
use super::report::{Counts, ImportError, ImportOptions, Progress, RecordOutcome, Report, Watch};
use super::seen::{Repeated, Seen, hash};
use super::source_key::source_key;
use super::{connect, explain};
use crate::channels;
use crate::import::detect::{Format, OpenError};
use crate::import::outcome::{Note, Rejected, SourcedRecord};
use crate::import::reader::{self, ProductReader};
use crate::import::store::{self, LinkRow};

/// So many records are written in one transaction: the price of a commit is shared, and others do not wait for long.
const BATCH: usize = 50;
/// An interrupted import that nobody goes on with is forgotten.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::days(30);
/// A dry run names so many missing references; the rest it counts.
const MOST_WAITING: usize = 10_000;

/// Imports a file: each record as a whole or not at all, many in one transaction. How far it has come is kept in those
/// transactions, so that the same file with the same options goes on where an earlier run was interrupted, even by a crash;
/// doing a record twice changes nothing either. Memory holds one batch and a few bytes for each product. A dry run does all
/// of it and rolls each transaction back.
///
/// # Errors
/// `ImportError`; what is in the shop by then stays.
pub async fn run<R: Read + Seek + Send>(
    context: &Context,
    origin: &Origin,
    mut file: R,
    options: &ImportOptions,
    watch: &mut dyn Watch,
) -> Result<Report, ImportError> {
    let key = if options.dry_run { None } else { Some(source_key(&mut file, &options.read).map_err(OpenError::Io)?) };
    let mut reader = reader::open(file, &options.read)?;
    refuse_currency(context, options, reader.format()).await?;
    let batches = Batches { context, origin, format: reader.format(), columns: reader.columns() };
    let mut import =
        Import { batches, key, counts: Counts::default(), done: 0, seen: Seen::new(options.dry_run), waiting: Waiting::default() };
    import.resume(options.restart).await?;
    let resumed_after = import.done;
    watch.started(reader.format(), resumed_after).map_err(ImportError::Watch)?;
    import.skip(&mut reader);
    let finished = import.records(&mut reader, watch).await? && import.connect(watch).await?;
    if finished {
        import.finish().await?;
    }
    let columns = reader.columns();
    Ok(Report { format: reader.format(), counts: import.counts, resumed_after, finished, dry_run: options.dry_run, columns })
}

async fn refuse_currency(context: &Context, options: &ImportOptions, format: Format) -> Result<(), ImportError> {
    let shop = channels::find_default(context.db.reader()).await?.currency;
    let file = options.read.currency;
    if format == Format::Jsonl || file == shop { Ok(()) } else { Err(ImportError::Currency { file, shop }) }
}

struct Import<'a> {
    batches: Batches<'a>,
    /// What the import is known by; nothing in a dry run.
    key: Option<String>,
    counts: Counts,
    /// Records of the file that are done.
    done: u64,
    seen: Seen,
    waiting: Waiting,
}

/// What a dry run looks for at its end, because nothing of it is in the shop.
#[derive(Default)]
struct Waiting {
    /// Row, hash and text of a reference.
    references: Vec<(u64, u64, String)>,
}

impl Import<'_> {
    /// Finds out how far an earlier run came.
    async fn resume(&mut self, restart: bool) -> Result<(), ImportError> {
        let Some(key) = &self.key else { return Ok(()) };
        let tx = self.batches.begin().await?;
        store::forget_old(&tx, tx.now() - FORGOTTEN_AFTER).await?;
        if restart {
            store::finish(&tx, key).await?;
        }
        if let Some((done, counts)) = store::load(&tx, key).await? {
            self.done = done.unsigned_abs();
            self.counts = serde_json::from_value(counts).unwrap_or_default();
        }
        Ok(tx.commit().await?)
    }

    /// Reads over what is done already; which products that was is still remembered.
    fn skip<R: Read + Seek>(&mut self, reader: &mut ProductReader<R>) {
        for _ in 0..self.done {
            match reader.next() {
                Some(Ok(read)) => drop(self.seen.meet(&read)),
                Some(Err(_)) => {}
                None => return,
            }
        }
    }

    /// All records; false where it was interrupted.
    async fn records<R: Read + Seek>(&mut self, reader: &mut ProductReader<R>, watch: &mut dyn Watch) -> Result<bool, ImportError> {
        loop {
            let items: Vec<Item> = reader.by_ref().take(BATCH).map(|read| self.item(read)).collect();
            if items.is_empty() {
                return Ok(true);
            }
            let written = self.batches.write(&items).await?;
            for outcome in &written.outcomes {
                self.counts.add(outcome);
                watch.record(outcome).map_err(ImportError::Watch)?;
            }
            watch.flush().map_err(ImportError::Watch)?;
            self.done += items.len() as u64;
            self.keep(&items, written).await?;
            if watch.progress(Progress { counts: self.counts, bytes_read: reader.bytes_read() }).is_break() {
                return Ok(false);
            }
        }
    }

    /// A record as it goes into the shop, with what is to be said of its place in the file.
    fn item(&mut self, read: Result<SourcedRecord, Rejected>) -> Item {
        let mut read = match read {
            Ok(read) => Box::new(read),
            Err(Rejected { rows, name, errors, .. }) => {
                return Item::Refused(RecordOutcome { rows, name, result: Err(errors), warnings: Vec::new() });
            }
        };
        match self.seen.meet(&read) {
            None => Item::Record(read),
            Some(Repeated::Warn(note)) => {
                read.warnings.push(note);
                Item::Record(read)
            }
            Some(Repeated::Refuse(note)) => {
                let name = read.record.name();
                let note = explain::in_columns(note, &read, &self.batches.columns);
                Item::Refused(RecordOutcome { rows: read.rows, name, result: Err(vec![note]), warnings: read.warnings })
            }
        }
    }

    /// Makes a batch stay, together with how far the file has come; or takes it back.
    async fn keep(&mut self, items: &[Item], written: Written) -> Result<(), ImportError> {
        let Written { tx, outcomes, links } = written;
        let Some(key) = &self.key else {
            let fine = items.iter().zip(&outcomes).filter(|(_, outcome)| outcome.result.is_ok());
            fine.filter_map(|(item, _)| item.record()).for_each(|read| self.seen.remember(&read.record));
            links.iter().for_each(|(.., links)| self.waiting.add(links));
            return Ok(tx.rollback().await?);
        };
        save(&tx, key, self.done, self.counts).await?;
        let row = |(product, was_changed, links): (kernel::ProductId, bool, PendingLinks)| {
            let relations = serde_json::to_value(&links.relations).unwrap_or_default();
            let line = i64::try_from(links.row).unwrap_or(i64::MAX);
            LinkRow { product_id: product.uuid(), line, relations, was_changed, activate: links.activate }
        };
        store::insert_links(&tx, key, links.into_iter().map(row).collect()).await?;
        Ok(tx.commit().await?)
    }

    /// Points products at each other that wait for it; false where it was interrupted.
    async fn connect(&mut self, watch: &mut dyn Watch) -> Result<bool, ImportError> {
        let Some(key) = self.key.clone() else {
            for note in self.waiting.missing(&self.seen) {
                self.counts.warnings += 1;
                watch.unresolved(&note).map_err(ImportError::Watch)?;
            }
            watch.flush().map_err(ImportError::Watch)?;
            return Ok(true);
        };
        while let Some(connected) = connect::next(&self.batches, &key, self.counts).await? {
            for note in &connected.notes {
                watch.unresolved(note).map_err(ImportError::Watch)?;
            }
            watch.flush().map_err(ImportError::Watch)?;
            self.counts = connected.counts;
            save(&connected.tx, &key, self.done, self.counts).await?;
            connected.tx.commit().await?;
            if watch.progress(Progress { counts: self.counts, bytes_read: u64::MAX }).is_break() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn finish(&self) -> Result<(), ImportError> {
        let Some(key) = &self.key else { return Ok(()) };
        let tx = self.batches.begin().await?;
        store::finish(&tx, key).await?;
        Ok(tx.commit().await?)
    }
}

async fn save(tx: &WriteTx, key: &str, done: u64, counts: Counts) -> Result<(), ImportError> {
    let counts = serde_json::to_value(counts).unwrap_or_default();
    Ok(store::save(tx, key, i64::try_from(done).unwrap_or(i64::MAX), counts).await?)
}

impl Waiting {
    fn add(&mut self, links: &PendingLinks) {
        let room = MOST_WAITING.saturating_sub(self.references.len());
        let all = links.unresolved.iter().map(|reference| (links.row, hash(reference), reference.to_string()));
        self.references.extend(all.take(room));
    }

    fn missing(&self, seen: &Seen) -> Vec<Note> {
        let missing = self.references.iter().filter(|(_, name, _)| !seen.has(*name));
        missing.map(|(row, _, text)| connect::missing(*row, text)).collect()
    }
}
