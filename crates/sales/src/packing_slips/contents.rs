//! What goes into a parcel. Pure.

use kernel::FulfilmentId;

use super::error::PackingSlipError;
use crate::orders::{Fulfilment, OrderDetails, OrderLine};

/// The lines of a parcel with their pieces: of this one, or of the one that is still to be packed, which has all that needs a parcel and has
/// neither left nor been called off.
pub(super) fn contents(
    details: &OrderDetails,
    parcel: Option<FulfilmentId>,
) -> Result<(Option<&Fulfilment>, Vec<(&OrderLine, i64)>), PackingSlipError> {
    let parcel = match parcel {
        Some(id) => Some(details.fulfilments.iter().find(|known| known.id == id).ok_or(PackingSlipError::FulfilmentNotFound)?),
        None => None,
    };
    let pieces = |line: &OrderLine| match parcel {
        Some(parcel) => parcel.lines.iter().filter(|(id, _)| *id == line.id).map(|(_, pieces)| *pieces).sum(),
        None if line.requires_shipping => i64::from(line.quantity) - line.quantity_fulfilled - line.quantity_cancelled,
        None => 0,
    };
    let lines: Vec<(&OrderLine, i64)> = details.lines.iter().map(|line| (line, pieces(line))).filter(|(_, pieces)| *pieces > 0).collect();
    if lines.is_empty() { Err(PackingSlipError::NothingOpen) } else { Ok((parcel, lines)) }
}
