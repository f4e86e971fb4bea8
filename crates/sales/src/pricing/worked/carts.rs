//! Whole carts: several lines and rates, discounts and a parcel.

use super::*;

const CORE_SHOP: &str = "https://github.com/coreshop/CoreShop/pull/1849";
const COMMERCETOOLS: &str = "https://docs.alokai.com/commercetools/reference/api/commercetools-types.taxcalculationmode.html";
const DELIVERY: &str = "https://www.mytipsandadvice.co.uk/2020-06/when-is-postage-and-packaging-vatable-UKTATXAR_EU20180701";
const DOLIBARR: &str = "https://wiki.dolibarr.org/index.php?oldid=27377&title=VAT_setup%2C_calculation_and_rounding_rules";
const DOLIBARR_ROUNDING: &str = "https://bhv.de/en/avada_faq/dolibarr-rounding-error-in-the-calculation-of-vat/";
const KASSENECK: &str = "https://pub.dev/documentation/kasseneck_api/latest/pos/vatTotalCents.html";
const MAGENTO_ROWS: &str = "https://github.com/magento/magento2/issues/12643";
const NEW_YORK: &str = "https://tax.ny.gov/pubs_and_bulls/tg_bulletins/st/shipping_and_delivery_charges.htm";
const SPREE: &str = "https://github.com/spree/spree/pull/10116";
const VTEX: &str = "https://help.vtex.com/es/known-issues/taxa-nao-considera-desconto-ao-calcular-valor-aplicado-por-formula";
const WOOCOMMERCE: &str = "https://gist.github.com/webdados/139079c9e654ed2d8418ed500bdcc778";

/// What a cart comes to.
struct Bill {
    source: &'static str,
    mode: TaxMode,
    /// Rate, unit price and pieces of each line.
    lines: &'static [(i64, i64, i64)],
    /// What comes off all lines together, one discount after the other.
    off: &'static [i64],
    /// Rate and price of the parcel.
    shipping: Option<(i64, i64)>,
    tax: i64,
    total: i64,
}

const ON_TOP: Bill = Bill { source: SYLIUS, mode: TaxMode::Excluded, lines: &[], off: &[], shipping: None, tax: 0, total: 0 };
const INSIDE: Bill = Bill { mode: TaxMode::Included, ..ON_TOP };

fn check(bills: &[Bill]) {
    for bill in bills {
        let mut cart = Cart::new(bill.mode, "USD");
        for (rate, unit, quantity) in bill.lines {
            cart = cart.line(&[*rate], *unit, *quantity);
        }
        for off in bill.off {
            cart = cart.less(None, *off);
        }
        if let Some((rate, amount)) = bill.shipping {
            cart = cart.sent_for(&[rate], amount);
        }
        let totals = cart.price();
        let (source, lines) = (bill.source, bill.lines);
        assert_eq!((totals.tax_total.minor(), totals.total.minor()), (bill.tax, bill.total), "{source} {lines:?}");
    }
}

/// Tax is rounded for each line, not for each piece and not for the whole cart. Source: at each case; `SYLIUS` is its file
/// `taxation/applying_taxes/rounding_taxes_on_order_item_level.feature`.
#[test]
fn tax_is_rounded_for_each_line() {
    check(&[
        Bill { lines: &[(100_000, 4_595, 1)], tax: 460, total: 5_055, ..ON_TOP },
        Bill { lines: &[(100_000, 4_594, 1)], tax: 459, total: 5_053, ..ON_TOP },
        Bill { lines: &[(230_000, 1_010, 10)], tax: 2_323, total: 12_423, ..ON_TOP },
        Bill { source: DOLIBARR, lines: &[(100_000, 124, 1), (100_000, 124, 1)], tax: 24, total: 272, ..ON_TOP },
        Bill { source: DOLIBARR_ROUNDING, lines: &[(190_000, 99, 1), (190_000, 99, 1), (190_000, 99, 1)], tax: 57, total: 354, ..ON_TOP },
        Bill {
            source: MAGENTO_ROWS,
            lines: &[(210_000, 227, 4), (210_000, 227, 4), (210_000, 227, 4), (210_000, 227, 4)],
            tax: 764,
            total: 4 * 1_099,
            ..ON_TOP
        },
        Bill { source: CORE_SHOP, lines: &[(190_000, 1_428, 10)], tax: 2_713, total: 16_993, ..ON_TOP },
        Bill { source: COMMERCETOOLS, lines: &[(190_000, 108, 3)], tax: 62, total: 386, ..ON_TOP },
        Bill { source: WOOCOMMERCE, lines: &[(230_000, 6_824, 1)], shipping: Some((230_000, 473)), tax: 1_679, total: 8_976, ..ON_TOP },
    ]);
}

/// Goods of two rates in one cart, and a parcel of a third.
/// Source: Sylius, `taxation/applying_taxes/applying_correct_taxes_for_items_with_different_tax_rates.feature`,
/// `applying_correct_taxes_for_shipping.feature`, `applying_correct_taxes_for_shipping_with_tax_rate_included_in_price.feature`
#[test]
fn each_rate_taxes_its_own_goods() {
    check(&[
        Bill { lines: &[(230_000, 10_000, 1), (50_000, 5_000, 1)], tax: 2_550, total: 17_550, ..ON_TOP },
        Bill { lines: &[(230_000, 10_000, 3), (50_000, 5_000, 4)], tax: 7_900, total: 57_900, ..ON_TOP },
        Bill { lines: &[(50_000, 1_000, 1)], shipping: Some((100_000, 1_000)), tax: 150, total: 2_150, ..ON_TOP },
        Bill { lines: &[(50_000, 1_000, 1)], shipping: Some((100_000, 1_000)), tax: 139, total: 2_000, ..INSIDE },
    ]);
}

