//! Prices from a table, each put into the shop as a product import would.

use catalog::channels;
use catalog::import::{
    Amount, ApplyError, Change, Field, Lines, Note, PriceRecord, PriceScope, ProductRecord, Reference, Rows, SourcedRecord, TableError,
    TableFormat, TableRow, TableShape, VariantRecord, apply_in, read_table,
};
use kernel::{Currency, Origin};
use platform::Context;

use super::error::SyncError;
use super::import::MOST_PROBLEMS;
use super::model::{SyncRun, SyncState};
use super::store;

const SHAPE: TableShape =
    TableShape { columns: &["sku", "price", "compare_at", "currency"], required: &["sku", "price"], most_rows: 100_000 };

/// Letters of a message that are kept.
const MOST_LETTERS: usize = 500;

/// The rows of a table of prices.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Result<TableRow, Note>>, TableError> {
    read_table(bytes, TableFormat::of(bytes), SHAPE)
}

/// Puts the rows that are not dealt with yet into the shop, each in a transaction that notes how far the run is; with somebody who works on
/// the same content it shares the rows.
pub(super) async fn apply(context: &Context, bytes: &[u8], mut run: SyncRun) -> Result<SyncRun, SyncError> {
    let currency = channels::find_default(context.db.reader()).await?.currency;
    let rows = read(bytes).unwrap_or_default();
    let all = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    while let Some(row) = usize::try_from(run.row_count).ok().and_then(|place| rows.get(place)) {
        let record = row.as_ref().map_err(ToString::to_string).and_then(|row| record(row, currency));
        run = deal(context, run, record, all).await?;
    }
    Ok(run)
}

/// Deals with the next row; how far the run is then.
async fn deal(context: &Context, run: SyncRun, record: Result<SourcedRecord, String>, all: i64) -> Result<SyncRun, SyncError> {
    let mut refusal = None;
    let record = record.map_err(|message| refusal = Some(message)).ok();
    loop {
        let tx = context.begin(&Origin::system()).await?;
        let Some(mut next) = store::lock(&tx, run.id).await? else { return Ok(SyncRun { row_count: all, ..run }) };
        if next.row_count != run.row_count {
            // On SQLite whoever was faster may be of the same group, and not durable yet.
            tx.commit().await?;
            return Ok(next);
        }
        if let (Some(record), None) = (&record, &refusal) {
            match apply_in(&tx, record, PriceScope::OnePieceUndated).await {
                Ok(applied) => next.changed_count += i64::from(applied.change != Change::Unchanged),
                Err(ApplyError::Refused(errors)) => {
                    // Noted in a transaction of its own: this one may have half of the row in it.
                    tx.rollback().await?;
                    refusal = Some(format!("line {}: {errors}", record.rows.first_row));
                    continue;
                }
                Err(ApplyError::Database(error)) => return Err(error.into()),
            }
        }
        next.row_count += 1;
        if let Some(message) = refusal {
            next.refused_count += 1;
            next.problems.push(message.chars().filter(|letter| !letter.is_control()).take(MOST_LETTERS).collect());
            next.problems.truncate(MOST_PROBLEMS);
        }
        if next.row_count == all {
            (next.state, next.finished_at) = (SyncState::Done, Some(tx.now()));
        }
        store::update(&tx, &next).await?;
        tx.commit().await?;
        return Ok(next);
    }
}

/// A product of which one variant costs something else, and nothing is said of the rest.
fn record(row: &TableRow, usual: Currency) -> Result<SourcedRecord, String> {
    let refuse = |message: String| format!("line {}: {message}", row.line);
    let sku = row.cell("sku").ok_or_else(|| refuse("sku is required".to_owned()))?;
    let currency = row.cell("currency").map_or(Ok(usual), str::parse).map_err(|_| refuse("currency must be a code like EUR".to_owned()))?;
    let amount = |column: &str, text: &str| Amount::parse(text, currency).map_err(|error| refuse(format!("{column}: {error}")));
    let price = row.cell("price").ok_or_else(|| refuse("price is required".to_owned()))?;
    let price = amount("price", price)?;
    let compare_at = row.cell("compare_at").map(|text| amount("compare_at", text)).transpose()?;
    let variant = VariantRecord {
        sku: Field::Set(sku.to_owned()),
        prices: Field::Set(vec![PriceRecord::plain(price, compare_at)]),
        ..VariantRecord::default()
    };
    let rows = Rows { first_row: row.line, last_row: row.line, count: 1 };
    Ok(SourcedRecord {
        record: ProductRecord { variants: vec![variant], ..ProductRecord::default() },
        variants_of: Some(Reference::Sku(sku.to_owned())),
        rows,
        lines: Lines::default(),
        warnings: Vec::new(),
    })
}
