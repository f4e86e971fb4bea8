//! What holds for the price of every cart, in currencies with 0, 2 and 3 decimals.

use kernel::{CartLineId, Country, Currency, DomainError, Money, Ppm, Quantity, ShippingMethodId, VariantId};
use proptest::prelude::*;

use super::*;
use crate::places::Destination;
use crate::settings::TaxRounding;
use crate::tax::{TaxMode, TaxRate, TaxRates, sample};

/// A cart that owns what [`PricingInput`] borrows.
#[derive(Debug, Clone)]
pub(super) struct Cart {
    pub(super) currency: Currency,
    pub(super) tax_mode: TaxMode,
    pub(super) destination: Option<Destination>,
    pub(super) tax_rates: Vec<TaxRate>,
    pub(super) tax_rounding: TaxRounding,
    pub(super) lines: Vec<LineInput>,
    pub(super) shipping: Option<ShippingCharge>,
    pub(super) adjustments: Vec<AdjustmentInput>,
}

impl Cart {
    pub(super) fn price(&self) -> Result<Totals, PricingError> {
        price_cart(&PricingInput {
            currency: self.currency,
            tax_mode: self.tax_mode,
            destination: self.destination.as_ref(),
            tax_rates: &TaxRates::of(self.tax_rates.clone(), Vec::new()),
            tax_rounding: self.tax_rounding,
            lines: &self.lines,
            shipping: self.shipping.as_ref(),
            adjustments: &self.adjustments,
        })
    }

    fn discount(&mut self, line: Option<usize>, minor: i64) {
        let line_id = line.map(|place| self.lines[place].line_id);
        self.adjustments.push(AdjustmentInput {
            source_id: None,
            label: "Spring".to_owned(),
            line_id,
            amount: Money::new(-minor, self.currency),
        });
    }
}

fn country() -> Country {
    "DE".parse().expect("a country")
}

fn rate(tax_class: &str, ppm: i64, shipping_taxed: bool) -> TaxRate {
    TaxRate { shipping_taxed, ..sample::rate(&format!("VAT {tax_class}"), tax_class, ppm) }
}

fn line(currency: Currency, unit_minor: i64, quantity: i64, tax_class: &str) -> LineInput {
    LineInput {
        line_id: CartLineId::generate(),
        variant_id: VariantId::generate(),
        quantity: Quantity::try_from(quantity).expect("a quantity"),
        unit: Money::new(unit_minor, currency),
        tax_class: Some(tax_class.to_owned()),
        weight_grams: 250,
        requires_shipping: true,
    }
}

/// Two mugs and a book in Germany, prices with tax.
fn two_mugs_and_a_book() -> Cart {
    let currency = Currency::EUR;
    Cart {
        currency,
        tax_mode: TaxMode::Included,
        destination: Some(Destination { country: country(), region: None }),
        tax_rates: vec![rate("standard", 190_000, true), rate("reduced", 70_000, true)],
        tax_rounding: TaxRounding::Line,
        lines: vec![line(currency, 1_250, 2, "standard"), line(currency, 999, 1, "reduced")],
        shipping: Some(ShippingCharge {
            method_id: ShippingMethodId::generate(),
            label: "Standard".to_owned(),
            amount: Money::new(490, currency),
            tax_class: "standard".to_owned(),
        }),
        adjustments: Vec::new(),
    }
}

fn minors(totals: &Totals) -> [i64; 5] {
    [totals.subtotal, totals.discount_total, totals.shipping_total, totals.tax_total, totals.total].map(Money::minor)
}

#[test]
fn a_cart_with_tax_inside_costs_what_its_labels_say() {
    let totals = two_mugs_and_a_book().price().expect("a price");
    assert_eq!(minors(&totals), [3_499, 0, 490, 399 + 65 + 78, 3_989]);
    assert_eq!((totals.weight_grams, totals.item_count), (750, 3));
    assert_eq!(totals.parcel(country()).map(|parcel| parcel.total.minor()), Some(3_499));
}

#[test]
fn a_cart_with_tax_on_top_costs_more_than_its_labels_say() {
    let mut cart = two_mugs_and_a_book();
    cart.tax_mode = TaxMode::Excluded;
    assert_eq!(minors(&cart.price().expect("a price")), [3_499, 0, 583, 475 + 70 + 93, 2_975 + 1_069 + 583]);
    cart.destination = None;
    assert_eq!(minors(&cart.price().expect("a price")), [3_499, 0, 490, 0, 3_989]);
}

