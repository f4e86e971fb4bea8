//! How much of an amount is tax. Pure.
//!
//! A rate is taken of the net amount; a compound one of the net amount and the taxes before it. The rounding rule is *half up to the
//! minor unit* ([`kernel::round_half_up_div`]), once for each rate and each *group* of amounts: a group is a single line of a cart where
//! the shop rounds by line, and all that the same rates apply to where it rounds by order ([`TaxRounding`]). What a group's tax comes to
//! is divided over its amounts by the largest remainder ([`kernel::apportion`]), so that parts sum exactly and nothing is rounded twice.

use std::collections::BTreeMap;

use kernel::{Ppm, TaxRateId, apportion, round_half_up_div};

use super::model::{TaxLine, TaxMode, TaxRate, TaxedAmount};
use crate::settings::TaxRounding;

/// Parts of a trillion: the product of two rates is a whole number of them, so that one compound rate behind plain ones is exact.
const TRILLIONTHS: i64 = Ppm::WHOLE * Ppm::WHOLE;

/// An amount, in minor units, and the rates that apply to it, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxable<'a> {
    /// Not negative, in the tax mode of what asks.
    pub minor: i64,
    /// As [`super::TaxRates::select`] has them.
    pub rates: Vec<&'a TaxRate>,
}

/// Works out the tax of amounts that are bought together, in their order. Whichever the rounding, each answer holds by itself: gross = net + tax.
///
/// `None` for a negative amount or sums that leave the range of i64.
#[must_use]
pub fn tax_each(taxables: &[Taxable<'_>], mode: TaxMode, rounding: TaxRounding) -> Option<Vec<TaxedAmount>> {
    match rounding {
        TaxRounding::Line => taxables.iter().map(|taxable| tax_of(taxable.minor, mode, &taxable.rates)).collect(),
        TaxRounding::Order => tax_in_groups(taxables, mode),
    }
}

/// What the same rates apply to is taxed together.
fn tax_in_groups(taxables: &[Taxable<'_>], mode: TaxMode) -> Option<Vec<TaxedAmount>> {
    let mut groups: BTreeMap<Vec<TaxRateId>, Vec<usize>> = BTreeMap::new();
    for (place, taxable) in taxables.iter().enumerate() {
        groups.entry(taxable.rates.iter().map(|rate| rate.id).collect()).or_default().push(place);
    }
    let mut taxed: BTreeMap<usize, TaxedAmount> = BTreeMap::new();
    for places in groups.into_values() {
        let group: Vec<&Taxable<'_>> = places.iter().filter_map(|place| taxables.get(*place)).collect();
        let rates = group.first().map(|taxable| taxable.rates.as_slice()).unwrap_or_default();
        let amounts: Vec<i64> = group.iter().map(|taxable| taxable.minor).collect();
        taxed.extend(places.into_iter().zip(tax_together(&amounts, mode, rates)?));
    }
    Some(taxed.into_values().collect())
}

/// Works out the tax of one amount.
///
/// Excluded: the amount is net; each rate takes its part of it, rounded half up, and gross is the sum.
/// Included: the amount is gross; the tax is what is over the net amount that all rates together make it of, rounded half up, and divided
/// over the rates by the largest remainder; the rest is net. It is exact with one compound rate, and to a trillionth with more.
///
/// `None` for a negative amount or one whose gross leaves the range of i64.
#[must_use]
pub fn tax_of(amount_minor: i64, mode: TaxMode, rates: &[&TaxRate]) -> Option<TaxedAmount> {
    tax_together(&[amount_minor], mode, rates)?.pop()
}

/// The same of amounts that are rounded together.
fn tax_together(amounts_minor: &[i64], mode: TaxMode, rates: &[&TaxRate]) -> Option<Vec<TaxedAmount>> {
    if amounts_minor.iter().any(|amount| *amount < 0) {
        return None;
    }
    match mode {
        TaxMode::Excluded => tax_on_top(amounts_minor, rates),
        TaxMode::Included => tax_inside(amounts_minor, rates),
    }
}

fn tax_on_top(nets_minor: &[i64], rates: &[&TaxRate]) -> Option<Vec<TaxedAmount>> {
    let mut taxed: Vec<TaxedAmount> = nets_minor.iter().map(|net| untaxed(*net)).collect();
    for rate in rates {
        let bases: Vec<i64> = taxed.iter().map(|amount| base_of(amount, rate)).collect();
        let tax_minor = round_half_up_div(sum(&bases)?, rate.rate.get(), Ppm::WHOLE)?;
        add(&mut taxed, rate, (&bases, &apportion(tax_minor, &bases)?))?;
    }
    Some(taxed)
}

/// The tax is divided over the amounts first, so that none has more tax than it is; of that, each rate takes its part in turn, and the last
/// one what the others left.
fn tax_inside(grosses_minor: &[i64], rates: &[&TaxRate]) -> Option<Vec<TaxedAmount>> {
    let shares = shares_of(rates)?;
    let together = sum(&shares)?;
    let tax_minor = round_half_up_div(sum(grosses_minor)?, together, together.checked_add(TRILLIONTHS)?)?;
    let mut left = apportion(tax_minor, grosses_minor)?;
    let mut taxed: Vec<TaxedAmount> = grosses_minor.iter().zip(&left).map(|(gross, tax)| untaxed(gross - tax)).collect();
    for (rate, tax_minor) in rates.iter().zip(apportion(tax_minor, &shares)?) {
        let bases: Vec<i64> = taxed.iter().map(|amount| base_of(amount, rate)).collect();
        let parts = apportion(tax_minor, &left)?;
        left.iter_mut().zip(&parts).for_each(|(left, part)| *left -= part);
        add(&mut taxed, rate, (&bases, &parts))?;
    }
    Some(taxed)
}

/// What each rate takes of a net amount, in trillionths of it: a compound one of what those before it made of it.
fn shares_of(rates: &[&TaxRate]) -> Option<Vec<i64>> {
    let mut so_far = TRILLIONTHS;
    let take = |rate: &&TaxRate| {
        let base = if rate.compound { so_far } else { TRILLIONTHS };
        let share = round_half_up_div(base, rate.rate.get(), Ppm::WHOLE)?;
        so_far = so_far.checked_add(share)?;
        Some(share)
    };
    rates.iter().map(take).collect()
}

fn sum(amounts: &[i64]) -> Option<i64> {
    amounts.iter().try_fold(0_i64, |sum, amount| sum.checked_add(*amount))
}

const fn untaxed(minor: i64) -> TaxedAmount {
    TaxedAmount { net_minor: minor, tax_minor: 0, gross_minor: minor, lines: Vec::new() }
}

/// What a rate is taken of, given the taxes before it.
const fn base_of(amount: &TaxedAmount, rate: &TaxRate) -> i64 {
    if rate.compound { amount.gross_minor } else { amount.net_minor }
}

/// Puts what a rate takes of each amount on top of it.
fn add(taxed: &mut [TaxedAmount], rate: &TaxRate, (bases, parts): (&[i64], &[i64])) -> Option<()> {
    for ((amount, base_minor), amount_minor) in taxed.iter_mut().zip(bases).zip(parts) {
        amount.tax_minor = amount.tax_minor.checked_add(*amount_minor)?;
        amount.gross_minor = amount.gross_minor.checked_add(*amount_minor)?;
        let (rate_name, rate_ppm) = (rate.name.clone(), rate.rate);
        amount.lines.push(TaxLine { rate_name, rate_ppm, base_minor: *base_minor, amount_minor: *amount_minor });
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tax::sample::rate;

    #[test]
    fn the_rounding_rule_is_half_up_for_each_line() {
        let vat = rate("VAT", "standard", 190_000);
        let tenth = rate("Tenth", "standard", 100_000);
        let sums = |amount, mode, rates: &[&TaxRate]| {
            let taxed = tax_of(amount, mode, rates).expect("in range");
            (taxed.net_minor, taxed.tax_minor, taxed.gross_minor)
        };
        assert_eq!(sums(1_999, TaxMode::Excluded, &[&vat]), (1_999, 380, 2_379));
        assert_eq!(sums(1_999, TaxMode::Included, &[&vat]), (1_680, 319, 1_999));
        assert_eq!(sums(25, TaxMode::Excluded, &[&tenth]), (25, 3, 28));
        assert_eq!(sums(24, TaxMode::Excluded, &[&tenth]), (24, 2, 26));
        assert_eq!(sums(25, TaxMode::Excluded, &[&tenth, &tenth]), (25, 6, 31));
        assert_eq!(sums(0, TaxMode::Included, &[&vat]), (0, 0, 0));
        assert_eq!(tax_of(-1, TaxMode::Included, &[&vat]), None);
        assert_eq!(tax_of(i64::MAX, TaxMode::Excluded, &[&vat]), None);
        assert!(tax_of(i64::MAX, TaxMode::Included, &[&vat]).is_some());
    }

    #[test]
    fn an_included_tax_is_divided_over_its_rates_exactly() {
        let gst = rate("GST", "standard", 50_000);
        let qst = rate("QST", "standard", 99_750);
        let taxed = tax_of(10_000, TaxMode::Included, &[&gst, &qst]).expect("in range");
        assert_eq!((taxed.net_minor, taxed.tax_minor), (8_698, 1_302));
        let lines: Vec<_> = taxed.lines.iter().map(|line| (line.rate_name.as_str(), line.base_minor, line.amount_minor)).collect();
        assert_eq!(lines, [("GST", 8_698, 435), ("QST", 8_698, 867)]);
    }

    /// Up to three rates, some of them compound.
    fn rates() -> impl Strategy<Value = Vec<TaxRate>> {
        let one = |(ppm, compound)| TaxRate { compound, ..rate("Tax", "standard", ppm) };
        proptest::collection::vec((0_i64..=400_000, any::<bool>()), 0..4).prop_map(move |rates| rates.into_iter().map(one).collect())
    }

    const BILLION: i64 = 1_000_000_000;

    proptest! {
        #[test]
        fn the_parts_sum_to_the_whole(amount in 0_i64..BILLION, included: bool, rates in rates()) {
            let mode = if included { TaxMode::Included } else { TaxMode::Excluded };
            let rates: Vec<&TaxRate> = rates.iter().collect();
            let taxed = tax_of(amount, mode, &rates).expect("in range");
            prop_assert_eq!(taxed.net_minor + taxed.tax_minor, taxed.gross_minor);
            prop_assert_eq!(taxed.lines.iter().map(|line| line.amount_minor).sum::<i64>(), taxed.tax_minor);
            prop_assert_eq!(taxed.lines.len(), rates.len());
            prop_assert!(taxed.net_minor >= 0 && taxed.lines.iter().all(|line| line.amount_minor >= 0));
            prop_assert_eq!(amount, if included { taxed.gross_minor } else { taxed.net_minor });
        }

        #[test]
        fn a_larger_amount_never_has_less_of_anything(amount in 0_i64..BILLION, more in 0_i64..1_000, included: bool, rates in rates()) {
            let mode = if included { TaxMode::Included } else { TaxMode::Excluded };
            let rates: Vec<&TaxRate> = rates.iter().collect();
            let (small, large) = (tax_of(amount, mode, &rates).expect("in range"), tax_of(amount + more, mode, &rates).expect("in range"));
            prop_assert!(small.net_minor <= large.net_minor && small.tax_minor <= large.tax_minor && small.gross_minor <= large.gross_minor);
        }

        #[test]
        fn without_rates_there_is_no_tax(amount in 0_i64..BILLION, zeros in 0_usize..3) {
            let zero = rate("Zero", "standard", 0);
            for mode in TaxMode::ALL {
                let taxed = tax_of(amount, *mode, &vec![&zero; zeros]).expect("in range");
                prop_assert_eq!((taxed.net_minor, taxed.tax_minor, taxed.gross_minor), (amount, 0, amount));
            }
        }

        #[test]
        fn included_and_excluded_agree_within_a_unit(net in 0_i64..BILLION, gross in 0_i64..BILLION, ppm in 0_i64..=1_000_000) {
            let vat = rate("VAT", "standard", ppm);
            let there = tax_of(net, TaxMode::Excluded, &[&vat]).expect("in range");
            let back = tax_of(there.gross_minor, TaxMode::Included, &[&vat]).expect("in range");
            prop_assert_eq!((back.net_minor, back.tax_minor), (there.net_minor, there.tax_minor));
            let inside = tax_of(gross, TaxMode::Included, &[&vat]).expect("in range");
            let outside = tax_of(inside.net_minor, TaxMode::Excluded, &[&vat]).expect("in range");
            prop_assert!((outside.gross_minor - gross).abs() <= 1);
        }

        #[test]
        fn several_rates_agree_within_a_unit_for_each_of_them(net in 0_i64..BILLION, rates in rates()) {
            let rates: Vec<&TaxRate> = rates.iter().collect();
            let there = tax_of(net, TaxMode::Excluded, &rates).expect("in range");
            let back = tax_of(there.gross_minor, TaxMode::Included, &rates).expect("in range");
            prop_assert!((back.net_minor - net).abs() <= i64::try_from(rates.len()).expect("few"));
        }

        /// Amounts of several classes and rates, rounded together: each holds by itself, and each group comes to the tax of its sum.
        #[test]
        fn amounts_that_are_rounded_together_come_to_the_tax_of_their_sum(
            amounts in proptest::collection::vec((0_i64..BILLION, 0_usize..3), 0..8), included: bool, rates in rates(),
        ) {
            let mode = if included { TaxMode::Included } else { TaxMode::Excluded };
            let sets = [Vec::new(), rates.iter().take(1).collect::<Vec<_>>(), rates.iter().collect::<Vec<_>>()];
            let taxables: Vec<Taxable<'_>> = amounts.iter().map(|(minor, set)| Taxable { minor: *minor, rates: sets[*set].clone() }).collect();
            let taxed = tax_each(&taxables, mode, TaxRounding::Order).expect("in range");
            prop_assert_eq!(taxed.len(), taxables.len());
            for (amount, of) in taxed.iter().zip(&taxables) {
                prop_assert_eq!(of.minor, if included { amount.gross_minor } else { amount.net_minor });
                prop_assert_eq!(amount.net_minor + amount.tax_minor, amount.gross_minor);
                prop_assert_eq!(amount.lines.iter().map(|line| line.amount_minor).sum::<i64>(), amount.tax_minor);
                prop_assert_eq!(amount.lines.len(), of.rates.len());
                prop_assert!(amount.net_minor >= 0 && amount.lines.iter().all(|line| line.amount_minor >= 0));
            }
            for set in 0..3 {
                // Where there are fewer than two rates, the last two sets are one.
                let same = |place: usize| sets[place] == sets[set];
                let group: Vec<_> = taxed.iter().zip(&amounts).filter(|(_, (_, place))| same(*place)).collect();
                let whole = tax_of(group.iter().map(|(_, (minor, _))| minor).sum(), mode, &sets[set]).expect("in range");
                prop_assert_eq!(group.iter().map(|(amount, _)| amount.tax_minor).sum::<i64>(), whole.tax_minor);
                for (place, line) in whole.lines.iter().enumerate() {
                    let parts = group.iter().map(|(amount, _)| &amount.lines[place]);
                    prop_assert_eq!(parts.clone().map(|part| part.amount_minor).sum::<i64>(), line.amount_minor);
                    prop_assert_eq!(parts.map(|part| part.base_minor).sum::<i64>(), line.base_minor);
                }
            }
        }

        /// In either way of rounding it does not matter in which order amounts are bought, as far as their sum is asked.
        #[test]
        fn the_order_of_amounts_does_not_matter(amounts in proptest::collection::vec(0_i64..10_000, 0..8), included: bool, rates in rates()) {
            let mode = if included { TaxMode::Included } else { TaxMode::Excluded };
            let rates: Vec<&TaxRate> = rates.iter().collect();
            let tax = |amounts: Vec<i64>, rounding| {
                let taxables: Vec<Taxable<'_>> = amounts.into_iter().map(|minor| Taxable { minor, rates: rates.clone() }).collect();
                tax_each(&taxables, mode, rounding).expect("in range").iter().map(|taxed| taxed.tax_minor).sum::<i64>()
            };
            let turned: Vec<i64> = amounts.iter().rev().copied().collect();
            for rounding in TaxRounding::ALL {
                prop_assert_eq!(tax(amounts.clone(), *rounding), tax(turned.clone(), *rounding));
            }
        }
    }
}
