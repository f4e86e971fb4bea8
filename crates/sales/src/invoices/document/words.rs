//! The words, dates and amounts of documents, in the languages that the shop has.

use chrono::NaiveDate;
use kernel::Currency;

use crate::tax::TaxLine;

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    /// BCP 47.
    pub(super) language: &'static str,
    pub(super) invoice: &'static str,
    pub(super) credit_note: &'static str,
    pub(super) number: &'static str,
    pub(super) date: &'static str,
    pub(super) supplied: &'static str,
    pub(super) order: &'static str,
    pub(super) credited: &'static str,
    pub(super) reason: &'static str,
    pub(super) called_off: &'static str,
    pub(super) billed_to: &'static str,
    pub(super) vat_id: &'static str,
    pub(super) registration: &'static str,
    pub(super) description: &'static str,
    pub(super) quantity: &'static str,
    pub(super) unit_price: &'static str,
    pub(super) discount: &'static str,
    pub(super) rate: &'static str,
    pub(super) net: &'static str,
    pub(super) tax: &'static str,
    pub(super) gross: &'static str,
    pub(super) sku: &'static str,
    pub(super) tax_by_rate: &'static str,
    pub(super) untaxed: &'static str,
    pub(super) total_net: &'static str,
    pub(super) total: &'static str,
    pub(super) paid: &'static str,
    pub(super) paid_back: &'static str,
    pub(super) due: &'static str,
    pub(super) prices_include_tax: &'static str,
    pub(super) prices_exclude_tax: &'static str,
    pub(super) page: &'static str,
    pub(super) of: &'static str,
    /// The refund's reasons, in the order of their declaration.
    pub(super) reasons: [&'static str; 8],
    thousands: char,
    decimal: char,
    day: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    invoice: "Invoice",
    credit_note: "Credit note",
    number: "Number",
    date: "Date of issue",
    supplied: "Date of supply",
    order: "Order",
    credited: "Corrects invoice",
    reason: "Reason",
    called_off: "The order was cancelled",
    billed_to: "Billed to",
    vat_id: "VAT/tax ID",
    registration: "Registered",
    description: "Description",
    quantity: "Qty",
    unit_price: "Unit price",
    discount: "Discount",
    rate: "Rate",
    net: "Net",
    tax: "Tax",
    gross: "Total",
    sku: "SKU",
    tax_by_rate: "Tax by rate",
    untaxed: "No tax",
    total_net: "Net total",
    total: "Total",
    paid: "Paid",
    paid_back: "Paid back",
    due: "Due",
    prices_include_tax: "Unit prices and discounts include tax.",
    prices_exclude_tax: "Unit prices and discounts are without tax.",
    page: "Page",
    of: "of",
    reasons: [
        "Cancelled by the customer",
        "Goods returned",
        "Goods defective",
        "Goods not delivered",
        "Ordered or paid twice",
        "Unauthorised payment",
        "Price reduction",
        "Other",
    ],
    thousands: ',',
    decimal: '.',
    day: "%Y-%m-%d",
};

const GERMAN: Words = Words {
    language: "de",
    invoice: "Rechnung",
    credit_note: "Rechnungskorrektur",
    number: "Nummer",
    date: "Rechnungsdatum",
    supplied: "Leistungsdatum",
    order: "Bestellung",
    credited: "Zu Rechnung",
    reason: "Grund",
    called_off: "Die Bestellung wurde storniert",
    billed_to: "Rechnung an",
    vat_id: "USt-IdNr./Steuernummer",
    registration: "Register",
    description: "Bezeichnung",
    quantity: "Menge",
    unit_price: "Einzelpreis",
    discount: "Rabatt",
    rate: "Satz",
    net: "Netto",
    tax: "Steuer",
    gross: "Brutto",
    sku: "Art.-Nr.",
    tax_by_rate: "Steuer nach Sätzen",
    untaxed: "Ohne Steuer",
    total_net: "Summe netto",
    total: "Gesamtbetrag",
    paid: "Bezahlt",
    paid_back: "Erstattet",
    due: "Zu zahlen",
    prices_include_tax: "Einzelpreise und Rabatte enthalten die Steuer.",
    prices_exclude_tax: "Einzelpreise und Rabatte verstehen sich ohne Steuer.",
    page: "Seite",
    of: "von",
    reasons: [
        "Widerruf des Kunden",
        "Ware zurückgegeben",
        "Ware mangelhaft",
        "Ware nicht geliefert",
        "Doppelt bestellt oder bezahlt",
        "Unberechtigte Zahlung",
        "Preisnachlass",
        "Sonstiges",
    ],
    thousands: '.',
    decimal: ',',
    day: "%d.%m.%Y",
};

