//! What a cart costs, worked out a second time: in whole numbers of 128 bits, unit by unit, without a look at the rules.

use sales::settings::TaxRounding;
use sales::tax::{TaxMode, TaxPlace, TaxRate};

use crate::model::Flaw;
use crate::shop::Setting;

/// What the customer pays.
pub(crate) fn total(setting: &Setting, wanted: &[(usize, i64)], (off, off_line): (i64, Option<usize>), flaw: Flaw) -> i64 {
    let mut left: Vec<i128> = wanted.iter().map(|&(goods, pieces)| i128::from(setting.goods[goods].unit_minor * pieces)).collect();
    take_off(&mut left, off.into(), off_line);
    let ships = wanted.iter().any(|&(goods, _)| setting.goods[goods].ships);
    let lines = wanted.iter().zip(left).map(|(&(goods, _), amount)| (amount, rates_of(setting, setting.goods[goods].tax_class, false)));
    let shipping = setting.shipping.as_ref().filter(|_| ships);
    let shipping = shipping.map(|charge| (charge.amount.minor().into(), rates_of(setting, &charge.tax_class, true)));
    let mut things: Vec<(i128, Vec<&TaxRate>)> = lines.chain(shipping).collect();
    if setting.tax_rounding == TaxRounding::Order {
        things = heaps(things);
    }
    i64::try_from(things.iter().map(|(amount, rates)| with_tax(rates, *amount, flaw)).sum::<i128>()).expect("a total")
}

/// One heap of money for all that has the same taxes.
fn heaps(things: Vec<(i128, Vec<&TaxRate>)>) -> Vec<(i128, Vec<&TaxRate>)> {
    let mut heaps: Vec<(i128, Vec<&TaxRate>)> = Vec::new();
    for (amount, rates) in things {
        match heaps.iter_mut().find(|(_, known)| *known == rates) {
            Some((sum, _)) => *sum += amount,
            None => heaps.push((amount, rates)),
        }
    }
    heaps
}

/// Everybody pays a share by what is left of him; the units that do not divide go to whoever lost most by rounding.
fn take_off(left: &mut [i128], off: i128, off_line: Option<usize>) {
    let carries = |place: usize| off_line.is_none_or(|line| line == place);
    let weights: Vec<i128> = left.iter().enumerate().map(|(place, amount)| if carries(place) { *amount } else { 0 }).collect();
    let whole: i128 = weights.iter().sum();
    if whole == 0 {
        return;
    }
    let off = off.min(whole);
    let mut parts: Vec<i128> = weights.iter().map(|weight| off * weight / whole).collect();
    let mut lost: Vec<i128> = weights.iter().map(|weight| off * weight % whole).collect();
    while parts.iter().sum::<i128>() < off {
        let mut most = 0;
        for place in 1..lost.len() {
            if lost[place] > lost[most] {
                most = place;
            }
        }
        parts[most] += 1;
        lost[most] = -1;
    }
    left.iter_mut().zip(parts).for_each(|(amount, part)| *amount -= part);
}

/// What comes on top of a price, in its order: taxes of the price, then those of the price and all before; the whole country's first.
fn rates_of<'a>(setting: &'a Setting, tax_class: &str, is_shipping: bool) -> Vec<&'a TaxRate> {
    let Some(there) = setting.destination.as_ref().filter(|_| setting.tax_mode == TaxMode::Excluded) else { return Vec::new() };
    let there_region = there.region.as_deref().unwrap_or_default().to_uppercase();
    let mut rates = Vec::new();
    for (compound, regional) in [(false, false), (false, true), (true, false), (true, true)] {
        for rate in &setting.tax_rates {
            let TaxPlace::In(place) = &rate.place else { continue };
            let here = place.country == there.country && place.region.as_ref().is_none_or(|region| *region == there_region);
            let is_meant = rate.tax_class == tax_class && (!is_shipping || rate.shipping_taxed);
            if here && is_meant && rate.compound == compound && place.region.is_some() == regional {
                rates.push(rate);
            }
        }
    }
    rates
}

fn with_tax(rates: &[&TaxRate], amount: i128, flaw: Flaw) -> i128 {
    let mut gross = amount;
    for rate in rates {
        let millionths = if rate.compound { gross } else { amount } * i128::from(rate.rate.get());
        let up = millionths % 1_000_000 >= 500_000 && flaw != Flaw::RoundsTaxDown;
        gross += millionths / 1_000_000 + i128::from(up);
    }
    gross
}
