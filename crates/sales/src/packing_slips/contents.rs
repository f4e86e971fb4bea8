//! What goes into a parcel. Pure.

use kernel::FulfilmentId;

use super::error::PackingSlipError;
use crate::orders::{Fulfilment, OrderDetails, OrderLine};

/// What goes into a parcel.
pub(super) struct Contents<'a> {
    /// Which one; none where it is still to be packed.
    pub(super) parcel: Option<&'a Fulfilment>,
    /// The lines with their pieces in it.
    pub(super) lines: Vec<(&'a OrderLine, i64)>,
}

/// What is in this parcel, or what is still to be packed: all that needs a parcel and has neither left nor been called off.
pub(super) fn contents(details: &OrderDetails, parcel: Option<FulfilmentId>) -> Result<Contents<'_>, PackingSlipError> {
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
    if lines.is_empty() { Err(PackingSlipError::NothingOpen) } else { Ok(Contents { parcel, lines }) }
}
