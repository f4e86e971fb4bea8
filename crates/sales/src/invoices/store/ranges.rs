//! Rows of what documents have their numbers from.

use kernel::{ChannelId, InvoiceRangeId, Page, PageRequest, Timestamp};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::invoices::error::InvoiceRangeError;
use crate::invoices::model::InvoiceKind;
use crate::invoices::range::{InvoiceRange, RangeForm};

#[derive(FromQueryResult)]
struct RangeRow {
    id: Uuid,
    kind: String,
    channel_id: Option<Uuid>,
    prefix: String,
    digits: i64,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str = "id, kind, channel_id, prefix, digits, version, created_at, updated_at";

impl TryFrom<RangeRow> for InvoiceRange {
    type Error = DatabaseError;

    fn try_from(row: RangeRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: InvoiceRangeId::from_uuid(row.id),
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("invoice_ranges.kind"))?,
            channel_id: row.channel_id.map(ChannelId::from_uuid),
            form: RangeForm { prefix: row.prefix, digits: row.digits },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

async fn one(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Option<InvoiceRange>, DatabaseError> {
    let row: Option<RangeRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM invoice_ranges WHERE {rest}"), values).await?;
    row.map(InvoiceRange::try_from).transpose()
}

/// One range.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_range(db: &impl ConnectionTrait, id: InvoiceRangeId) -> Result<Option<InvoiceRange>, DatabaseError> {
    one(db, "id = $1", values![id]).await
}

pub(in crate::invoices) async fn lock_range(tx: &WriteTx, id: InvoiceRangeId) -> Result<Option<InvoiceRange>, DatabaseError> {
    one(tx, "id = $1 FOR UPDATE", values![id]).await
}

/// Where documents of a channel have their numbers from: its own range, else that of all.
pub(in crate::invoices) async fn range_for(tx: &WriteTx, kind: InvoiceKind, channel: ChannelId) -> Result<InvoiceRange, DatabaseError> {
    const OWN_FIRST: &str =
        "kind = $1 AND (channel_id IS NULL OR channel_id = $2) ORDER BY CASE WHEN channel_id IS NULL THEN 1 ELSE 0 END LIMIT 1";
    one(tx, OWN_FIRST, values![kind.as_str(), channel]).await?.ok_or_else(|| DatabaseError::corrupt("no range of invoices"))
}

/// One page of the ranges, in the order in which they were made. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list_ranges(db: &impl ConnectionTrait, newest_first: bool, page: &PageRequest) -> Result<Page<InvoiceRange>, ListError> {
    let ranges = ById { columns: COLUMNS, source: "invoice_ranges", id: "id" };
    ranges.page::<RangeRow, InvoiceRange>(db, Conditions::default(), (page, newest_first), |range| range.id.uuid()).await
}

const INSERT: &str =
    "INSERT INTO invoice_ranges (prefix, digits, version, updated_at, updated_by, id, kind, channel_id, created_at, created_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $4, $5)";

/// A row of `invoice_ranges`, in the order of the update; an insert has behind it what never changes.
fn row(tx: &WriteTx, range: &InvoiceRange) -> Vec<db::Value> {
    values![&range.form.prefix, range.form.digits, range.version, range.updated_at, tx.actor().to_string(), range.id]
}

fn new_row(tx: &WriteTx, range: &InvoiceRange) -> Vec<db::Value> {
    row(tx, range).into_iter().chain(values![range.kind.as_str(), range.channel_id]).collect()
}

fn taken(result: Result<u64, DatabaseError>) -> Result<(), InvoiceRangeError> {
    let (key, columns) = ("invoice_ranges_channel_key", "invoice_ranges.kind, invoice_ranges.channel_id");
    match result.map(drop).on_unique(key, columns, || InvoiceRangeError::ChannelTaken) {
        Err(InvoiceRangeError::Database(error)) => {
            Err(error).on_unique("invoice_ranges_prefix_key", "invoice_ranges.prefix", || InvoiceRangeError::PrefixTaken)
        }
        written => written,
    }
}

pub(in crate::invoices) async fn insert_range(tx: &WriteTx, range: &InvoiceRange) -> Result<(), InvoiceRangeError> {
    taken(db::execute(tx, INSERT, new_row(tx, range)).await)
}

pub(in crate::invoices) async fn update_range(tx: &WriteTx, range: &InvoiceRange) -> Result<(), InvoiceRangeError> {
    const UPDATE: &str = "UPDATE invoice_ranges SET prefix = $1, digits = $2, version = $3, updated_at = $4, updated_by = $5 WHERE id = $6";
    taken(db::execute(tx, UPDATE, row(tx, range)).await)
}

/// Makes the range for all channels unless there is one of its kind.
pub(in crate::invoices) async fn ensure_range(tx: &WriteTx, range: &InvoiceRange) -> Result<(), DatabaseError> {
    db::execute(tx, &format!("{INSERT} ON CONFLICT DO NOTHING"), new_row(tx, range)).await.map(drop)
}
