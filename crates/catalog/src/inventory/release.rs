//! Giving back what is put aside.

use kernel::Quantity;
use platform::db::{DatabaseError, WriteTx};
use uuid::Uuid;

use super::change::{change_stock, notice_crossings};
use super::holds::{Held, HoldEnd, changes_of, pieces_of, take};
use super::store;

/// Gives back everything that is still held for an order that was cancelled or expired. What was given back or shipped
/// before stays as it is, so that doing it again changes nothing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn release(tx: &WriteTx, reference_id: Uuid) -> Result<(), DatabaseError> {
    let holds = store::lock_holds_of(tx, reference_id).await?;
    let taken: Vec<(Held, i64)> = holds.into_iter().map(|held| (held, held.rest)).collect();
    give_back(tx, &taken).await
}

/// Gives back so many pieces of one line, the last planned location first; what is not held any more cannot be given back.
/// The number of pieces that were.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn release_line(tx: &WriteTx, line_id: Uuid, quantity: Quantity) -> Result<i64, DatabaseError> {
    let holds = store::lock_holds_of_lines(tx, &[line_id]).await?;
    let taken = take(holds.iter().rev(), quantity.into());
    give_back(tx, &taken).await?;
    Ok(taken.iter().map(|(_, pieces)| pieces).sum())
}

async fn give_back(tx: &WriteTx, taken: &[(Held, i64)]) -> Result<(), DatabaseError> {
    if taken.is_empty() {
        return Ok(());
    }
    let variants = taken.iter().map(|(held, _)| held.variant_id);
    let changes = changes_of(taken, HoldEnd::Released);
    let changed = change_stock(tx, variants, |_| Ok::<_, DatabaseError>((changes.clone(), ()))).await?;
    store::end_holds(tx, HoldEnd::Released, &pieces_of(taken)).await?;
    notice_crossings(tx, &changed).await
}