/// The words of a locale's language; English where the shop has none.
pub(super) fn words_of(locale: &str) -> &'static Words {
    if locale.split(['-', '_']).next() == Some("de") { &GERMAN } else { &ENGLISH }
}

impl Words {
    pub(super) fn day(&self, day: NaiveDate) -> String {
        day.format(self.day).to_string()
    }

    /// An amount without its currency.
    pub(super) fn amount(&self, minor: i64, currency: Currency) -> String {
        let digits = usize::try_from(currency.exponent()).unwrap_or_default();
        let text = format!("{:0width$}", minor.unsigned_abs(), width = digits + 1);
        let (whole, fraction) = text.split_at(text.len() - digits);
        let mut grouped = String::from(if minor < 0 { "−" } else { "" });
        for (place, digit) in whole.char_indices() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push(self.thousands);
            }
            grouped.push(digit);
        }
        if digits > 0 {
            grouped.push(self.decimal);
            grouped.push_str(fraction);
        }
        grouped
    }

    /// An amount behind its currency's code.
    pub(super) fn money(&self, minor: i64, currency: Currency) -> String {
        format!("{} {}", currency.code(), self.amount(minor, currency))
    }

    /// A rate in percent.
    pub(super) fn percent(&self, ppm: i64) -> String {
        let fraction = format!("{:04}", ppm % 10_000);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { String::new() } else { format!("{}{fraction}", self.decimal) };
        format!("{}{point} %", ppm / 10_000)
    }

    /// The rates of a line: their sum where each is taken of the same amount, else one by one.
    pub(super) fn rates(&self, taxes: &[TaxLine]) -> String {
        let ppm = taxes.iter().map(|tax| tax.rate_ppm.get());
        let is_of_one = taxes.windows(2).all(|pair| matches!(pair, [one, next] if one.base_minor == next.base_minor));
        if is_of_one { self.percent(ppm.sum()) } else { ppm.map(|ppm| self.percent(ppm)).collect::<Vec<_>>().join(" + ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_dates_and_rates_are_written_as_the_language_writes_them() {
        let (en, de) = (words_of("en-GB"), words_of("de-AT"));
        let yen: Currency = "JPY".parse().expect("known");
        let dinar: Currency = "BHD".parse().expect("known");
        assert_eq!(en.amount(123_456_789, Currency::EUR), "1,234,567.89");
        assert_eq!(de.amount(123_456_789, Currency::EUR), "1.234.567,89");
        assert_eq!(
            [0, 5, 99, 100, 99_999, 100_000].map(|minor| en.amount(minor, Currency::EUR)),
            ["0.00", "0.05", "0.99", "1.00", "999.99", "1,000.00"]
        );
        assert_eq!((en.amount(1_500, yen), en.amount(-1_500, dinar)), ("1,500".to_owned(), "−1.500".to_owned()));
        assert_eq!([190_000, 82_500, 0, 1].map(|ppm| de.percent(ppm)), ["19 %", "8,25 %", "0 %", "0,0001 %"]);
        let tax = |ppm: i64, base_minor: i64| TaxLine {
            rate_name: String::new(),
            rate_ppm: ppm.try_into().expect("a rate"),
            base_minor,
            amount_minor: 1,
        };
        assert_eq!(en.rates(&[tax(50_000, 100), tax(99_750, 100)]), "14.975 %");
        assert_eq!(de.rates(&[tax(50_000, 100), tax(95_000, 105)]), "5 % + 9,5 %");
        assert_eq!(en.rates(&[]), "0 %");
        let day: NaiveDate = "2026-03-02".parse().expect("a day");
        assert_eq!((en.day(day), de.day(day)), ("2026-03-02".to_owned(), "02.03.2026".to_owned()));
        assert_eq!((words_of("pt-BR").language, words_of("den").language), ("en", "en"));
    }
}
