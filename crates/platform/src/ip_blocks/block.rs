//! Turning an address or a network away until somebody says otherwise, or for a while.

use kernel::{AddressRange, DomainError, ErrorKind, IpBlockId, Origin, TextError, Timestamp, text};

use super::events::IpBlockEvent;
use super::model::IpBlock;
use super::store;
use crate::audit::{self, Entry};
use crate::db::{DatabaseError, WriteTx};
use crate::{Context, outbox};

/// Every node has all blocks in memory.
const MOST_BLOCKS: i64 = 10_000;
/// Wider ranges are whole continents, and a slip of the pen more often than meant.
const WIDEST_OF_4: u8 = 8;
const WIDEST_OF_6: u8 = 19;
const MOST_CHARACTERS_OF_A_REASON: usize = 255;

/// Which addresses, and why.
#[derive(Debug, Clone)]
pub struct BlockIp {
    /// One address, or a range of them.
    pub addresses: AddressRange,
    /// What for, for people: up to 255 characters, or nothing.
    pub reason: String,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
}

/// Why nothing is blocked.
#[derive(Debug, thiserror::Error)]
pub enum BlockIpError {
    /// The reason.
    #[error("reason: {0}")]
    Reason(#[from] TextError),
    /// More than /8 of IPv4 or /19 of IPv6.
    #[error("{0} is a range too wide to be blocked: no wider than /8 of IPv4 or /19 of IPv6")]
    TooWide(AddressRange),
    /// Whoever asks would lock himself out.
    #[error("your own address is one of them")]
    CoversCaller,
    /// It would have ended before it began.
    #[error("the end of the block has to be in the future")]
    EndsInThePast,
    /// As many as there may be.
    #[error("{MOST_BLOCKS} ranges of addresses are blocked, and no more may be")]
    TooMany,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for BlockIpError {
    fn code(&self) -> &'static str {
        match self {
            Self::Reason(_) => "validation_failed",
            Self::TooWide(_) => "ip_range_too_wide",
            Self::CoversCaller => "ip_block_covers_caller",
            Self::EndsInThePast => "ip_block_ends_in_the_past",
            Self::TooMany => "too_many_ip_blocks",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Reason(_) | Self::TooWide(_) | Self::CoversCaller | Self::EndsInThePast => ErrorKind::Rule,
            Self::TooMany => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Refuses addresses from now on and records `ip_block.created`: this process at its commit, every other one within a second.
/// Blocked again, addresses get the new reason and end.
///
/// # Errors
/// `BlockIpError` names what is wrong; nothing is blocked then.
pub async fn block(context: &Context, origin: &Origin, command: BlockIp) -> Result<IpBlock, BlockIpError> {
    let tx = context.begin(origin).await?;
    let block = block_in(&tx, command).await?;
    tx.commit().await?;
    Ok(block)
}

async fn block_in(tx: &WriteTx, command: BlockIp) -> Result<IpBlock, BlockIpError> {
    let BlockIp { addresses, reason, expires_at } = command;
    let reason = if reason.is_empty() { reason } else { text(&reason, MOST_CHARACTERS_OF_A_REASON)? };
    let widest = if addresses.first().is_ipv4() { WIDEST_OF_4 } else { WIDEST_OF_6 };
    if addresses.length() < widest {
        return Err(BlockIpError::TooWide(addresses));
    }
    if tx.origin().client.ip.is_some_and(|caller| addresses.contains(caller)) {
        return Err(BlockIpError::CoversCaller);
    }
    if expires_at.is_some_and(|end| end <= tx.now()) {
        return Err(BlockIpError::EndsInThePast);
    }
    store::delete_ended(tx).await?;
    if store::count(tx).await? >= MOST_BLOCKS {
        return Err(BlockIpError::TooMany);
    }
    let (id, created_at, created_by) = (IpBlockId::generate(), tx.now(), tx.actor().to_string());
    let block = store::put(tx, &IpBlock { id, addresses, reason, expires_at, created_at, created_by }).await?;
    outbox::record(tx, &IpBlockEvent::Created { ip_block_id: block.id }).await?;
    audit::record(tx, &Entry::of("ip_block.created", block.id).after(&recorded(&block))).await?;
    Ok(block)
}

/// What the audit log is told of a block; the addresses are masked there.
pub(super) fn recorded(block: &IpBlock) -> serde_json::Value {
    serde_json::json!({ "ip": block.addresses.to_string(), "reason": block.reason, "expires_at": block.expires_at })
}
