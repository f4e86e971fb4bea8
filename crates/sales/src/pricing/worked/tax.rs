//! Tax in a price and on top of it, in currencies with 0, 2 and 3 decimals.

use super::*;
use crate::tax::tax_of;

const BE_BOP: &str = "https://github.com/be-BOP-io-SA/be-BOP/issues/2535";
const BOOKKEEPERS: &str = "https://www.bookkeepers.org.uk/Forum/?cid=0&page=1&tid=85461";
const DUBLIN: &str = "https://includingvat.blob.core.windows.net/vatcalculator/vat-calculator-dublin.html";
const EC_CUBE: &str = "https://github.com/EC-CUBE/ec-cube/issues/5850";
const FEEDDI: &str = "https://feeddi.de/wie-rechne-ich-die-umsatzsteuer-heraus";
const FRACTIONS: &str = "https://accountingservicesforbusiness.co.uk/resources/information-articles/vat-rates-and-fractions";
const FRAPPE: &str = "https://github.com/frappe/books/pull/1449";
const GST_AUSTRALIA: &str = "https://gstcalculatoraustralia.pages.dev/blog/gst-formula-explained";
const HMRC: &str = "http://www.hmrc.gov.uk/vat/forms-rates/rates/calculating.htm";
const IRISH: &str = "https://www.irishtaxhub.ie/blog/vat-calculation-ireland-how-to-calculate-vat";
const MAGENTO: &str = "https://github.com/magento/magento2/issues/24668";
const MEDUSA: &str = "https://medusajs.com/kb/international-commerce/tax-inclusive-pricing-international";
const NEW_YORK: &str = "https://e.casetext.com/regulation/new-york-codes-rules-and-regulations/\
    title-20-department-of-taxation-and-finance/chapter-iv-sales-and-use-and-other-miscellaneous-taxes/\
    subchapter-a-sales-and-use-taxes/part-526-definitions/section-5265-receipt";
const NEW_ZEALAND: &str = "http://www.ird.govt.nz/changes-2010/gst/businesses/calculating/";
const ODOO: &str = "https://github.com/odoo/documentation, content/applications/finance/accounting/taxes.rst";
const PLAY: &str = "https://play.google.com/store/apps/details?id=jp.exorinc.cashregister.android";
const QUEBEC: &str = "http://www.revenuquebec.ca/en/entreprises/taxes/tpstvhtvq/perception/calcultaxes.aspx";
const TEXAS: &str = "https://comptroller.texas.gov/taxes/sales/faq/collection.php";
const WEB_USER: &str = "http://www.webuser.co.uk/forums/showflat.php/Cat/0/Number/394365/Main";

/// What of a price is tax: the source, the currency, the rate, then gross, net and tax in minor units.
type Inside = (&'static str, &'static str, i64, [i64; 3]);

const INSIDE: &[Inside] = &[
    (TEXAS, "USD", 82_500, [2_000, 1_848, 152]),
    (FRACTIONS, "GBP", 150_000, [11_500, 10_000, 1_500]),
    (FRACTIONS, "GBP", 175_000, [11_750, 10_000, 1_750]),
    (FRACTIONS, "GBP", 200_000, [12_000, 10_000, 2_000]),
    (BOOKKEEPERS, "GBP", 175_000, [23_500, 20_000, 3_500]),
    (BOOKKEEPERS, "GBP", 200_000, [24_000, 20_000, 4_000]),
    (BOOKKEEPERS, "GBP", 50_000, [21_000, 20_000, 1_000]),
    ("https://www.reference.com/business-finance/calculate-vat-backwards-72908b73df51a807", "GBP", 50_000, [10_500, 10_000, 500]),
    (WEB_USER, "GBP", 175_000, [8_764, 7_459, 1_305]),
    (MEDUSA, "GBP", 200_000, [12_000, 10_000, 2_000]),
    (NEW_ZEALAND, "NZD", 150_000, [172_500, 150_000, 22_500]),
    ("https://calcgst.nz/howto", "NZD", 150_000, [20_000, 17_391, 2_609]),
    ("https://taxsuperandyou.gov.au/gstcalculator", "AUD", 100_000, [100_000, 90_909, 9_091]),
    ("https://github.com/woocommerce/woocommerce/issues/23827", "AUD", 100_000, [199_500, 181_364, 18_136]),
    (ODOO, "USD", 100_000, [100_000, 90_909, 9_091]),
    (FEEDDI, "EUR", 190_000, [11_900, 10_000, 1_900]),
    (FEEDDI, "EUR", 70_000, [10_700, 10_000, 700]),
    ("https://cuive.de/selbststaendig/umsatzsteuer-berechnen", "EUR", 190_000, [119_000, 100_000, 19_000]),
    (MAGENTO, "EUR", 190_000, [25_000, 21_008, 3_992]),
    (MAGENTO, "EUR", 190_000, [75_000, 63_025, 11_975]),
    ("https://github.com/woocommerce/woocommerce/pull/14475", "GBP", 200_000, [999, 832, 167]),
    ("https://gist.github.com/behrendtio/5779239", "EUR", 200_000, [3_500, 2_917, 583]),
    (DUBLIN, "EUR", 135_000, [410, 361, 49]),
    ("https://www.easycalculation.com/finance/vat-calculator-ireland.html", "EUR", 230_000, [2_500_000, 2_032_520, 467_480]),
    ("https://www.easycalculation.com/finance/vat-calculator-switzerland.html", "CHF", 80_000, [2_500_000, 2_314_815, 185_185]),
    ("https://www.checkall.ch/en/calculator/vat-calculator", "CHF", 81_000, [10_810, 10_000, 810]),
    ("https://calcadda.in/gst-calculator.html", "INR", 180_000, [1_180_000, 1_000_000, 180_000]),
    (PLAY, "JPY", 100_000, [10_000, 9_091, 909]),
    (BE_BOP, "XPF", 160_000, [10, 9, 1]),
    (BE_BOP, "XPF", 160_000, [20, 17, 3]),
    (BE_BOP, "XPF", 160_000, [40, 34, 6]),
    ("https://aviaanaccounting.com/how-price-will-be-charged-after-vat-in-bahrain/", "BHD", 50_000, [5_000_000, 4_761_905, 238_095]),
];

