//! Rows of the blocks.

use kernel::{AddressRange, Cursor, IpBlockId, Page, PageRequest, Position, Timestamp};
use uuid::Uuid;

use super::model::IpBlock;
use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, WriteTx};
use crate::values;

#[derive(FromQueryResult)]
struct IpBlockRow {
    id: Uuid,
    addresses: String,
    reason: String,
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
    created_by: String,
}

impl TryFrom<IpBlockRow> for IpBlock {
    type Error = DatabaseError;

    fn try_from(row: IpBlockRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: IpBlockId::from_uuid(row.id),
            addresses: row.addresses.parse().map_err(|_| DatabaseError::corrupt("ip_blocks.addresses"))?,
            reason: row.reason,
            expires_at: row.expires_at,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

const COLUMNS: &str = "id, addresses, reason, expires_at, created_at, created_by";

/// All blocks, newest first; those that have ended among them.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<IpBlock>, DatabaseError> {
    let rows: Vec<IpBlockRow> =
        db::fetch_all(db, &format!("SELECT {COLUMNS} FROM ip_blocks ORDER BY created_at DESC, id DESC"), vec![]).await?;
    rows.into_iter().map(IpBlock::try_from).collect()
}

/// One block.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: IpBlockId) -> Result<Option<IpBlock>, DatabaseError> {
    let row: Option<IpBlockRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM ip_blocks WHERE id = $1"), values![id]).await?;
    row.map(IpBlock::try_from).transpose()
}

/// Which blocks are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpBlockQuery {
    /// The newest first (`-created_at`), else the oldest (`created_at`).
    pub newest_first: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the blocks in the order in which their addresses were blocked first, which is the order of their ids. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &IpBlockQuery) -> Result<Page<IpBlock>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let (sort, after, direction) = if query.newest_first { ("-created_at", "<", "DESC") } else { ("created_at", ">", "ASC") };
    let total = db::total_of(db, &query.page, "ip_blocks", vec![]).await?;
    let (mut which, mut values) = (String::new(), values![limit, offset]);
    if let Position::After(Some(cursor)) = &query.page.position {
        which = format!("WHERE id {after} $3");
        values.extend(values![cursor.id]);
    }
    let sql = format!("SELECT {COLUMNS} FROM ip_blocks {which} ORDER BY id {direction} LIMIT $1 OFFSET $2");
    let rows: Vec<IpBlockRow> = db::fetch_all(db, &sql, values).await?;
    let blocks: Vec<IpBlock> = rows.into_iter().map(IpBlock::try_from).collect::<Result<_, _>>()?;
    Ok(db::page_of(blocks, &query.page, total, |last| Cursor { sort: sort.to_owned(), value: None, id: last.id.uuid() }))
}

/// The block of exactly these addresses.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_of(db: &impl ConnectionTrait, addresses: AddressRange) -> Result<Option<IpBlock>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM ip_blocks WHERE addresses = $1");
    let row: Option<IpBlockRow> = db::fetch_optional(db, &sql, values![addresses.to_string()]).await?;
    row.map(IpBlock::try_from).transpose()
}

/// Writes a block, over one of the same addresses where there is one: its id stays. The block as it is now.
pub(super) async fn put(tx: &WriteTx, block: &IpBlock) -> Result<IpBlock, DatabaseError> {
    let sql = format!(
        "INSERT INTO ip_blocks ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (addresses) DO UPDATE SET reason = excluded.reason, expires_at = excluded.expires_at,
             created_at = excluded.created_at, created_by = excluded.created_by
         RETURNING {COLUMNS}"
    );
    let values = values![block.id, block.addresses.to_string(), &block.reason, block.expires_at, block.created_at, &block.created_by];
    let row: IpBlockRow = db::fetch_one(tx, &sql, values).await?;
    row.try_into()
}

pub(super) async fn delete(tx: &WriteTx, id: IpBlockId) -> Result<Option<IpBlock>, DatabaseError> {
    let sql = format!("DELETE FROM ip_blocks WHERE id = $1 RETURNING {COLUMNS}");
    let row: Option<IpBlockRow> = db::fetch_optional(tx, &sql, values![id]).await?;
    row.map(IpBlock::try_from).transpose()
}

/// Forgets blocks that have ended.
pub(super) async fn delete_ended(tx: &WriteTx) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM ip_blocks WHERE expires_at <= $1", values![tx.now()]).await.map(drop)
}

pub(super) async fn count(tx: &WriteTx) -> Result<i64, DatabaseError> {
    Ok(db::fetch_scalar(tx, "SELECT CAST(COUNT(*) AS BIGINT) FROM ip_blocks", vec![]).await?.unwrap_or_default())
}
