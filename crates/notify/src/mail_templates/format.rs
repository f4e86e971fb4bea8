//! Amounts and dates as readers of a locale write them.

use chrono::Datelike as _;
use kernel::{Money, Timestamp};

use super::locale::MailLocale;

/// Keeps an amount and its currency on one line.
const GAP: char = '\u{a0}';

/// An amount: `€1,234.50`, `1.234,50 €`, `CHF 1’234.50`.
#[must_use]
pub fn money(amount: Money, locale: &MailLocale) -> String {
    if locale.language() != "de" {
        return amount.to_string();
    }
    let swiss = matches!(locale.region(), Some("CH" | "LI"));
    let (thousands, decimal) = if swiss { ("’", ".") } else { (".", ",") };
    let plain = amount.to_decimal();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push_str(thousands);
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push_str(decimal);
        text.push_str(fraction);
    }
    if swiss {
        return format!("{}{GAP}{text}", amount.currency().code());
    }
    format!("{text}{GAP}{}", amount.currency().symbol())
}

const ENGLISH: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const GERMAN: [&str; 12] =
    ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];

/// A day of UTC: `March 2, 2026`, `2 March 2026`, `2. März 2026`, `2026-03-02`.
pub(super) fn date(at: Timestamp, locale: &MailLocale) -> String {
    let (year, day) = (at.year(), at.day());
    let name = |names: [&'static str; 12]| names.get(at.month0() as usize).copied().unwrap_or_default();
    match (locale.language(), locale.region()) {
        ("en", None | Some("US")) => format!("{} {day}, {year}", name(ENGLISH)),
        ("en", Some(_)) => format!("{day} {} {year}", name(ENGLISH)),
        ("de", _) => format!("{day}. {} {year}", name(GERMAN)),
        _ => at.format("%Y-%m-%d").to_string(),
    }
}

/// A moment of UTC: the day, and `09:30 UTC`.
#[must_use]
pub fn moment(at: Timestamp, locale: &MailLocale) -> String {
    format!("{}, {} UTC", date(at, locale), at.format("%H:%M"))
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;

    fn locale(raw: &str) -> MailLocale {
        raw.parse().expect("a locale")
    }

    #[test]
    fn an_amount_is_written_as_its_readers_write_it() {
        let franc: Currency = "CHF".parse().expect("a currency");
        for (minor, currency, raw, told) in [
            (123_450, Currency::EUR, "en", "€1,234.50"),
            (123_450, Currency::EUR, "de", "1.234,50\u{a0}€"),
            (-5, Currency::EUR, "de-AT", "-0,05\u{a0}€"),
            (123_456_789, franc, "de-CH", "CHF\u{a0}1’234’567.89"),
            (99, Currency::USD, "fr", "$0.99"),
            (1_000, "JPY".parse().expect("a currency"), "de", "1.000\u{a0}¥"),
        ] {
            assert_eq!(money(Money::new(minor, currency), &locale(raw)), told);
        }
    }

    #[test]
    fn a_day_is_written_as_its_readers_write_it() {
        let at: Timestamp = "2026-03-02T09:30:00Z".parse().expect("a moment");
        for (raw, told) in [
            ("en", "March 2, 2026"),
            ("en-US", "March 2, 2026"),
            ("en-GB", "2 March 2026"),
            ("de-CH", "2. März 2026"),
            ("fr", "2026-03-02"),
        ] {
            assert_eq!(date(at, &locale(raw)), told);
        }
        assert_eq!(moment(at, &locale("de")), "2. März 2026, 09:30 UTC");
    }
}
