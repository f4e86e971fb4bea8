//! Putting stock aside for the lines of an order.

use std::collections::HashSet;

use kernel::{DomainError, ErrorKind, Timestamp, UserId};
use platform::db::{DatabaseError, OnBroken, WriteTx};
use uuid::Uuid;

use super::change::{change_stock, notice_crossings};
use super::plan::{Demand, Shortage, plan};
use super::store::{self, Holder};

/// Why stock is not put aside; nothing was taken then.
#[derive(Debug, thiserror::Error)]
pub enum ReserveError {
    /// These lines cannot have what they want: all of them, with what they can still have.
    #[error("not enough in stock for {} of the lines", .0.len())]
    OutOfStock(Vec<Shortage>),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ReserveError {
    fn code(&self) -> &'static str {
        match self {
            Self::OutOfStock(_) => "out_of_stock",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::OutOfStock(_) => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Puts stock aside for every line, or for none; the lines that hold some now. Variants that are not tracked are skipped; real stock is taken by the
/// locations' priority, backorders on the first location only.
///
/// Every level of the variants stays locked until the caller commits, so of two buyers of the last piece one waits for the
/// other and is then told the truth. A line can be reserved once (`holds_line_key`).
///
/// # Errors
/// `OutOfStock` names every line that comes short. After an error the transaction must be rolled back.
pub async fn reserve(
    tx: &WriteTx,
    reference_id: Uuid,
    user_id: Option<UserId>,
    demand: &[Demand],
    expires_at: Option<Timestamp>,
) -> Result<HashSet<Uuid>, ReserveError> {
    let variants = demand.iter().map(|line| line.variant_id);
    let changed = change_stock(tx, variants, |stocks| {
        let plan = plan(demand, stocks).map_err(ReserveError::OutOfStock)?;
        Ok((plan.changes, plan.portions))
    })
    .await;
    let changed = match changed {
        Err(ReserveError::Database(error)) => Err(error).on_check("stock_levels_oversold_check", || nothing_left(demand)),
        other => other,
    }?;
    store::insert_holds(tx, Holder { reference_id, user_id, expires_at }, &changed.plan).await?;
    notice_crossings(tx, &changed).await?;
    Ok(changed.plan.iter().map(|portion| portion.line_id).collect())
}

/// What is said when the database itself had to refuse: nothing more can be read in a transaction that failed.
fn nothing_left(demand: &[Demand]) -> ReserveError {
    let short = |line: &Demand| Shortage { line_id: line.line_id, variant_id: line.variant_id, wanted: line.quantity.into(), available: 0 };
    ReserveError::OutOfStock(demand.iter().map(short).collect())
}
