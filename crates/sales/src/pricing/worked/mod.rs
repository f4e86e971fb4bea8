//! Worked examples from public sources: each test names where its figures stand.

mod allocation;
mod carts;
mod promotions;
mod tax;

use kernel::{CartLineId, Country, Currency, Money, Quantity, ShippingMethodId, VariantId};

use super::{AdjustmentInput, LineInput, PricingInput, ShippingCharge, Totals, price_cart};
use crate::places::Destination;
use crate::settings::TaxRounding;
use crate::tax::{TaxMode, TaxRate, TaxRates, sample};

/// The behaviour of Sylius, in examples; the files are named by their paths from there on.
const SYLIUS: &str = "https://github.com/Sylius/Sylius, features/shop";

/// A cart that owns what [`PricingInput`] borrows. Its tax classes are called by what is taken of them.
struct Cart {
    currency: Currency,
    tax_mode: TaxMode,
    tax_rates: Vec<TaxRate>,
    tax_rounding: TaxRounding,
    lines: Vec<LineInput>,
    shipping: Option<ShippingCharge>,
    adjustments: Vec<AdjustmentInput>,
}

impl Cart {
    fn new(tax_mode: TaxMode, code: &str) -> Self {
        let currency = code.parse().expect("a currency");
        let (tax_rates, tax_rounding) = (Vec::new(), TaxRounding::Line);
        Self { currency, tax_mode, tax_rates, tax_rounding, lines: Vec::new(), shipping: None, adjustments: Vec::new() }
    }

    /// So many pieces at this price, of which all these parts per million are taken.
    fn line(mut self, rates: &[i64], unit_minor: i64, quantity: i64) -> Self {
        let line = LineInput {
            line_id: CartLineId::generate(),
            variant_id: VariantId::generate(),
            quantity: Quantity::try_from(quantity).expect("a quantity"),
            unit: Money::new(unit_minor, self.currency),
            tax_class: Some(self.class_of(rates)),
            weight_grams: 250,
            requires_shipping: true,
        };
        self.lines.push(line);
        self
    }

    fn sent_for(mut self, rates: &[i64], minor: i64) -> Self {
        self.shipping = Some(ShippingCharge {
            method_id: ShippingMethodId::generate(),
            label: "Standard".to_owned(),
            amount: Money::new(minor, self.currency),
            tax_class: self.class_of(rates),
        });
        self
    }

    /// So much off this line, or off all lines together.
    fn less(mut self, line: Option<usize>, minor: i64) -> Self {
        self.adjustments.push(AdjustmentInput {
            source_id: None,
            label: "Coupon".to_owned(),
            line_id: line.map(|place| self.lines[place].line_id),
            amount: Money::new(-minor, self.currency),
        });
        self
    }

    fn class_of(&mut self, rates: &[i64]) -> String {
        let class = format!("{rates:?}");
        if self.tax_rates.iter().all(|rate| rate.tax_class != class) {
            self.tax_rates.extend(rates.iter().enumerate().map(|(place, ppm)| rate(&format!("Rate {place}"), &class, *ppm)));
        }
        class
    }

    fn price(&self) -> Totals {
        let input = PricingInput {
            currency: self.currency,
            tax_mode: self.tax_mode,
            destination: Some(&Destination::of(country())),
            tax_rates: &TaxRates::of(self.tax_rates.clone(), Vec::new()),
            tax_rounding: self.tax_rounding,
            lines: &self.lines,
            shipping: self.shipping.as_ref(),
            adjustments: &self.adjustments,
        };
        price_cart(&input).expect("a price")
    }
}

fn country() -> Country {
    "US".parse().expect("a country")
}

fn rate(name: &str, tax_class: &str, ppm: i64) -> TaxRate {
    sample::in_place(sample::rate(name, tax_class, ppm), country().code(), None)
}
