//! What holds for the price of every cart whatever promotions it has, in currencies with 0, 2 and 3 decimals.

use kernel::{ChannelId, ProductId, Timestamp};
use proptest::prelude::*;

use super::properties::{Cart, carts};
use super::*;
use crate::promotions::{self, Basket, BasketLine, Candidate, Customer, Evaluation, Left, Promotion, offers};

/// The cart with these promotions and no other discounts.
fn promoted(cart: &Cart, promotions: &[Promotion]) -> (Evaluation, Totals) {
    let lines: Vec<BasketLine> = cart.lines.iter().map(basket_line).collect();
    let basket = Basket {
        currency: cart.currency,
        channel_id: ChannelId::generate(),
        country: None,
        now: Timestamp::default(),
        weekday: 3,
        customer: &Customer::default(),
        lines: &lines,
        ships: true,
    };
    let candidates: Vec<_> = promotions.iter().map(|promotion| Candidate { promotion, code: None, left: Left::default() }).collect();
    let evaluation = promotions::evaluate(&basket, &candidates);
    let adjustments = promote::adjustments(&evaluation, cart.currency);
    let totals = Cart { adjustments, ..cart.clone() }.price().expect("a price");
    (evaluation, totals)
}

fn basket_line(line: &LineInput) -> BasketLine {
    BasketLine {
        line_id: line.line_id,
        variant_id: line.variant_id,
        product_id: ProductId::generate(),
        quantity: line.quantity.into(),
        unit_minor: line.unit.minor(),
        categories: [].into(),
        tags: [].into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 1_000 } else { 1_000_000 }))]

    #[test]
    fn whatever_is_taken_off_the_parts_sum_to_the_whole(cart in carts(), promotions in offers()) {
        let (evaluation, totals) = promoted(&cart, &promotions);
        let lines: i64 = totals.lines.iter().map(|line| line.gross.minor()).sum();
        prop_assert_eq!(totals.total.minor(), lines + totals.shipping_total.minor());
        let taken: i64 = evaluation.applied.iter().map(promotions::Applied::total_minor).sum();
        prop_assert_eq!(totals.discount_total.minor(), taken, "what promotions say is what comes off");
        for line in &totals.lines {
            prop_assert!((0..=line.subtotal.minor()).contains(&line.discount.minor()));
            prop_assert!(line.net.minor() >= 0 && line.tax.minor() >= 0);
            prop_assert_eq!(line.gross.minor(), line.net.minor() + line.tax.minor());
        }
    }

    #[test]
    fn the_order_of_lines_and_promotions_changes_no_sum(cart in carts(), promotions in offers(), turn in 0_usize..6) {
        let (_, totals) = promoted(&cart, &promotions);
        let mut other = cart.clone();
        other.lines.rotate_left(turn.min(cart.lines.len()));
        let mut backwards = promotions;
        backwards.reverse();
        let (_, turned) = promoted(&other, &backwards);
        let sums = |totals: &Totals| [totals.subtotal, totals.discount_total, totals.shipping_total, totals.tax_total, totals.total];
        prop_assert_eq!(sums(&turned), sums(&totals));
        for line in &totals.lines {
            let same = turned.lines.iter().find(|other| other.line_id == line.line_id);
            prop_assert_eq!(same, Some(line));
        }
    }
}