/// A discount on the whole cart is divided over goods of two rates before they are taxed. Source: Sylius,
/// `taxation/applying_taxes/applying_correct_taxes_for_order_with_discount_for_whole_order.feature`
#[test]
fn a_discount_lowers_the_tax_on_top_of_each_line() {
    const CLOTHES: i64 = 230_000;
    const MUGS: i64 = 100_000;
    check(&[
        Bill { lines: &[(MUGS, 5_605, 1)], off: &[1_010], tax: 460, total: 5_055, ..ON_TOP },
        Bill { lines: &[(MUGS, 5_604, 1)], off: &[1_010], tax: 459, total: 5_053, ..ON_TOP },
        Bill { lines: &[(CLOTHES, 1_000, 2), (MUGS, 5_604, 1)], off: &[1_010], tax: 885, total: 7_479, ..ON_TOP },
        Bill { lines: &[(MUGS, 5_605, 2), (MUGS, 5_604, 1)], off: &[1_010, 1_010], tax: 1_479, total: 16_273, ..ON_TOP },
        Bill { lines: &[(MUGS, 5_605, 1), (CLOTHES, 1_000, 1)], off: &[1_010, 500], tax: 609, total: 5_704, ..ON_TOP },
    ]);
}

/// The same where prices contain the tax. Source: Sylius,
/// `taxation/applying_taxes/applying_correct_taxes_for_order_with_discount_for_whole_order_when_tax_rate_included_in_price.feature`;
/// the last two name theirs.
#[test]
fn a_discount_lowers_the_tax_inside_each_line() {
    const CLOTHES: i64 = 230_000;
    const MUGS: i64 = 100_000;
    check(&[
        Bill { lines: &[(MUGS, 5_695, 1)], off: &[1_000], tax: 427, total: 4_695, ..INSIDE },
        Bill { lines: &[(MUGS, 5_690, 1)], off: &[1_000], tax: 426, total: 4_690, ..INSIDE },
        Bill { lines: &[(CLOTHES, 1_000, 2), (MUGS, 5_690, 1)], off: &[1_000], tax: 775, total: 6_690, ..INSIDE },
        Bill { lines: &[(MUGS, 5_690, 2), (MUGS, 5_695, 1)], off: &[1_000, 1_000], tax: 1_370, total: 15_075, ..INSIDE },
        Bill { lines: &[(MUGS, 5_695, 1), (CLOTHES, 1_000, 1)], off: &[1_000, 500], tax: 547, total: 5_195, ..INSIDE },
        Bill { source: SPREE, lines: &[(200_000, 10_000, 1), (200_000, 10_000, 1)], off: &[5_000], tax: 2_500, total: 15_000, ..INSIDE },
        Bill { source: KASSENECK, lines: &[(200_000, 1_200, 1)], off: &[200], tax: 167, total: 1_000, ..INSIDE },
    ]);
}

/// A tax on goods and parcel together takes what is left after a discount. Source: at the case.
#[test]
fn goods_less_a_discount_and_their_parcel_are_taxed() {
    check(&[Bill {
        source: VTEX,
        lines: &[(100_000, 10_000, 1)],
        off: &[1_000],
        shipping: Some((100_000, 2_000)),
        tax: 1_100,
        total: 12_100,
        ..ON_TOP
    }]);
}

/// Six pounds for sending what is not taxed are five pounds and their tax. Source: at the case, which names no price of the goods.
#[test]
fn a_parcel_is_taxed_where_its_goods_are_not() {
    check(&[Bill { source: DELIVERY, lines: &[(0, 1_000, 1)], shipping: Some((200_000, 600)), tax: 100, total: 1_600, ..INSIDE }]);
}

/// What a bill for goods and their delivery is taxed on, at whatever rate. Source: at each case.
#[test]
fn the_delivery_of_taxed_goods_is_taxed_with_them() {
    let cases: [(&str, &[i64], i64, i64); 5] = [
        (NEW_YORK, &[49_995, 3_000], 2_000, 54_995),
        (NEW_YORK, &[350_000], 25_000, 375_000),
        (NEW_YORK, &[40_000], 10_000, 50_000),
        ("https://legalclarity.org/when-is-shipping-taxable-in-texas", &[50_000], 5_000, 55_000),
        ("https://accountinginsights.org/is-shipping-taxable-in-texas", &[100_000], 10_000, 110_000),
    ];
    for (source, goods, delivery, taxable) in cases {
        let cart = goods.iter().fold(Cart::new(TaxMode::Excluded, "USD"), |cart, unit| cart.line(&[40_000], *unit, 1));
        let totals = cart.sent_for(&[40_000], delivery).price();
        let of_lines = totals.lines.iter().flat_map(|line| &line.tax_lines);
        let bases = of_lines.chain(totals.adjustments.iter().flat_map(|adjustment| &adjustment.tax_lines)).map(|tax| tax.base_minor);
        assert_eq!(bases.sum::<i64>(), taxable, "{source}");
    }
}
