//! What a cart costs, worked out a second time: in whole numbers of 128 bits, unit by unit, without a look at the rules.

use sales::tax::TaxMode;

use crate::model::Flaw;
use crate::shop::Setting;

/// What the customer pays.
pub(crate) fn total(setting: &Setting, wanted: &[(usize, i64)], (off, off_line): (i64, Option<usize>), flaw: Flaw) -> i64 {
    let mut left: Vec<i128> = wanted.iter().map(|&(goods, pieces)| i128::from(setting.goods[goods].unit_minor * pieces)).collect();
    take_off(&mut left, off.into(), off_line);
    let lines =
        wanted.iter().zip(&left).map(|(&(goods, _), &amount)| with_tax(setting, setting.goods[goods].tax_class, amount, false, flaw));
    let lines: i128 = lines.sum();
    let ships = wanted.iter().any(|&(goods, _)| setting.goods[goods].ships);
    let shipping = setting.shipping.as_ref().filter(|_| ships);
    let shipping = shipping.map_or(0, |charge| with_tax(setting, &charge.tax_class, charge.amount.minor().into(), true, flaw));
    i64::try_from(lines + shipping).expect("a total")
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

fn with_tax(setting: &Setting, tax_class: &str, amount: i128, is_shipping: bool, flaw: Flaw) -> i128 {
    if setting.tax_mode == TaxMode::Included {
        return amount;
    }
    let Some(there) = &setting.destination else { return amount };
    let there_region = there.region.as_deref().unwrap_or_default().to_uppercase();
    let mut gross = amount;
    for rate in &setting.tax_rates {
        let here = rate.country == there.country && rate.region.as_ref().is_none_or(|region| *region == there_region);
        if here && rate.tax_class == tax_class && (!is_shipping || rate.shipping_taxed) {
            let millionths = amount * i128::from(rate.rate.get());
            let up = millionths % 1_000_000 >= 500_000 && flaw != Flaw::RoundsTaxDown;
            gross += millionths / 1_000_000 + i128::from(up);
        }
    }
    gross
}
