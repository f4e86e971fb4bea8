//! Which pieces can be asked back, approved and received. Pure.

use std::collections::HashSet;

use catalog::variants::VariantKind;
use chrono::TimeDelta;
use kernel::{FieldErrors, OrderLineId, Quantity, Timestamp};

use super::error::ReturnError;
use super::model::{Condition, ReturnLine, ReturnReason};
use crate::orders::{Fulfilment, OrderDetails, OrderLine};

/// Pieces of a line that somebody wants to send back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedLine {
    /// The line.
    pub line_id: OrderLineId,
    /// How many.
    pub quantity: Quantity,
    /// Why.
    pub reason: ReturnReason,
    /// In their words: up to 500 characters.
    pub note: Option<String>,
}

/// Pieces of a line that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// The line.
    pub line_id: OrderLineId,
    /// How many.
    pub quantity: Quantity,
    /// How they are.
    pub condition: Condition,
    /// Whether they lie in stock again.
    pub restock: bool,
}

/// The pieces of a line that can still be asked back: they left, did not come back, no return waits for them, and nobody paid them back.
fn returnable(line: &OrderLine) -> i64 {
    let out = line.quantity_fulfilled - line.quantity_returned - line.quantity_coming_back;
    let unpaid_back = i64::from(line.quantity) - line.quantity_refunded - line.quantity_coming_back - line.quantity_to_refund;
    out.min(unpaid_back).max(0)
}

/// What is a thing comes back; a download, a service and a gift card do not.
fn comes_back(line: &OrderLine) -> bool {
    [VariantKind::Physical, VariantKind::External].iter().any(|kind| line.kind == kind.as_str())
}

/// The pieces of a line that left so short a time ago that a customer may still ask. What is back already, or on its way, is taken to be of
/// those that left before.
fn within_window(line: &OrderLine, parcels: &[Fulfilment], (days, now): (i64, Timestamp)) -> i64 {
    let is_open = |parcel: &&Fulfilment| now - parcel.delivered_at.unwrap_or(parcel.created_at) <= TimeDelta::days(days);
    let pieces = parcels.iter().filter(is_open).flat_map(|parcel| &parcel.lines).filter(|(id, _)| *id == line.id);
    let recent: i64 = pieces.map(|(_, pieces)| pieces).sum();
    let gone = line.quantity_returned + line.quantity_coming_back;
    recent - (gone - (line.quantity_fulfilled - recent)).max(0)
}

/// The lines of a return. `window`: for how many days customers may ask, and what time it is; staff may at any time.
pub(super) fn ask(order: &OrderDetails, wanted: Vec<AskedLine>, window: Option<(i64, Timestamp)>) -> Result<Vec<ReturnLine>, ReturnError> {
    let (mut errors, mut seen, mut lines, mut is_late) = (FieldErrors::new(), HashSet::new(), Vec::new(), false);
    if wanted.is_empty() {
        errors.add("lines", "name what comes back");
    }
    for (place, AskedLine { line_id, quantity, reason, note }) in wanted.into_iter().enumerate() {
        let asked = i64::from(quantity);
        let Some(line) = order.lines.iter().find(|line| line.id == line_id) else {
            errors.add(format!("lines.{place}.line_id"), "is no line of this order");
            continue;
        };
        if !seen.insert(line_id) {
            errors.add(format!("lines.{place}.line_id"), "is named more than once");
        }
        if !comes_back(line) {
            errors.add(format!("lines.{place}.line_id"), "is nothing that can be sent back");
        } else if asked > returnable(line) {
            errors.add(format!("lines.{place}.quantity"), format!("only {} can be sent back", returnable(line)));
        }
        is_late |= window.is_some_and(|window| asked > within_window(line, &order.fulfilments, window));
        lines.push(ReturnLine { line_id, reason, note, asked, approved: 0, received: 0, damaged: 0, restocked: 0 });
    }
    let lines = errors.finish(|| Some(lines))?;
    if is_late { Err(ReturnError::WindowOver) } else { Ok(lines) }
}

