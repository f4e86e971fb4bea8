//! What goes into the pricing of a cart and what comes out.

use kernel::{CartLineId, Country, Currency, DomainError, ErrorKind, Money, Quantity, ShippingMethodId, VariantId, text_enum};
use uuid::Uuid;

use crate::places::Destination;
use crate::settings::TaxRounding;
use crate::shipping::Parcel;
use crate::tax::{TaxLine, TaxMode, TaxRates};

/// All that decides what a cart costs.
#[derive(Debug, Clone, Copy)]
pub struct PricingInput<'a> {
    /// The cart's currency; every amount below has to be in it.
    pub currency: Currency,
    /// Whether prices, shipping and discounts contain tax, as the price list says.
    pub tax_mode: TaxMode,
    /// Where the goods go; without it nothing is taxed yet.
    pub destination: Option<&'a Destination>,
    /// The shop's tax rates; those that apply are selected here.
    pub tax_rates: &'a TaxRates,
    /// What tax is rounded of.
    pub tax_rounding: TaxRounding,
    /// The lines.
    pub lines: &'a [LineInput],
    /// The shipping that was chosen; disregarded where nothing ships.
    pub shipping: Option<&'a ShippingCharge>,
    /// Discounts, in the order in which they apply.
    pub adjustments: &'a [AdjustmentInput],
}

/// One line of a cart, with what its variant says today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineInput {
    /// The line.
    pub line_id: CartLineId,
    /// What it asks for.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: Quantity,
    /// The price of one, in the price list's tax mode.
    pub unit: Money,
    /// The variant's tax class; none for what is never taxed when it is sold.
    pub tax_class: Option<String>,
    /// The weight of one.
    pub weight_grams: i64,
    /// False for what needs no parcel.
    pub requires_shipping: bool,
}

/// The price of the shipping method that the customer chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingCharge {
    /// The method.
    pub method_id: ShippingMethodId,
    /// Its name, which the customer reads next to the price.
    pub label: String,
    /// Its quote, in the price list's tax mode.
    pub amount: Money,
    /// The method's tax class.
    pub tax_class: String,
}

text_enum! {
    /// What an adjustment is for.
    pub enum AdjustmentKind {
        /// The price of sending the parcel; belongs to no line.
        Shipping = "shipping",
        /// Money off; belongs to the line that it makes cheaper.
        Discount = "discount",
        /// A fee; belongs to no line.
        Surcharge = "surcharge",
    }
}

/// A discount to apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdjustmentInput {
    /// The promotion it came of; `None` where staff entered it.
    pub source_id: Option<Uuid>,
    /// What the customer reads.
    pub label: String,
    /// The line it is for; `None` divides it over all lines in proportion to what is left of them.
    pub line_id: Option<CartLineId>,
    /// Zero or negative, in the price list's tax mode; what exceeds the lines is dropped.
    pub amount: Money,
}

/// What a cart costs. `total` = Σ line gross + Σ amounts of adjustments that belong to no line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// The lines, in the order they came in.
    pub lines: Vec<PricedLine>,
    /// Shipping and the parts of discounts.
    pub adjustments: Vec<PricedAdjustment>,
    /// Σ unit · quantity, in the price list's tax mode.
    pub subtotal: Money,
    /// What discounts take off, as a positive amount in the price list's tax mode.
    pub discount_total: Money,
    /// Shipping with tax.
    pub shipping_total: Money,
    /// All tax.
    pub tax_total: Money,
    /// What the customer pays.
    pub total: Money,
    /// The weight of what ships.
    pub weight_grams: i64,
    /// How many pieces.
    pub item_count: i64,
    /// True where at least one line needs a parcel.
    pub requires_shipping: bool,
}

impl Totals {
    /// What is to be sent to a country; `None` where nothing ships. Its worth is that of all goods less discounts.
    #[must_use]
    pub fn parcel(&self, country: Country) -> Option<Parcel> {
        let total = self.subtotal.minus(self.discount_total).ok()?;
        self.requires_shipping.then_some(Parcel { country, weight_grams: self.weight_grams, total })
    }
}

