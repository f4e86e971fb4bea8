//! Every setting there is, in one table: its key, what it says, its default and how a value is read.

use kernel::{Email, text};
use platform::config::Config;
use serde_json::Value;

use super::invoicing::{self, DEFAULT_KEEP_YEARS, INVOICES_ISSUE, INVOICES_KEEP_YEARS, INVOICES_NOTE, INVOICES_SELLER, IssueInvoices};
use super::returning::{self, DEFAULT_WINDOW_DAYS, RETURNS_ENABLED, RETURNS_WINDOW_DAYS};
use super::taxing::{self, TAX_ROUNDING, TaxRounding};

/// A setting that the shop knows.
#[derive(Debug)]
pub(super) struct Known {
    /// Dotted, and a promise.
    pub(super) key: &'static str,
    /// What it says.
    pub(super) about: &'static str,
    /// What its events are numbered under; never changes.
    pub(super) number: u128,
    /// What holds until somebody sets it.
    pub(super) default: fn(&Config) -> Value,
    /// The value in the form in which it is kept, or why it is none.
    pub(super) parse: fn(Value) -> Result<Value, String>,
}

pub(super) const SHOP_NAME: &str = "shop.name";
pub(super) const SUPPORT_EMAIL: &str = "shop.support_email";
pub(super) const SUPPORT_PHONE: &str = "shop.support_phone";
pub(super) const TERMS_URL: &str = "shop.terms_url";
pub(super) const PRIVACY_URL: &str = "shop.privacy_url";

/// The keys of all settings.
pub fn keys() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|known| known.key)
}

/// By key.
pub(super) const KNOWN: &[Known] = &[
    Known {
        key: INVOICES_ISSUE,
        about: "When an order gets its invoice: on_payment, on_fulfilment or by_hand; never before there is a seller",
        number: 6,
        default: |_| IssueInvoices::OnPayment.as_str().into(),
        parse: |value| invoicing::issue(&value),
    },
    Known {
        key: INVOICES_KEEP_YEARS,
        about: "For how many years after the year of issue an invoice names its buyer, erased or not: 1 to 30",
        number: 7,
        default: |_| DEFAULT_KEEP_YEARS.into(),
        parse: invoicing::keep_years,
    },
    Known {
        key: INVOICES_NOTE,
        about: "What stands below each invoice and credit note: up to 40 lines of 1 to 500 characters, or null",
        number: 8,
        default: nothing,
        parse: |value| or_null(value, invoicing::note),
    },
    Known {
        key: INVOICES_SELLER,
        about: "Who sells, as invoices say it: {address: {name, company, line1, line2, postal_code, city, region, country, phone}, vat_id, registration}, or null",
        number: 9,
        default: nothing,
        parse: |value| or_null(value, invoicing::seller),
    },
    Known {
        key: RETURNS_ENABLED,
        about: "Whether customers ask for returns by themselves; staff always open them: true or false",
        number: 10,
        default: |_| true.into(),
        parse: returning::enabled,
    },
    Known {
        key: RETURNS_WINDOW_DAYS,
        about: "For how many days after a parcel arrived, or left where that is not known, customers ask for returns: 0 (never) to 3650",
        number: 11,
        default: |_| DEFAULT_WINDOW_DAYS.into(),
        parse: returning::window_days,
    },
    Known {
        key: SHOP_NAME,
        about: "What the shop is called: a text of 1 to 255 characters",
        number: 1,
        default: |config| config.shop.name.clone().into(),
        parse: |value| words(value, 255),
    },
    Known {
        key: PRIVACY_URL,
        about: "Where the shop says what it does with personal data: an address that begins with https://, or null",
        number: 5,
        default: nothing,
        parse: |value| or_null(value, address),
    },
    Known {
        key: SUPPORT_EMAIL,
        about: "Where customers write to: an e-mail address, or null",
        number: 2,
        default: nothing,
        parse: |value| or_null(value, email),
    },
    Known {
        key: SUPPORT_PHONE,
        about: "Where customers call: a text of 1 to 32 characters, or null",
        number: 3,
        default: nothing,
        parse: |value| or_null(value, |value| words(value, 32)),
    },
    Known {
        key: TERMS_URL,
        about: "Where the terms of sale are: an address that begins with https://, or null",
        number: 4,
        default: nothing,
        parse: |value| or_null(value, address),
    },
    Known {
        key: TAX_ROUNDING,
        about: "What tax is rounded of: line (each line by itself) or order (all lines of an order to which the same rates apply, together)",
        number: 12,
        default: |_| TaxRounding::Line.as_str().into(),
        parse: |value| taxing::rounding(&value),
    },
];

/// The setting of this key.
pub(super) fn known(key: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.key == key)
}

/// Longer than what browsers take.
const MOST_CHARACTERS_OF_AN_ADDRESS: usize = 2_000;

fn nothing(_: &Config) -> Value {
    Value::Null
}

fn or_null(value: Value, parse: impl FnOnce(Value) -> Result<Value, String>) -> Result<Value, String> {
    if value.is_null() { Ok(value) } else { parse(value) }
}

fn words(value: Value, most: usize) -> Result<Value, String> {
    let raw = value.as_str().ok_or("must be a text")?;
    text(raw, most).map(Value::from).map_err(|error| error.to_string())
}

fn email(value: Value) -> Result<Value, String> {
    let raw = value.as_str().ok_or("must be a text")?;
    Email::parse(raw).map(|email| email.as_str().into()).map_err(|error| error.to_string())
}

/// Pages link to it, so that nothing but a web address will do.
fn address(value: Value) -> Result<Value, String> {
    let value = words(value, MOST_CHARACTERS_OF_AN_ADDRESS)?;
    let rest = value.as_str().and_then(|address| address.strip_prefix("https://"));
    let sane = rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with('/') && !rest.contains(|c: char| c.is_whitespace() || "<>\"\\".contains(c))
    });
    if sane { Ok(value) } else { Err("must be an address that begins with https://".to_owned()) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_numbers_differ() {
        assert!(KNOWN.is_sorted_by_key(|known| known.key));
        assert_eq!(KNOWN.iter().map(|known| known.number).collect::<BTreeSet<_>>().len(), KNOWN.len());
    }

    #[test]
    fn each_setting_reads_its_own_kind_of_value() {
        let parse = |key: &str, value: Value| (known(key).expect(key).parse)(value);
        assert_eq!(parse(SHOP_NAME, json!(" Mugs & More ")), Ok(json!("Mugs & More")));
        assert_eq!(parse(SUPPORT_EMAIL, json!("Help@Mugs.Example")), Ok(json!("Help@mugs.example")));
        assert_eq!(parse(SUPPORT_PHONE, Value::Null), Ok(Value::Null));
        assert_eq!(parse(TERMS_URL, json!("https://mugs.example/terms")), Ok(json!("https://mugs.example/terms")));
        for (key, value) in [
            (SHOP_NAME, Value::Null),
            (SHOP_NAME, json!("")),
            (SHOP_NAME, json!(5)),
            (SUPPORT_EMAIL, json!("help")),
            (SUPPORT_PHONE, json!("x".repeat(33))),
            (TERMS_URL, json!("javascript:alert(1)")),
            (TERMS_URL, json!("https:///terms")),
            (PRIVACY_URL, json!("https://mugs.example/\"><script>")),
            (PRIVACY_URL, json!(["https://mugs.example"])),
        ] {
            assert!(parse(key, value.clone()).is_err(), "{key}: {value}");
        }
    }
}
