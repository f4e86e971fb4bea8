//! Shipping what is put aside.

use std::collections::HashSet;

use kernel::{DomainError, ErrorKind, Quantity, VariantId};
use platform::db::{DatabaseError, OnBroken, WriteTx};
use uuid::Uuid;

use super::change::{Changed, change_stock};
use super::holds::{Held, HoldEnd, changes_of, pieces_of, take};
use super::moves::{MoveCause, MoveReason};
use super::store::{self, Cause, NewMove};

/// Why pieces are not shipped; nothing was booked then.
#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    /// Fewer pieces are put aside for the line than are to be shipped.
    #[error("only {held} of {wanted} pieces are put aside for the line")]
    NotHeld {
        /// The line.
        line_id: Uuid,
        /// What is to be shipped.
        wanted: i64,
        /// What is put aside.
        held: i64,
    },
    /// This fulfilment was booked before.
    #[error("this fulfilment is booked already")]
    AlreadyBooked,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ConsumeError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotHeld { .. } => "stock_not_held",
            Self::AlreadyBooked => "fulfilment_already_booked",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotHeld { .. } | Self::AlreadyBooked => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Ships pieces of lines: they leave both what is on hand and what is promised, and the ledger has a move per level with
/// the fulfilment as its cause. Lines without any hold were not tracked when they were ordered and are skipped.
///
/// What can still be sold does not change by it, so no line is crossed.
///
/// # Errors
/// `NotHeld` where more is shipped than is put aside, `AlreadyBooked` where the fulfilment was shipped before. After an
/// error the transaction must be rolled back.
pub async fn consume(tx: &WriteTx, cause_id: Uuid, lines: &[(Uuid, Quantity)]) -> Result<(), ConsumeError> {
    let ids: Vec<Uuid> = lines.iter().map(|(line_id, _)| *line_id).collect();
    let holds = store::lock_holds_of_lines(tx, &ids).await?;
    let taken = take_lines(&holds, lines)?;
    if taken.is_empty() {
        return Ok(());
    }
    let variants: HashSet<VariantId> = taken.iter().map(|(held, _)| held.variant_id).collect();
    let changes = changes_of(&taken, HoldEnd::Consumed);
    let changed = change_stock(tx, variants, |_| Ok::<_, DatabaseError>((changes.clone(), ()))).await?;
    store::end_holds(tx, HoldEnd::Consumed, &pieces_of(&taken)).await?;
    let cause = Cause { kind: MoveCause::Fulfilment, id: cause_id, reason: MoveReason::Fulfilled, note: None };
    let booked = store::insert_moves(tx, cause, &moves_of(&changed)).await;
    booked.on_unique(store::MOVE_CAUSE_KEY.0, store::MOVE_CAUSE_KEY.1, || ConsumeError::AlreadyBooked)
}

fn take_lines(holds: &[Held], lines: &[(Uuid, Quantity)]) -> Result<Vec<(Held, i64)>, ConsumeError> {
    let mut all = Vec::new();
    for &(line_id, quantity) in lines {
        let of_line: Vec<&Held> = holds.iter().filter(|held| held.line_id == line_id).collect();
        let taken = take(of_line.iter().copied(), quantity.into());
        let (wanted, held) = (i64::from(quantity), taken.iter().map(|(_, pieces)| pieces).sum());
        if held < wanted && !of_line.is_empty() {
            return Err(ConsumeError::NotHeld { line_id, wanted, held });
        }
        all.extend(taken);
    }
    Ok(all)
}

/// One move per changed level, with what lies there afterwards.
fn moves_of<P>(changed: &Changed<P>) -> Vec<NewMove> {
    let to_move = |stock: &super::stock::Stock| {
        let of_stock = changed.changes.iter().filter(|change| change.variant_id == stock.variant_id);
        let moves = of_stock.filter_map(|change| {
            let on_hand_after = stock.level(change.location_id)?.on_hand + change.on_hand;
            let (variant_id, location_id, delta) = (change.variant_id, change.location_id, change.on_hand);
            Some(NewMove { variant_id, location_id, delta, on_hand_after })
        });
        moves.collect::<Vec<_>>()
    };
    changed.before.iter().flat_map(to_move).collect()
}