#[test]
fn a_discount_is_divided_over_the_lines_and_never_exceeds_them() {
    let mut cart = two_mugs_and_a_book();
    cart.discount(None, 1_000);
    let totals = cart.price().expect("a price");
    assert_eq!(totals.lines.iter().map(|line| line.discount.minor()).collect::<Vec<_>>(), [714, 286]);
    assert_eq!((totals.discount_total.minor(), totals.total.minor()), (1_000, 2_989));
    cart.discount(Some(1), 5_000);
    cart.discount(None, 1_000_000);
    let totals = cart.price().expect("a price");
    assert_eq!((totals.discount_total.minor(), totals.total.minor()), (3_499, 490));
    assert_eq!(totals.adjustments.len(), 5);
    assert_eq!(totals.parcel(country()).map(|parcel| parcel.total.minor()), Some(0));
}

#[test]
fn nothing_is_charged_for_shipping_where_nothing_ships() {
    let mut cart = two_mugs_and_a_book();
    for line in &mut cart.lines {
        line.requires_shipping = false;
    }
    let totals = cart.price().expect("a price");
    assert_eq!((totals.shipping_total.minor(), totals.total.minor(), totals.weight_grams), (0, 3_499, 0));
    assert_eq!(totals.parcel(country()), None);
}

#[test]
fn shipping_is_taxed_only_by_rates_that_tax_it() {
    let mut cart = two_mugs_and_a_book();
    cart.tax_rates = vec![rate("standard", 190_000, false)];
    let totals = cart.price().expect("a price");
    let shipping = totals.adjustments.first().expect("shipping");
    assert_eq!((shipping.net.minor(), shipping.tax.minor(), shipping.tax_lines.len()), (490, 0, 0));
}

#[test]
fn what_no_cart_should_hold_is_refused_by_name() {
    let refusal = |change: fn(&mut Cart)| {
        let mut cart = two_mugs_and_a_book();
        change(&mut cart);
        cart.price().expect_err("refused").code()
    };
    assert_eq!(refusal(|cart| cart.lines[0].unit = Money::new(Money::MAX_MINOR, Currency::EUR)), "total_too_large");
    assert_eq!(refusal(|cart| cart.lines[0].unit = Money::new(i64::MAX, Currency::EUR)), "total_too_large");
    assert_eq!(refusal(|cart| cart.lines[0].unit = Money::new(-1, Currency::EUR)), "amount_out_of_range");
    assert_eq!(refusal(|cart| cart.lines[0].unit = Money::new(1, Currency::USD)), "currency_mismatch");
    assert_eq!(refusal(|cart| cart.lines[0].weight_grams = i64::MAX), "weight_too_large");
    assert_eq!(refusal(|cart| cart.discount(None, -1)), "amount_out_of_range");
    assert_eq!(refusal(|cart| cart.adjustments = vec![absent_line()]), "line_not_found");
    let largest = |cart: &mut Cart| {
        cart.tax_mode = TaxMode::Excluded;
        cart.lines[0].quantity = Quantity::ONE;
        cart.lines[0].unit = Money::new(Money::MAX_MINOR, Currency::EUR);
    };
    assert_eq!(refusal(largest), "total_too_large");
}

fn absent_line() -> AdjustmentInput {
    AdjustmentInput {
        source_id: None,
        label: "Spring".to_owned(),
        line_id: Some(CartLineId::generate()),
        amount: Money::new(-1, Currency::EUR),
    }
}