/// What is added to a price: the source, the currency, the rate, then net, tax and gross in minor units.
const ON_TOP: &[Inside] = &[
    (TEXAS, "USD", 82_500, [25_000, 2_063, 27_063]),
    (NEW_YORK, "USD", 70_000, [110_000, 7_700, 117_700]),
    (ODOO, "USD", 100_000, [100_000, 10_000, 110_000]),
    (HMRC, "GBP", 200_000, [10_000, 2_000, 12_000]),
    (HMRC, "GBP", 50_000, [10_000, 500, 10_500]),
    (WEB_USER, "GBP", 175_000, [7_459, 1_305, 8_764]),
    (NEW_ZEALAND, "NZD", 150_000, [150_000, 22_500, 172_500]),
    ("https://devineaccounting.co.nz/GST-Calculator.aspx", "NZD", 150_000, [20_000, 3_000, 23_000]),
    (GST_AUSTRALIA, "AUD", 100_000, [55_000, 5_500, 60_500]),
    (GST_AUSTRALIA, "AUD", 100_000, [499_950, 49_995, 549_945]),
    ("https://cuive.de/selbststaendig/umsatzsteuer-berechnen", "EUR", 190_000, [250_000, 47_500, 297_500]),
    ("http://www.helpster.de/formel-fuer-die-umsatzsteuer-richtig-anwenden-so-geht-s_44065", "EUR", 190_000, [25_000, 4_750, 29_750]),
    (IRISH, "EUR", 230_000, [100_000, 23_000, 123_000]),
    ("https://www.easycalculation.com/finance/vat-calculator-ireland.html", "EUR", 230_000, [2_500_000, 575_000, 3_075_000]),
    ("https://www.easycalculation.com/finance/vat-calculator-switzerland.html", "CHF", 80_000, [2_500_000, 200_000, 2_700_000]),
    ("https://www.taxcalcbase.com/tax/vat-rates/switzerland", "CHF", 81_000, [10_000, 810, 10_810]),
    ("https://suzhoumeite.com/page/1200%E5%86%86-10-%E6%B6%88%E8%B2%BB%E7%A8%8E", "JPY", 100_000, [1_200, 120, 1_320]),
    (EC_CUBE, "JPY", 100_000, [454, 45, 499]),
    (EC_CUBE, "JPY", 100_000, [455, 46, 501]),
    (FRAPPE, "JPY", 100_000, [1_127, 113, 1_240]),
    ("https://valueaddedtaxcalculator.com/bahrain-vat-calculator", "BHD", 100_000, [500_000, 50_000, 550_000]),
];

/// What several rates add to a price: the source, the currency, the price, the rates, and what each takes in minor units.
type Summed = (&'static str, &'static str, i64, &'static [i64], &'static [i64]);

/// Shops, tax offices and textbooks take the tax out of a price. Source: at each case.
#[test]
fn what_of_a_price_is_tax_is_what_others_say() {
    for (source, code, ppm, [gross, net, tax]) in INSIDE {
        let totals = Cart::new(TaxMode::Included, code).line(&[*ppm], *gross, 1).price();
        let line = totals.lines.first().expect("a line");
        assert_eq!([line.gross, line.net, line.tax].map(Money::minor), [*gross, *net, *tax], "{source}");
    }
}

