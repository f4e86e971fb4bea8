//! What of an invoice's lines a credit note takes back, to the cent. Pure.

use kernel::{OrderLineId, apportion, share};

use super::model::{InvoiceLine, InvoiceLineKind};
use crate::refunds::RefundItem;
use crate::tax::TaxLine;

/// A line of an invoice, and what earlier credit notes took back of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Creditable {
    pub(super) line: InvoiceLine,
    pub(super) credited_minor: i64,
    /// The same of each of its taxes, in their order.
    pub(super) credited_taxes: Vec<i64>,
}

impl Creditable {
    fn left_minor(&self) -> i64 {
        (self.line.gross_minor - self.credited_minor).max(0)
    }

    /// The pieces and the amount that items take back of it.
    fn asked(&self, items: &[RefundItem]) -> (Option<i64>, i64) {
        let is_of = |item: &&RefundItem| match item.pieces {
            Some((line, _)) => self.line.order_line_id == Some(line),
            None => self.line.kind == InvoiceLineKind::Shipping,
        };
        let of: Vec<&RefundItem> = items.iter().filter(is_of).collect();
        let pieces = of.iter().filter_map(|item| item.pieces).map(|(_, pieces): (OrderLineId, i64)| pieces).sum::<i64>();
        let minor = of.iter().map(|item| item.amount.minor()).sum::<i64>();
        ((pieces > 0).then_some(pieces), minor.min(self.left_minor()))
    }
}

/// What is left of all lines.
pub(super) fn left_minor(lines: &[Creditable]) -> i64 {
    lines.iter().map(Creditable::left_minor).sum()
}

/// The lines of a credit note over so much: what its items are worth, and the rest in proportion to what is left of the lines. Where it is
/// less than the items are worth, each of them is worth less. No line is taken back by more than it is, and what is taken back of a line
/// comes to the line with its taxes when all of it is.
///
/// `None` where less than that is left.
pub(super) fn credit(lines: &[Creditable], items: &[RefundItem], amount_minor: i64) -> Option<Vec<InvoiceLine>> {
    let asked: Vec<(Option<i64>, i64)> = lines.iter().map(|line| line.asked(items)).collect();
    let worth: Vec<i64> = asked.iter().map(|(_, minor)| *minor).collect();
    let parts = spread(lines, worth, amount_minor)?;
    let taken = lines.iter().zip(asked).zip(parts).filter(|((_, (pieces, _)), part)| *part > 0 || pieces.is_some());
    (1..).zip(taken).map(|(position, ((line, (pieces, _)), part))| part_of(line, (position, pieces), part)).collect()
}

fn spread(lines: &[Creditable], worth: Vec<i64>, amount_minor: i64) -> Option<Vec<i64>> {
    let sum: i64 = worth.iter().sum();
    if sum >= amount_minor {
        return apportion(amount_minor, &worth);
    }
    let rest: Vec<i64> = lines.iter().zip(&worth).map(|(line, worth)| line.left_minor() - worth).collect();
    if rest.iter().sum::<i64>() < amount_minor - sum {
        return None;
    }
    let more = apportion(amount_minor - sum, &rest)?;
    Some(worth.into_iter().zip(more).map(|(worth, more)| worth + more).collect())
}