pub(super) fn carts() -> impl Strategy<Value = Cart> {
    let lines = proptest::collection::vec((0_i64..100_000, 1_i64..50, any::<bool>(), any::<bool>()), 0..6);
    let world = (0_usize..3, any::<bool>(), any::<bool>(), 0_i64..400_000, 0_i64..400_000, (any::<bool>(), any::<bool>()));
    let discounts = proptest::collection::vec((proptest::option::of(0_usize..6), 0_i64..2_000_000), 0..3);
    (lines, world, proptest::option::of(0_i64..5_000), discounts).prop_map(|(lines, world, shipping, discounts)| {
        let (place, included, taxed, standard, reduced, (compound, by_order)) = world;
        let currency = ["JPY", "USD", "BHD"][place].parse().expect("a currency");
        let class = |reduced: bool| if reduced { "reduced" } else { "standard" };
        let mut cart = Cart {
            currency,
            tax_mode: if included { TaxMode::Included } else { TaxMode::Excluded },
            destination: taxed.then(|| Destination { country: country(), region: None }),
            tax_rates: vec![
                rate("standard", standard, true),
                TaxRate { compound, ..rate("standard", reduced, false) },
                rate("reduced", reduced, true),
            ],
            tax_rounding: if by_order { TaxRounding::Order } else { TaxRounding::Line },
            lines: Vec::new(),
            shipping: shipping.map(|minor| ShippingCharge {
                method_id: ShippingMethodId::generate(),
                label: "Standard".to_owned(),
                amount: Money::new(minor, currency),
                tax_class: "standard".to_owned(),
            }),
            adjustments: Vec::new(),
        };
        for (unit, quantity, reduced, ships) in lines {
            cart.lines.push(LineInput { requires_shipping: ships, ..line(currency, unit, quantity, class(reduced)) });
        }
        for (line, off) in discounts {
            let line = line.filter(|_| !cart.lines.is_empty()).map(|place| place % cart.lines.len());
            cart.discount(line, off);
        }
        cart
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 1_000 } else { 1_000_000 }))]

    /// Invariants m02 and m03 of an order made of this cart.
    #[test]
    fn the_parts_sum_to_the_whole_and_no_line_is_negative(cart in carts()) {
        let totals = cart.price().expect("a price");
        let free_standing: Vec<_> = totals.adjustments.iter().filter(|adjustment| adjustment.line_id.is_none()).collect();
        let gross: i64 = totals.lines.iter().map(|line| line.gross.minor()).sum();
        let beside: i64 = free_standing.iter().map(|adjustment| adjustment.amount.minor()).sum();
        prop_assert_eq!(totals.total.minor(), gross + beside);
        for (priced, line) in totals.lines.iter().zip(&cart.lines) {
            let labelled = line.unit.minor() * i64::from(line.quantity) - priced.discount.minor();
            let expected = if cart.tax_mode == TaxMode::Included { priced.gross } else { priced.net };
            prop_assert_eq!(labelled, expected.minor());
            prop_assert_eq!(priced.gross, priced.net.plus(priced.tax).expect("a sum"));
            prop_assert_eq!(priced.tax.minor(), priced.tax_lines.iter().map(|tax| tax.amount_minor).sum::<i64>());
            prop_assert!([priced.subtotal, priced.discount, priced.net, priced.tax, priced.gross].iter().all(|part| part.minor() >= 0));
            let parts = totals.adjustments.iter().filter(|adjustment| adjustment.line_id == Some(priced.line_id));
            prop_assert_eq!(parts.map(|part| -part.amount.minor()).sum::<i64>(), priced.discount.minor());
        }
        for adjustment in &totals.adjustments {
            prop_assert_eq!(adjustment.amount, adjustment.net.plus(adjustment.tax).expect("a sum"));
            prop_assert_eq!(adjustment.tax.minor(), adjustment.tax_lines.iter().map(|tax| tax.amount_minor).sum::<i64>());
        }
        prop_assert_eq!(totals.lines.len(), cart.lines.len());
    }

    /// Rounding takes or gives half a minor unit for each rate, whatever the currency's decimals: of each line, or of all lines of a class
    /// together. Without a destination there is no tax.
    #[test]
    fn tax_is_the_exact_tax_but_for_half_a_unit(cart in carts()) {
        let totals = cart.price().expect("a price");
        let amounts = |class: &str| {
            let of_class = totals.lines.iter().zip(&cart.lines).filter(|(_, line)| line.tax_class.as_deref() == Some(class));
            of_class.map(|(priced, _)| (priced.net.minor(), priced.gross.minor())).collect::<Vec<_>>()
        };
        // Shipping of the class shares its rates only where one of them is zero, and then by another set of rates.
        for class in ["standard", "reduced"] {
            let rates: Vec<&TaxRate> = cart.tax_rates.iter().filter(|rate| rate.tax_class == class && cart.destination.is_some()).collect();
            let shipping_is_apart = class == "reduced" || cart.shipping.is_none() || rates.iter().any(|rate| !rate.shipping_taxed);
            match cart.tax_rounding {
                TaxRounding::Line => for (net, gross) in amounts(class) { is_taxed(cart.tax_mode, &rates, (net, gross))?; },
                TaxRounding::Order if shipping_is_apart => {
                    let together = amounts(class).iter().fold((0, 0), |sum, amount| (sum.0 + amount.0, sum.1 + amount.1));
                    is_taxed(cart.tax_mode, &rates, together)?;
                }
                TaxRounding::Order => {}
            }
        }
    }

    #[test]
    fn discounts_take_off_what_they_say_as_long_as_there_is_something_left(cart in carts()) {
        let totals = cart.price().expect("a price");
        let wanted: i64 = cart.adjustments.iter().map(|discount| -discount.amount.minor()).sum();
        prop_assert!(totals.discount_total.minor() <= wanted.min(totals.subtotal.minor()));
        if cart.adjustments.iter().all(|discount| discount.line_id.is_none()) {
            prop_assert_eq!(totals.discount_total.minor(), wanted.min(totals.subtotal.minor()));
        }
    }

    #[test]
    fn equal_carts_cost_the_same(cart in carts()) {
        prop_assert_eq!(cart.price(), cart.clone().price());
    }

    /// Without discounts in either tax mode; with one where prices contain tax (else its parts may move to a line that is
    /// taxed more, and of two the rounding of one may enlarge the other).
    #[test]
    fn more_pieces_never_cost_less(mut cart in carts(), place in 0_usize..6, more in 1_i64..20) {
        cart.lines.push(line(cart.currency, more, 1, "standard"));
        cart.adjustments.truncate(if cart.tax_mode == TaxMode::Included { 1 } else { 0 });
        let before = cart.price().expect("a price");
        let place = place % cart.lines.len();
        let line = &mut cart.lines[place];
        line.quantity = Quantity::try_from(i64::from(line.quantity) + more).expect("a quantity");
        let after = cart.price().expect("a price");
        prop_assert!(before.total.minor() <= after.total.minor() && before.subtotal.minor() <= after.subtotal.minor());
        prop_assert!(before.item_count < after.item_count && before.weight_grams <= after.weight_grams);
    }

    #[test]
    fn no_number_makes_the_rules_panic(unit: i64, quantity in 1_i64..9_999, off: i64, shipping: i64, grams: i64) {
        let mut cart = two_mugs_and_a_book();
        cart.lines[0] = LineInput { weight_grams: grams, ..line(Currency::EUR, unit, quantity, "standard") };
        cart.adjustments = vec![AdjustmentInput { source_id: None, label: "Spring".to_owned(), line_id: None, amount: Money::new(off, Currency::EUR) }];
        cart.shipping.as_mut().expect("shipping").amount = Money::new(shipping, Currency::EUR);
        if let Ok(totals) = cart.price() {
            prop_assert!((0..=Money::MAX_MINOR).contains(&totals.total.minor()));
        }
    }
}

/// In exact numbers: plain rates come first, then what is compound takes of the amount and their tax.
fn is_taxed(mode: TaxMode, rates: &[&TaxRate], (net, gross): (i64, i64)) -> Result<(), TestCaseError> {
    let whole = i128::from(Ppm::WHOLE);
    let together =
        |compound: bool| rates.iter().filter(|rate| rate.compound == compound).map(|rate| i128::from(rate.rate.get())).sum::<i128>();
    let factor = (whole + together(false)) * (whole + together(true));
    let many = i128::try_from(rates.len()).expect("few");
    let (net, gross) = (i128::from(net), i128::from(gross));
    match mode {
        // What is rounded before a compound rate is taken weighs at most half as much again.
        TaxMode::Excluded => prop_assert!((gross * whole * whole - net * factor).abs() * 2 <= many * whole * (whole + together(true))),
        TaxMode::Included => prop_assert!((net * factor - gross * whole * whole).abs() * 2 <= factor),
    }
    prop_assert!(many > 0 || net == gross);
    Ok(())
}