/// A line and what it costs: gross = net + tax, and subtotal − discount is net or gross by the tax mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedLine {
    /// The line.
    pub line_id: CartLineId,
    /// The price of one.
    pub unit: Money,
    /// unit · quantity.
    pub subtotal: Money,
    /// What discounts take off, as a positive amount; at most the subtotal.
    pub discount: Money,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
    /// The tax by rate; sums to `tax`.
    pub tax_lines: Vec<TaxLine>,
}

/// Something that changes what a cart costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedAdjustment {
    /// What it is for.
    pub kind: AdjustmentKind,
    /// The shipping method or promotion it came of; `None` where staff entered it.
    pub source_id: Option<Uuid>,
    /// What the customer reads.
    pub label: String,
    /// The line that already contains it; `None` where it counts towards the total by itself.
    pub line_id: Option<CartLineId>,
    /// With tax, where it belongs to no line; else negative and in the price list's tax mode.
    pub amount: Money,
    /// amount − tax.
    pub net: Money,
    /// The tax; zero where a line contains it, because the line's tax is already lower by it.
    pub tax: Money,
    /// The tax by rate; sums to `tax`.
    pub tax_lines: Vec<TaxLine>,
}

/// Why a cart has no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// An amount or a sum exceeds [`Money::MAX_MINOR`].
    #[error("the total is too large")]
    TotalTooLarge,
    /// The weight exceeds what can be counted.
    #[error("the weight is too large")]
    WeightTooLarge,
    /// An amount is not in the cart's currency.
    #[error("the currencies differ")]
    CurrencyMismatch,
    /// A price, a quote or a weight below zero, or a discount above.
    #[error("an amount has the wrong sign")]
    WrongSign,
    /// A discount for a line that is not there.
    #[error("the discounted line does not exist")]
    LineNotFound(CartLineId),
}

impl DomainError for PricingError {
    fn code(&self) -> &'static str {
        match self {
            Self::TotalTooLarge => "total_too_large",
            Self::WeightTooLarge => "weight_too_large",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::WrongSign => "amount_out_of_range",
            Self::LineNotFound(_) => "line_not_found",
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::TotalTooLarge | Self::WeightTooLarge | Self::CurrencyMismatch | Self::WrongSign => ErrorKind::Rule,
            Self::LineNotFound(_) => ErrorKind::NotFound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parcel_is_worth_its_goods_less_discounts() {
        let (zero, minor) = (Money::zero(Currency::EUR), |minor| Money::new(minor, Currency::EUR));
        let totals = |requires_shipping, discount_total| Totals {
            lines: Vec::new(),
            adjustments: Vec::new(),
            subtotal: minor(5_000),
            discount_total,
            shipping_total: minor(490),
            tax_total: zero,
            total: minor(5_490),
            weight_grams: 700,
            item_count: 2,
            requires_shipping,
        };
        let country: Country = "DE".parse().expect("a country");
        assert_eq!(totals(true, minor(1_200)).parcel(country), Some(Parcel { country, weight_grams: 700, total: minor(3_800) }));
        assert_eq!(totals(false, minor(1_200)).parcel(country), None);
        assert_eq!(totals(true, Money::zero(Currency::USD)).parcel(country), None);
    }

    #[test]
    fn an_error_names_its_code_and_its_kind() {
        let errors = [
            (PricingError::TotalTooLarge, "total_too_large", ErrorKind::Rule),
            (PricingError::WeightTooLarge, "weight_too_large", ErrorKind::Rule),
            (PricingError::CurrencyMismatch, "currency_mismatch", ErrorKind::Rule),
            (PricingError::WrongSign, "amount_out_of_range", ErrorKind::Rule),
            (PricingError::LineNotFound(CartLineId::generate()), "line_not_found", ErrorKind::NotFound),
        ];
        for (error, code, kind) in errors {
            assert_eq!((error.code(), error.kind()), (code, kind));
        }
    }
}
