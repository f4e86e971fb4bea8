//! Switching the counting of a variant's stock on and off, and how much of it may be ordered back.

use kernel::{DomainError, ErrorKind, VariantId};
use platform::db::{DatabaseError, OnBroken, WriteTx};

use super::model::{Counting, Level};
use super::store;

/// Why the counting stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum SetTrackingError {
    /// Pieces are put aside for orders, which only counted stock can be.
    #[error("{reserved} pieces are put aside for orders; stock stays counted until they are shipped or given back")]
    Held {
        /// How many.
        reserved: i64,
    },
    /// More is promised than what lies there and the new limit allow.
    #[error("more is promised to orders than a backorder limit of {limit} allows")]
    Reserved {
        /// The limit that was asked for.
        limit: i64,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for SetTrackingError {
    fn code(&self) -> &'static str {
        match self {
            Self::Held { .. } => "stock_is_held",
            Self::Reserved { .. } => "stock_is_reserved",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Held { .. } | Self::Reserved { .. } => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Brings the levels of an existing variant in line with what it is to be; whoever writes what `Counting` has of a variant calls this
/// in the same transaction, also for a new variant that is tracked.
///
/// A variant that comes to be tracked gets a level at the default location (the active one of first priority) unless it has
/// one; levels of a variant that is tracked no more stay and count for nothing. Call it before the variant's own row is
/// updated, so that locks are taken in the order of all others, and count the product's listing anew afterwards.
///
/// # Errors
/// `Held` or `Reserved` where orders forbid it; nothing is changed then.
pub async fn set_tracking(tx: &WriteTx, variant_id: VariantId, counting: Counting) -> Result<(), SetTrackingError> {
    let Counting { tracked, backorder_limit, .. } = counting;
    store::lock_variants(tx, &[variant_id]).await?;
    let stocks = store::lock_stocks(tx, &[variant_id]).await?;
    let levels: Vec<_> = stocks.iter().flat_map(|stock| stock.levels.iter().map(|placed| placed.level)).collect();
    if !tracked {
        let reserved = levels.iter().map(|level| level.reserved).sum();
        return if reserved > 0 { Err(SetTrackingError::Held { reserved }) } else { Ok(()) };
    }
    if levels.is_empty() {
        let default = store::location_ids(tx).await?.into_iter().take(1);
        store::ensure_levels(tx, &default.map(|location| (variant_id, location)).collect::<Vec<_>>()).await?;
    }
    let refused = |limit| SetTrackingError::Reserved { limit };
    if let Some(limit) = backorder_limit.filter(|_| levels.iter().any(|level| Level { backorder_limit, ..*level }.is_oversold())) {
        return Err(refused(limit));
    }
    let limited = store::copy_limits(tx, variant_id, counting).await;
    limited.on_check("stock_levels_oversold_check", || refused(backorder_limit.unwrap_or(0)))
}

/// Gives variants that were inserted in this transaction and are tracked their level at the default location. Nobody else
/// sees them yet, so nothing is locked.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn track_new(tx: &WriteTx, variants: &[VariantId]) -> Result<(), DatabaseError> {
    if variants.is_empty() {
        return Ok(());
    }
    let Some(default) = store::location_ids(tx).await?.into_iter().next() else { return Ok(()) };
    store::ensure_levels(tx, &variants.iter().map(|variant| (*variant, default)).collect::<Vec<_>>()).await
}

/// Removes what stock knows of variants that are to be deleted; false where something was booked or put aside for one of
/// them, which stays in the ledger for good: such a variant is archived instead.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn forget(tx: &WriteTx, variants: &[VariantId]) -> Result<bool, DatabaseError> {
    if variants.is_empty() {
        return Ok(true);
    }
    store::delete_levels(tx, variants).await
}
