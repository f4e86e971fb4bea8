//! What pieces and shipping are worth when they are given back. Pure.

use std::collections::HashSet;

use kernel::{FieldErrors, Money, OrderLineId, Quantity, share};

use crate::orders::{Order, OrderLine};

/// Pieces of a line that are paid back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundLine {
    /// The line.
    pub line_id: OrderLineId,
    /// How many.
    pub quantity: Quantity,
    /// Whether the pieces can be sold again: those that have not left are called off, the others come back to stock.
    pub restock: bool,
}

/// What a refund is for, at its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundItem {
    /// The line and how many of it; shipping has none.
    pub pieces: Option<(OrderLineId, i64)>,
    /// What it is worth.
    pub amount: Money,
    /// Whether the pieces can be sold again.
    pub restock: bool,
}

/// What so many pieces of a line are worth after others were paid back: the parts of a line come to the line, to the cent, however it is cut.
#[must_use]
pub fn price_of_pieces(gross_minor: i64, of: i64, before: i64, pieces: i64) -> i64 {
    share(gross_minor, of, before + pieces) - share(gross_minor, of, before)
}

/// The items of a refund, each with what it is worth; `shipping_left` is what is not paid back of the order's shipping yet. What an open
/// return is about is paid back with the return.
///
/// # Errors
/// A message on each bad field: `lines.<n>.line_id`, `lines.<n>.quantity`, `lines.<n>.restock`, `shipping`.
pub(super) fn items_of(
    order: &Order,
    lines: &[OrderLine],
    wanted: &[RefundLine],
    (shipping, shipping_left): (Option<Money>, i64),
) -> Result<Vec<RefundItem>, FieldErrors> {
    let (mut errors, mut seen, mut items) = (FieldErrors::new(), HashSet::new(), Vec::new());
    for (place, wanted) in wanted.iter().enumerate() {
        let Some(line) = lines.iter().find(|line| line.id == wanted.line_id) else {
            errors.add(format!("lines.{place}.line_id"), "is no line of this order");
            continue;
        };
        if !seen.insert(wanted.line_id) {
            errors.add(format!("lines.{place}.line_id"), "is named more than once");
        }
        let (of, pieces) = (i64::from(line.quantity), i64::from(wanted.quantity));
        let left = of - line.quantity_refunded - line.quantity_coming_back - line.quantity_to_refund;
        if pieces > left {
            errors.add(format!("lines.{place}.quantity"), format!("only {left} are left to refund"));
        }
        if wanted.restock && pieces > restockable(line) {
            errors.add(format!("lines.{place}.restock"), format!("only {} can go back to stock", restockable(line)));
        }
        let minor = price_of_pieces(line.gross_minor, of, line.quantity_refunded, pieces);
        items.push(RefundItem { pieces: Some((line.id, pieces)), amount: order.money(minor), restock: wanted.restock });
    }
    if let Some(shipping) = shipping {
        if shipping.currency() != order.currency {
            errors.add("shipping", "is not in the currency of the order");
        } else if shipping.minor() > shipping_left {
            errors.add("shipping", format!("only {} of it is left to refund", order.money(shipping_left)));
        }
        items.extend((shipping.minor() > 0).then_some(RefundItem { pieces: None, amount: shipping, restock: false }));
    }
    errors.finish(|| Some(items))
}

/// The pieces of a line that are neither called off nor came back, and that no return waits for.
fn restockable(line: &OrderLine) -> i64 {
    i64::from(line.quantity) - line.quantity_cancelled - line.quantity_returned - line.quantity_coming_back
}

/// Of pieces that are to be sold again: those that have not left yet, and those that came back.
pub(super) fn called_off_and_returned(line: &OrderLine, pieces: i64) -> (i64, i64) {
    let open = i64::from(line.quantity) - line.quantity_fulfilled - line.quantity_cancelled;
    let called_off = pieces.min(open.max(0));
    (called_off, pieces - called_off)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_piece_makes_up_for_the_cents() {
        let parts: Vec<i64> = (0..3).map(|before| price_of_pieces(1_000, 3, before, 1)).collect();
        assert_eq!(parts, [333, 333, 334]);
        assert_eq!(price_of_pieces(1_000, 3, 1, 2), 667);
        assert_eq!(price_of_pieces(i64::MAX, 9_999, 0, 9_999), i64::MAX);
        assert_eq!(price_of_pieces(0, 1, 0, 1), 0);
    }

    proptest! {
        #[test]
        fn however_a_line_is_cut_its_parts_come_to_it(gross in 0_i64..=1_000_000_000_000, cuts in proptest::collection::vec(1_i64..200, 1..20)) {
            let of: i64 = cuts.iter().sum();
            let mut before = 0;
            let mut sum = 0;
            for pieces in cuts {
                let part = price_of_pieces(gross, of, before, pieces);
                prop_assert!(part >= 0);
                sum += part;
                before += pieces;
            }
            prop_assert_eq!(sum, gross);
        }
    }
}