/// Says how many pieces may come: of the lines that are named so many, of no others any; all, where none is named.
pub(super) fn approve(lines: &mut [ReturnLine], wanted: &[(OrderLineId, Quantity)]) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::new();
    if wanted.is_empty() {
        lines.iter_mut().for_each(|line| line.approved = line.asked);
    }
    for (place, (id, quantity)) in wanted.iter().enumerate() {
        match lines.iter_mut().find(|line| line.line_id == *id) {
            None => errors.add(format!("lines.{place}.line_id"), "is no line of this return"),
            Some(line) if line.approved > 0 => errors.add(format!("lines.{place}.line_id"), "is named more than once"),
            Some(line) if i64::from(*quantity) > line.asked => {
                errors.add(format!("lines.{place}.quantity"), format!("only {} are asked back", line.asked));
            }
            Some(line) => line.approved = i64::from(*quantity),
        }
    }
    errors.finish(|| Some(()))
}

/// Counts what came. A line may be named several times: some of its pieces may be damaged.
pub(super) fn receive(lines: &mut [ReturnLine], arrivals: &[Arrival]) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::new();
    if arrivals.is_empty() {
        errors.add("lines", "name what came");
    }
    for (place, arrival) in arrivals.iter().enumerate() {
        let Some(line) = lines.iter_mut().find(|line| line.line_id == arrival.line_id) else {
            errors.add(format!("lines.{place}.line_id"), "is no line of this return");
            continue;
        };
        let (came, left) = (i64::from(arrival.quantity), line.approved - line.received);
        if came > left {
            errors.add(format!("lines.{place}.quantity"), format!("only {left} are waited for"));
            continue;
        }
        line.received += came;
        match arrival.condition {
            Condition::Damaged if arrival.restock => errors.add(format!("lines.{place}.restock"), "what is damaged is not sold again"),
            Condition::Damaged => line.damaged += came,
            Condition::Good => {}
        }
    }
    errors.finish(|| Some(()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quantity(pieces: i64) -> Quantity {
        Quantity::try_from(pieces).expect("a quantity")
    }

    fn line(asked: i64) -> ReturnLine {
        let (line_id, reason) = (OrderLineId::from_uuid(uuid::Uuid::nil()), ReturnReason::Other);
        ReturnLine { line_id, reason, note: None, asked, approved: 0, received: 0, damaged: 0, restocked: 0 }
    }

    fn arrival(line: &ReturnLine, pieces: i64, condition: Condition, restock: bool) -> Arrival {
        Arrival { line_id: line.line_id, quantity: quantity(pieces), condition, restock }
    }

    #[test]
    fn of_a_line_no_more_comes_than_may_and_no_more_may_than_is_asked() {
        let mut lines = [line(3)];
        let id = lines[0].line_id;
        assert!(approve(&mut lines.clone(), &[(id, quantity(4))]).is_err());
        assert!(approve(&mut lines.clone(), &[(id, quantity(1)), (id, quantity(1))]).is_err());
        approve(&mut lines, &[(id, quantity(2))]).expect("two may come");
        let broken = arrival(&lines[0], 1, Condition::Damaged, true);
        assert!(receive(&mut lines.clone(), &[broken]).is_err(), "what is damaged is not sold again");
        assert!(receive(&mut lines.clone(), &[]).is_err());
        let both = [arrival(&lines[0], 1, Condition::Good, true), arrival(&lines[0], 1, Condition::Damaged, false)];
        receive(&mut lines, &both).expect("both came");
        assert_eq!((lines[0].received, lines[0].damaged), (2, 1));
        assert!(receive(&mut lines, &both[..1]).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_approved_and_comes_the_counts_keep_their_order(
            asked in 1_i64..9, may in 1_i64..9, parcels in proptest::collection::vec((1_i64..5, any::<bool>()), 0..6),
        ) {
            let mut lines = [line(asked)];
            let id = lines[0].line_id;
            let approved = approve(&mut lines, &[(id, quantity(may))]).is_ok();
            prop_assert_eq!(approved, may <= asked);
            for (pieces, is_broken) in parcels {
                let condition = if is_broken { Condition::Damaged } else { Condition::Good };
                let mut after = lines.clone();
                let came = receive(&mut after, &[arrival(&lines[0], pieces, condition, false)]).is_ok();
                prop_assert_eq!(came, pieces <= lines[0].approved - lines[0].received);
                if came {
                    lines = after;
                }
                let [line] = &lines;
                prop_assert!(line.damaged <= line.received && line.received <= line.approved && line.approved <= line.asked);
            }
        }
    }
}