/// Shops, tax offices and textbooks put the tax on top of a price. Source: at each case.
#[test]
fn what_tax_adds_to_a_price_is_what_others_say() {
    for (source, code, ppm, [net, tax, gross]) in ON_TOP {
        let totals = Cart::new(TaxMode::Excluded, code).line(&[*ppm], *net, 1).price();
        assert_eq!([totals.subtotal, totals.tax_total, totals.total].map(Money::minor), [*net, *tax, *gross], "{source}");
    }
}

/// Several rates of the same price, each rounded by itself. The published rates of Boulder and Seattle are taken of a hundred dollars.
/// Source: at each case.
#[test]
fn rates_of_the_same_price_add_up() {
    let cases: [Summed; 4] = [
        (QUEBEC, "CAD", 10_000, &[50_000, 99_750], &[500, 998]),
        ("https://taxpilot-orpin.vercel.app/gst-calculator", "INR", 1_000_000, &[90_000, 90_000], &[90_000, 90_000]),
        ("https://taxhero.net/sales-tax/city/co-boulder", "USD", 10_000, &[29_000, 11_900, 38_600, 11_000], &[290, 119, 386, 110]),
        ("http://breter-show.ru/washington/rates/seattle", "USD", 10_000, &[65_000, 36_000], &[650, 360]),
    ];
    for (source, code, net, rates, taxes) in cases {
        let totals = Cart::new(TaxMode::Excluded, code).line(rates, net, 1).price();
        let line = totals.lines.first().expect("a line");
        assert_eq!(line.tax_lines.iter().map(|tax| tax.amount_minor).collect::<Vec<_>>(), taxes, "{source}");
        assert_eq!(totals.total.minor(), net + taxes.iter().sum::<i64>(), "{source}");
    }
}

/// A good of a hundred dollars costs 114.98 in Quebec, where the province's tax comes next to the country's.
/// Source: <http://www.revenuquebec.ca/en/entreprise/taxes/tvq_tps/calcul-taxes.aspx>
#[test]
fn a_hundred_dollars_come_to_114_98_in_quebec() {
    let gst = sample::in_place(rate("GST", "standard", 50_000), "CA", None);
    let qst = sample::in_place(rate("QST", "standard", 99_750), "CA", Some("QC"));
    let rates = TaxRates::of(vec![qst, gst], Vec::new());
    let quebec = Destination { country: sample::country("CA"), region: Some("QC".to_owned()) };
    let taxed = tax_of(10_000, TaxMode::Excluded, &rates.select(&quebec, "standard")).expect("in range");
    assert_eq!(taxed.lines.iter().map(|line| line.amount_minor).collect::<Vec<_>>(), [500, 998]);
    assert_eq!(taxed.gross_minor, 11_498);
}

/// What is taxed on top of a tax: the source, the currency, the price, the plain rate and the compound one, and the total.
type Stacked = (&'static str, &'static str, i64, [i64; 2], i64);

/// A tax on a tax, as Quebec had it before 2013, and in round numbers. The first came to the same as the plain rate of 9.975 % since.
/// Source: at each case.
#[test]
fn a_compound_rate_is_taken_of_the_price_and_the_tax_before_it() {
    let cases: [Stacked; 2] = [
        ("https://www.zen-cart.com/showthread.php?mode=threaded&p=1141349", "CAD", 10_000, [50_000, 95_000], 11_498),
        (
            "https://costcertified.atlassian.net/wiki/pages/diffpages.action?originalId=1222672390&pageId=1247805445",
            "USD",
            10_000,
            [50_000, 90_000],
            11_445,
        ),
    ];
    for (source, code, net, [plain, compound], gross) in cases {
        let mut cart = Cart::new(TaxMode::Excluded, code).line(&[plain, compound], net, 1);
        cart.tax_rates.iter_mut().filter(|rate| rate.rate.get() == compound).for_each(|rate| rate.compound = true);
        assert_eq!(cart.price().total.minor(), gross, "{source}");
        let rates: Vec<&TaxRate> = cart.tax_rates.iter().collect();
        assert_eq!(tax_of(gross, TaxMode::Included, &rates).map(|taxed| taxed.net_minor), Some(net), "{source}");
    }
}

/// Two lines of 1.24 at 10 % have 0.24 of tax where each is rounded, and 0.25 where their sum is; the cent goes to one of them.
/// Source: <https://wiki.dolibarr.org/index.php/VAT_setup,_calculation_and_rounding_rules>
#[test]
fn tax_of_an_order_is_rounded_by_line_or_once() {
    let cart = Cart::new(TaxMode::Excluded, "EUR").line(&[100_000], 124, 1).line(&[100_000], 124, 1);
    let taxes = |cart: &Cart| cart.price().lines.iter().map(|line| line.tax.minor()).collect::<Vec<_>>();
    assert_eq!(taxes(&cart), [12, 12]);
    assert_eq!(taxes(&Cart { tax_rounding: TaxRounding::Order, ..cart }), [13, 12]);
}
