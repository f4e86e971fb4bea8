//! Letting addresses in again.

use kernel::{DomainError, ErrorKind, IpBlockId, Origin};

use super::block::recorded;
use super::events::IpBlockEvent;
use super::store;
use crate::audit::{self, Entry};
use crate::db::DatabaseError;
use crate::{Context, outbox};

/// Why a block stays.
#[derive(Debug, thiserror::Error)]
pub enum UnblockIpError {
    /// There is none of this id.
    #[error("no such block")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UnblockIpError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "ip_block_not_found",
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

/// Ends a block and records `ip_block.removed`: in this process at its commit, in every other one within a second.
///
/// # Errors
/// `UnblockIpError` names what is wrong.
pub async fn unblock(context: &Context, origin: &Origin, id: IpBlockId) -> Result<(), UnblockIpError> {
    let tx = context.begin(origin).await?;
    let block = store::delete(&tx, id).await?.ok_or(UnblockIpError::NotFound)?;
    outbox::record(&tx, &IpBlockEvent::Removed { ip_block_id: id }).await?;
    audit::record(&tx, &Entry::of("ip_block.removed", id).before(&recorded(&block))).await?;
    Ok(tx.commit().await?)
}
