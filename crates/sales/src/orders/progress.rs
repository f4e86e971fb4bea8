//! What an order's money and shipments say about its states; the same derivation runs in every transaction that moves them.

use super::states::{FulfilmentStatus, OrderStatus, PaymentStatus};

/// The money of one order in minor units, summed over its payments; succeeded operations only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// What the order costs.
    pub total_minor: i64,
    /// What providers promise and have not yet been asked for: authorised, neither captured nor voided nor expired.
    pub authorised_minor: i64,
    /// What was taken, before refunds.
    pub captured_minor: i64,
    /// What was given back.
    pub refunded_minor: i64,
}

impl Settled {
    /// What was taken and not given back.
    #[must_use]
    pub const fn kept_minor(&self) -> i64 {
        self.captured_minor.saturating_sub(self.refunded_minor)
    }

    /// True where the total is taken or promised.
    #[must_use]
    pub const fn is_covered(&self) -> bool {
        self.kept_minor().saturating_add(self.authorised_minor) >= self.total_minor
    }

    /// True where nobody owes the shop anything. A refund is the shop's decision and leaves no debt, so what was taken
    /// counts here, not what was kept.
    #[must_use]
    pub const fn nothing_left_to_pay(&self) -> bool {
        self.captured_minor >= self.total_minor
    }
}

/// The pieces of one order line, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineProgress {
    /// Pieces ordered.
    pub quantity: i64,
    /// Pieces that left.
    pub fulfilled: i64,
    /// Pieces that arrived; a part of those that left.
    pub delivered: i64,
    /// Pieces called off before they left.
    pub cancelled: i64,
    /// Whether they are gift cards, which are made once they are paid.
    pub is_gift_card: bool,
}

impl LineProgress {
    const fn wanted(&self) -> i64 {
        self.quantity.saturating_sub(self.cancelled)
    }
}

/// All that decides whether an order moves on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Its money.
    pub settled: Settled,
    /// True where the payment method ships before payment (invoice, cash on delivery).
    pub ships_before_payment: bool,
    /// Its lines.
    pub lines: &'a [LineProgress],
}

/// What the money of an order amounts to.
///
/// Money beyond the total that went back does not make a paid order a refunded one. A promise counts only as a whole:
/// an order whose total is promised in part is unpaid, and one that is taken in part is part paid, whatever else is promised.
#[must_use]
pub const fn payment_status(settled: &Settled) -> PaymentStatus {
    if settled.kept_minor() >= settled.total_minor {
        PaymentStatus::Paid
    } else if settled.refunded_minor > 0 {
        if settled.kept_minor() > 0 { PaymentStatus::PartRefunded } else { PaymentStatus::Refunded }
    } else if settled.captured_minor > 0 {
        PaymentStatus::PartPaid
    } else if settled.is_covered() {
        PaymentStatus::Authorised
    } else {
        PaymentStatus::Unpaid
    }
}

/// How much of an order is on its way; what was called off is not waited for.
#[must_use]
pub fn fulfilment_status(lines: &[LineProgress]) -> FulfilmentStatus {
    if lines.iter().all(|line| line.fulfilled == 0) {
        FulfilmentStatus::None
    } else if lines.iter().any(|line| line.fulfilled < line.wanted()) {
        FulfilmentStatus::Part
    } else if lines.iter().any(|line| line.delivered < line.fulfilled) {
        FulfilmentStatus::Fulfilled
    } else {
        FulfilmentStatus::Delivered
    }
}

/// The state that follows from the facts: `current` where nothing follows. One legal step at a time, so that the history
/// has no gaps; a caller that changed several facts calls until the state stays. Cancelling and expiring are commands
/// and never follow from facts.
#[must_use]
pub fn next_status(current: OrderStatus, facts: &Facts<'_>) -> OrderStatus {
    match current {
        OrderStatus::Pending if facts.ships_before_payment || facts.settled.is_covered() => OrderStatus::Confirmed,
        OrderStatus::Confirmed if facts.settled.nothing_left_to_pay() && nothing_left_to_ship(facts.lines) => OrderStatus::Completed,
        OrderStatus::Pending | OrderStatus::Confirmed | OrderStatus::Completed | OrderStatus::Cancelled | OrderStatus::Expired => current,
    }
}

