//! Works out what a cart costs: lines, discounts, shipping, tax, totals.

use std::collections::BTreeMap;

use kernel::Money;

use super::discounts::{self, Discounts};
use super::model::{AdjustmentKind, LineInput, PricedAdjustment, PricedLine, PricingError, PricingInput, ShippingCharge, Totals};
use crate::tax::{self, TaxRate, Taxable, TaxedAmount};

/// Prices a cart. Nothing that a client says about prices or totals goes in; equal input gives an equal answer.
///
/// Discounts come off the lines before tax. Tax is worked out for each line and for shipping, by itself or together as the shop rounds it,
/// and totals are sums of rounded parts. Without a destination there is no tax.
///
/// # Errors
/// `TotalTooLarge` where any sum exceeds [`Money::MAX_MINOR`]; the other variants name input that no cart should hold.
pub fn price_cart(input: &PricingInput<'_>) -> Result<Totals, PricingError> {
    let subtotals = input.lines.iter().map(|line| subtotal_of(line, input)).collect::<Result<Vec<i64>, _>>()?;
    let Discounts { by_line_minor, mut adjustments } = discounts::divide(input, &subtotals)?;
    let requires_shipping = input.lines.iter().any(|line| line.requires_shipping);
    let charge = input.shipping.filter(|_| requires_shipping);
    let left = subtotals.iter().zip(&by_line_minor).map(|(subtotal, off)| subtotal - off);
    let mut taxed = tax_all(input, left, charge)?.into_iter();
    let priced = input.lines.iter().zip(&subtotals).zip(&by_line_minor).zip(taxed.by_ref());
    let lines: Vec<PricedLine> =
        priced.map(|(((line, subtotal), off), taxed)| priced_line(line, (*subtotal, *off), taxed, input)).collect();
    let shipping = charge.zip(taxed.next()).map(|(charge, taxed)| priced_shipping(charge, taxed, input));
    let shipping_minor = shipping.as_ref().map_or(0, |shipping| shipping.amount.minor());
    adjustments.extend(shipping);

    let money = |minor: i64| Money::new(minor, input.currency);
    let line_tax = lines.iter().map(|line| line.tax.minor());
    let free_standing = adjustments.iter().filter(|adjustment| adjustment.line_id.is_none());
    let tax_minor = sum(line_tax.chain(free_standing.clone().map(|adjustment| adjustment.tax.minor())))?;
    let line_gross = lines.iter().map(|line| line.gross.minor());
    let total_minor = sum(line_gross.chain(free_standing.map(|adjustment| adjustment.amount.minor())))?;
    Ok(Totals {
        subtotal: money(sum(subtotals.iter().copied())?),
        discount_total: money(sum(by_line_minor.iter().copied())?),
        shipping_total: money(shipping_minor),
        tax_total: money(tax_minor),
        total: money(total_minor),
        weight_grams: weight_of(input.lines)?,
        item_count: input.lines.iter().map(|line| i64::from(line.quantity)).sum(),
        requires_shipping,
        lines,
        adjustments,
    })
}

fn subtotal_of(line: &LineInput, input: &PricingInput<'_>) -> Result<i64, PricingError> {
    let unit = amount_of(line.unit, input)?;
    bounded(unit.checked_mul(i64::from(line.quantity)))
}

/// The tax of what is left of the lines, and behind them of shipping, where it is charged.
fn tax_all(
    input: &PricingInput<'_>,
    left: impl Iterator<Item = i64>,
    charge: Option<&ShippingCharge>,
) -> Result<Vec<TaxedAmount>, PricingError> {
    let mut of_class = RatesOfClasses { input, known: BTreeMap::new() };
    let lines = input.lines.iter().zip(left);
    let mut taxables: Vec<Taxable<'_>> = lines
        .map(|(line, minor)| Taxable { minor, rates: line.tax_class.as_deref().map(|class| of_class.rates(class)).unwrap_or_default() })
        .collect();
    if let Some(charge) = charge {
        let mut rates = of_class.rates(&charge.tax_class);
        rates.retain(|rate| rate.shipping_taxed);
        taxables.push(Taxable { minor: amount_of(charge.amount, input)?, rates });
    }
    let taxed = tax::tax_each(&taxables, input.tax_mode, input.tax_rounding).ok_or(PricingError::TotalTooLarge)?;
    taxed.iter().try_for_each(|taxed| bounded(Some(taxed.gross_minor)).map(drop))?;
    Ok(taxed)
}

/// The rates of a class are looked up once, however many lines are of it.
struct RatesOfClasses<'a> {
    input: &'a PricingInput<'a>,
    known: BTreeMap<&'a str, Vec<&'a TaxRate>>,
}

impl<'a> RatesOfClasses<'a> {
    fn rates(&mut self, tax_class: &'a str) -> Vec<&'a TaxRate> {
        let Some(destination) = self.input.destination else { return Vec::new() };
        self.known.entry(tax_class).or_insert_with(|| self.input.tax_rates.select(destination, tax_class)).clone()
    }
}

fn priced_line(line: &LineInput, (subtotal, off): (i64, i64), taxed: TaxedAmount, input: &PricingInput<'_>) -> PricedLine {
    let money = |minor: i64| Money::new(minor, input.currency);
    PricedLine {
        line_id: line.line_id,
        unit: line.unit,
        subtotal: money(subtotal),
        discount: money(off),
        net: money(taxed.net_minor),
        tax: money(taxed.tax_minor),
        gross: money(taxed.gross_minor),
        tax_lines: taxed.lines,
    }
}

fn priced_shipping(charge: &ShippingCharge, taxed: TaxedAmount, input: &PricingInput<'_>) -> PricedAdjustment {
    let money = |minor: i64| Money::new(minor, input.currency);
    PricedAdjustment {
        kind: AdjustmentKind::Shipping,
        source_id: Some(charge.method_id.uuid()),
        label: charge.label.clone(),
        line_id: None,
        amount: money(taxed.gross_minor),
        net: money(taxed.net_minor),
        tax: money(taxed.tax_minor),
        tax_lines: taxed.lines,
    }
}

/// The minor units of a price or quote, which is of the cart's currency, not negative and not absurd.
fn amount_of(amount: Money, input: &PricingInput<'_>) -> Result<i64, PricingError> {
    if amount.currency() != input.currency {
        return Err(PricingError::CurrencyMismatch);
    }
    if amount.minor() < 0 {
        return Err(PricingError::WrongSign);
    }
    bounded(Some(amount.minor()))
}

fn bounded(minor: Option<i64>) -> Result<i64, PricingError> {
    minor.filter(|minor| *minor <= Money::MAX_MINOR).ok_or(PricingError::TotalTooLarge)
}

fn sum(mut parts: impl Iterator<Item = i64>) -> Result<i64, PricingError> {
    bounded(parts.try_fold(0_i64, i64::checked_add))
}

fn weight_of(lines: &[LineInput]) -> Result<i64, PricingError> {
    let mut grams = 0_i64;
    for line in lines.iter().filter(|line| line.requires_shipping) {
        if line.weight_grams < 0 {
            return Err(PricingError::WrongSign);
        }
        let weight = line.weight_grams.checked_mul(i64::from(line.quantity)).and_then(|weight| grams.checked_add(weight));
        grams = weight.ok_or(PricingError::WeightTooLarge)?;
    }
    Ok(grams)
}