/// So much of a line. Its tax is what it comes to with this part less what it came to before, divided over what is left of its rates: the
/// parts of a line come to the line, rate by rate, however it is cut. A part has no unit price: its pieces may cost less than they did.
fn part_of(of: &Creditable, (position, quantity): (i64, Option<i64>), gross_minor: i64) -> Option<InvoiceLine> {
    let Creditable { line, credited_minor, credited_taxes } = of;
    let up_to = |minor: i64| share(line.tax_minor, line.gross_minor, minor.min(line.gross_minor));
    let tax_minor = up_to(credited_minor + gross_minor) - up_to(*credited_minor);
    let net_minor = gross_minor - tax_minor;
    let left: Vec<i64> = line.taxes.iter().zip(credited_taxes).map(|(tax, credited)| tax.amount_minor - credited).collect();
    let mut so_far = net_minor;
    let tax = |(tax, amount_minor): (&TaxLine, i64)| {
        // What a compound rate was taken of was more than the net amount: the taxes before it as well.
        let base_minor = if tax.base_minor > line.net_minor { so_far } else { net_minor };
        so_far += amount_minor;
        TaxLine { base_minor, amount_minor, ..tax.clone() }
    };
    Some(InvoiceLine {
        position,
        credited_position: Some(line.position),
        quantity,
        unit_price_minor: 0,
        discount_minor: 0,
        net_minor,
        tax_minor,
        gross_minor,
        taxes: line.taxes.iter().zip(apportion(tax_minor, &left)?).map(tax).collect(),
        ..line.clone()
    })
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money, Ppm};
    use proptest::prelude::*;

    use super::*;
    use crate::invoices::model::tax_summary;

    fn line(position: i64, (net_minor, taxes): (i64, &[i64])) -> InvoiceLine {
        let rate = |place: i64| Ppm::try_from(100_000 * (place + 1)).expect("a rate");
        let tax = |(place, amount): (i64, &i64)| TaxLine {
            rate_name: format!("Rate {place}"),
            rate_ppm: rate(place),
            base_minor: net_minor,
            amount_minor: *amount,
        };
        let tax_minor: i64 = taxes.iter().sum();
        InvoiceLine {
            position,
            credited_position: None,
            kind: InvoiceLineKind::Item,
            order_line_id: Some(OrderLineId::generate()),
            sku: None,
            title: "Mug".to_owned(),
            detail: String::new(),
            quantity: Some(3),
            unit_price_minor: 0,
            discount_minor: 0,
            net_minor,
            tax_minor,
            gross_minor: net_minor + tax_minor,
            taxes: (0..).zip(taxes).map(tax).collect(),
        }
    }

    fn fresh(lines: Vec<InvoiceLine>) -> Vec<Creditable> {
        let of = |line: InvoiceLine| Creditable { credited_taxes: vec![0; line.taxes.len()], credited_minor: 0, line };
        lines.into_iter().map(of).collect()
    }

    /// Notes what was credited, as the next credit note finds it.
    fn note(lines: &mut [Creditable], credited: &[InvoiceLine]) {
        for part in credited {
            let of = lines.iter_mut().find(|line| Some(line.line.position) == part.credited_position).expect("a line");
            of.credited_minor += part.gross_minor;
            of.credited_taxes.iter_mut().zip(&part.taxes).for_each(|(sum, tax)| *sum += tax.amount_minor);
        }
    }

    fn item(of: &InvoiceLine, pieces: i64, minor: i64) -> RefundItem {
        let pieces = of.order_line_id.map(|line| (line, pieces));
        RefundItem { pieces, amount: Money::new(minor, Currency::EUR), restock: false }
    }

    #[test]
    fn pieces_are_taken_back_with_their_tax() {
        let lines = fresh(vec![line(1, (840, &[160])), line(2, (100, &[]))]);
        let credited = credit(&lines, &[item(&lines[0].line, 1, 333)], 333).expect("there is enough");
        let sums: Vec<_> = credited.iter().map(|part| (part.quantity, part.net_minor, part.tax_minor, part.gross_minor)).collect();
        assert_eq!(sums, [(Some(1), 280, 53, 333)]);
    }

    #[test]
    fn an_amount_is_spread_over_what_is_left_and_less_than_the_items_makes_them_cheaper() {
        let lines = fresh(vec![line(1, (800, &[])), line(2, (200, &[]))]);
        let parts = |items: &[RefundItem], amount| {
            credit(&lines, items, amount).map(|parts| parts.iter().map(|part| part.gross_minor).collect::<Vec<_>>())
        };
        assert_eq!(parts(&[], 100), Some(vec![80, 20]));
        assert_eq!(parts(&[item(&lines[1].line, 1, 200)], 150), Some(vec![150]));
        assert_eq!(parts(&[item(&lines[1].line, 1, 200)], 300), Some(vec![100, 200]));
        assert_eq!(parts(&[], 1_001), None);
    }

    proptest! {
        /// However an invoice is taken back, no line is exceeded, every credit note comes to its amount, and all of them together to the
        /// invoice, rate by rate.
        #[test]
        fn credit_notes_come_to_the_invoice(
            amounts in proptest::collection::vec((0_i64..100_000, proptest::collection::vec(0_i64..30_000, 0..4)), 1..6),
            cuts in proptest::collection::vec((1_i64..60_000, 0_usize..6, 0_i64..60_000), 0..12),
        ) {
            let invoice: Vec<InvoiceLine> = (1..).zip(&amounts).map(|(position, (net, taxes))| line(position, (*net, taxes))).collect();
            let (mut lines, mut all) = (fresh(invoice.clone()), Vec::new());
            let last = std::iter::once((i64::MAX, 0, 0));
            for (amount, place, worth) in cuts.into_iter().chain(last) {
                let amount = amount.min(left_minor(&lines));
                let items: Vec<RefundItem> = invoice.get(place).map(|line| item(line, 1, worth)).into_iter().collect();
                let credited = credit(&lines, &items, amount).expect("there is enough");
                prop_assert_eq!(credited.iter().map(|part| part.gross_minor).sum::<i64>(), amount);
                for part in &credited {
                    prop_assert!(part.net_minor >= 0 && part.tax_minor >= 0 && part.gross_minor == part.net_minor + part.tax_minor);
                    prop_assert!(part.taxes.iter().all(|tax| tax.amount_minor >= 0));
                    prop_assert_eq!(part.taxes.iter().map(|tax| tax.amount_minor).sum::<i64>(), part.tax_minor);
                }
                note(&mut lines, &credited);
                all.extend(credited);
            }
            prop_assert_eq!(left_minor(&lines), 0);
            let net = |lines: &[InvoiceLine]| lines.iter().map(|line| line.net_minor).sum::<i64>();
            prop_assert_eq!(net(&all), net(&invoice));
            let by_rate = |lines: &[InvoiceLine]| tax_summary(lines).into_iter().filter(|tax| tax.amount_minor > 0).collect::<Vec<_>>();
            let amounts_of = |lines: &[InvoiceLine]| by_rate(lines).iter().map(|tax| (tax.rate_ppm, tax.amount_minor)).collect::<Vec<_>>();
            prop_assert_eq!(amounts_of(&all), amounts_of(&invoice));
        }
    }
}