/// An order without lines has not shipped everything: an empty list proves nothing.
fn nothing_left_to_ship(lines: &[LineProgress]) -> bool {
    !lines.is_empty() && lines.iter().all(|line| line.fulfilled >= line.wanted())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn settled(total_minor: i64, authorised_minor: i64, captured_minor: i64, refunded_minor: i64) -> Settled {
        Settled { total_minor, authorised_minor, captured_minor, refunded_minor }
    }

    const fn line(quantity: i64, fulfilled: i64, delivered: i64, cancelled: i64) -> LineProgress {
        LineProgress { quantity, fulfilled, delivered, cancelled, is_gift_card: false }
    }

    #[test]
    fn the_payment_status_follows_from_the_sums() {
        use PaymentStatus::{Authorised, Paid, PartPaid, PartRefunded, Refunded, Unpaid};
        let table = [
            (settled(100, 0, 0, 0), Unpaid),
            (settled(100, 99, 0, 0), Unpaid),
            (settled(100, 100, 0, 0), Authorised),
            (settled(100, 0, 1, 0), PartPaid),
            (settled(100, 70, 30, 0), PartPaid),
            (settled(100, 0, 100, 0), Paid),
            (settled(100, 0, 150, 0), Paid),
            (settled(100, 0, 150, 50), Paid),
            (settled(100, 0, 130, 30), Paid),
            (settled(100, 0, 100, 1), PartRefunded),
            (settled(100, 0, 100, 100), Refunded),
            (settled(100, 0, 30, 30), Refunded),
            (settled(0, 0, 0, 0), Paid),
        ];
        for (sums, status) in table {
            assert_eq!(payment_status(&sums), status, "{sums:?}");
        }
    }

    #[test]
    fn the_fulfilment_status_follows_from_the_counters() {
        use FulfilmentStatus::{Delivered, Fulfilled, None, Part};
        let table: [(&[LineProgress], _); 9] = [
            (&[], None),
            (&[line(2, 0, 0, 0)], None),
            (&[line(2, 0, 0, 2)], None),
            (&[line(2, 1, 0, 0)], Part),
            (&[line(2, 2, 0, 0), line(1, 0, 0, 0)], Part),
            (&[line(2, 2, 0, 0), line(1, 0, 0, 1)], Fulfilled),
            (&[line(2, 1, 1, 0)], Part),
            (&[line(2, 2, 1, 0)], Fulfilled),
            (&[line(3, 2, 2, 1)], Delivered),
        ];
        for (lines, status) in table {
            assert_eq!(fulfilment_status(lines), status, "{lines:?}");
        }
    }

    #[test]
    fn an_order_moves_on_when_the_facts_allow_it() {
        use OrderStatus::{Completed, Confirmed, Pending};
        let (open, sent) = ([line(2, 0, 0, 0)], [line(2, 1, 0, 1)]);
        let table: [(OrderStatus, Settled, bool, &[LineProgress], OrderStatus); 10] = [
            (Pending, settled(100, 0, 0, 0), false, &open, Pending),
            (Pending, settled(100, 40, 59, 0), false, &open, Pending),
            (Pending, settled(100, 0, 0, 0), true, &open, Confirmed),
            (Pending, settled(100, 40, 60, 0), false, &open, Confirmed),
            (Pending, settled(0, 0, 0, 0), false, &open, Confirmed),
            (Confirmed, settled(100, 0, 100, 0), false, &open, Confirmed),
            (Confirmed, settled(100, 100, 0, 0), false, &sent, Confirmed),
            (Confirmed, settled(100, 0, 100, 30), false, &sent, Completed),
            (Confirmed, settled(0, 0, 0, 0), false, &[], Confirmed),
            (Pending, settled(0, 0, 0, 0), true, &sent, Confirmed),
        ];
        for (current, settled, ships_before_payment, lines, next) in table {
            assert_eq!(next_status(current, &Facts { settled, ships_before_payment, lines }), next, "{current} {settled:?}");
        }
    }

    fn facts() -> impl Strategy<Value = (Settled, bool, Vec<LineProgress>)> {
        let sums = (0_i64..5, 0_i64..5, 0_i64..5, 0_i64..5).prop_map(|(a, b, c, d)| settled(a, b, c, d.min(c)));
        let one = (1_i64..4, 0_i64..4, 0_i64..4, 0_i64..4).prop_map(|(quantity, fulfilled, delivered, cancelled)| {
            let fulfilled = fulfilled.min(quantity);
            line(quantity, fulfilled, delivered.min(fulfilled), cancelled.min(quantity - fulfilled))
        });
        (sums, any::<bool>(), proptest::collection::vec(one, 0..4))
    }

    proptest! {
        #[test]
        fn whatever_the_facts_only_legal_moves_follow_and_they_come_to_rest((settled, ships_before_payment, lines) in facts()) {
            let facts = Facts { settled, ships_before_payment, lines: &lines };
            for start in OrderStatus::ALL {
                let first = next_status(*start, &facts);
                let second = next_status(first, &facts);
                prop_assert!(first == *start || start.may_become(first));
                prop_assert!(second == first || first.may_become(second));
                prop_assert_eq!(next_status(second, &facts), second);
                prop_assert!(!start.is_final() || first == *start);
            }
        }

        #[test]
        fn a_paid_order_is_covered_and_an_expiring_one_has_no_money((settled, _, _) in facts()) {
            match payment_status(&settled) {
                PaymentStatus::Paid | PaymentStatus::Authorised => prop_assert!(settled.is_covered()),
                PaymentStatus::Unpaid => prop_assert_eq!(settled.captured_minor, 0),
                PaymentStatus::PartPaid => prop_assert!(settled.kept_minor() > 0 && settled.refunded_minor == 0),
                PaymentStatus::PartRefunded => prop_assert!(settled.kept_minor() > 0),
                PaymentStatus::Refunded => prop_assert_eq!(settled.kept_minor(), 0),
            }
        }
    }
}
