//! What staff say of invoices: who sells, when they are issued, and how long it is known who bought.

use accounts::addresses::{Address, RawAddress};
use kernel::{FieldErrors, text, text_enum};
use platform::db::{ConnectionTrait, DatabaseError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) const INVOICES_ISSUE: &str = "invoices.issue";
pub(super) const INVOICES_KEEP_YEARS: &str = "invoices.keep_years";
pub(super) const INVOICES_NOTE: &str = "invoices.note";
pub(super) const INVOICES_SELLER: &str = "invoices.seller";

/// What most of the EU's states ask for.
pub(super) const DEFAULT_KEEP_YEARS: i64 = 10;
/// Longer than any law asks for.
const MOST_KEEP_YEARS: i64 = 30;
/// A few paragraphs at the end of a page.
const MOST_LINES: usize = 40;
const LONGEST_LINE: usize = 500;
const MOST_NUMBER: usize = 64;

text_enum! {
    /// When an order gets its invoice.
    pub enum IssueInvoices {
        /// When all of it is paid.
        OnPayment = "on_payment",
        /// When all of it has left.
        OnFulfilment = "on_fulfilment",
        /// When staff say so.
        ByHand = "by_hand",
    }
}

/// Who sells, as invoices tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// Name and place.
    pub address: Address,
    /// The number for value-added tax, or a like one of another law.
    pub vat_id: Option<String>,
    /// Where it is registered, and under which number.
    pub registration: Option<String>,
}

/// What staff say of invoices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoicing {
    /// When an order gets its invoice.
    pub issue: IssueInvoices,
    /// Who sells; nothing is invoiced before that is known.
    pub seller: Option<Seller>,
    /// What stands below each document.
    pub note: Option<String>,
    /// For how many years after the year of issue it is known who bought.
    pub keep_years: i64,
}

impl Invoicing {
    fn of(stored: &[platform::settings::Setting]) -> Self {
        let value = |key: &str| stored.iter().find(|setting| setting.key == key).map(|setting| &setting.value);
        let word = |key: &str| value(key).and_then(Value::as_str);
        Self {
            issue: word(INVOICES_ISSUE).and_then(|word| word.parse().ok()).unwrap_or(IssueInvoices::OnPayment),
            seller: value(INVOICES_SELLER).and_then(|value| serde_json::from_value(value.clone()).ok()),
            note: word(INVOICES_NOTE).map(str::to_owned),
            keep_years: value(INVOICES_KEEP_YEARS).and_then(Value::as_i64).unwrap_or(DEFAULT_KEEP_YEARS),
        }
    }
}

/// What staff say of invoices. One statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn invoicing(db: &impl ConnectionTrait) -> Result<Invoicing, DatabaseError> {
    Ok(Invoicing::of(&platform::settings::all(db).await?))
}

pub(super) fn issue(value: &Value) -> Result<Value, String> {
    let word = value.as_str().ok_or("must be a text")?;
    word.parse::<IssueInvoices>().map(|issue| issue.as_str().into()).map_err(|error| error.to_string())
}

pub(super) fn keep_years(value: Value) -> Result<Value, String> {
    match value.as_i64() {
        Some(1..=MOST_KEEP_YEARS) => Ok(value),
        _ => Err(format!("must be a whole number of years from 1 to {MOST_KEEP_YEARS}")),
    }
}

/// Lines of text; empty ones are left out.
pub(super) fn note(value: Value) -> Result<Value, String> {
    let raw = value.as_str().ok_or("must be a text")?;
    let lines = raw.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| text(line, LONGEST_LINE));
    let lines = lines.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    if (1..=MOST_LINES).contains(&lines.len()) { Ok(lines.join("\n").into()) } else { Err(format!("must have 1 to {MOST_LINES} lines")) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SellerIn {
    address: AddressIn,
    vat_id: Option<String>,
    registration: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressIn {
    name: Option<String>,
    company: Option<String>,
    line1: Option<String>,
    line2: Option<String>,
    city: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
    phone: Option<String>,
}

impl From<AddressIn> for RawAddress {
    fn from(raw: AddressIn) -> Self {
        let AddressIn { name, company, line1, line2, city, region, postal_code, country, phone } = raw;
        Self { name, company, line1, line2, city, region, postal_code, country, phone }
    }
}

/// A seller in the form in which it is kept; a message names each field that is wrong.
pub(super) fn seller(value: Value) -> Result<Value, String> {
    let raw: SellerIn = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let seller = parse_seller(raw).map_err(|errors| {
        let told = errors.into_map().into_iter().flat_map(|(field, said)| said.into_iter().map(move |said| format!("{field} {said}")));
        told.collect::<Vec<_>>().join("; ")
    })?;
    serde_json::to_value(seller).map_err(|error| error.to_string())
}

fn parse_seller(raw: SellerIn) -> Result<Seller, FieldErrors> {
    let mut errors = FieldErrors::new();
    let address = match Address::parse(raw.address.into()) {
        Ok(address) => Some(address),
        Err(inner) => {
            errors.nest("address", inner);
            None
        }
    };
    let number = |raw: &str| text(raw, MOST_NUMBER);
    let vat_id = errors.take_optional("vat_id", raw.vat_id.as_deref(), number);
    let registration = errors.take_optional("registration", raw.registration.as_deref(), number);
    errors.finish(|| Some(Seller { address: address?, vat_id, registration }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_seller_is_read_whole_or_refused_by_field() {
        let place = json!({"name": "Mugs GmbH", "line1": "Ring 1", "city": "Berlin", "postal_code": "10115", "country": "de"});
        let kept = seller(json!({"address": place, "vat_id": " DE136695976 "})).expect("a seller");
        assert_eq!((&kept["vat_id"], &kept["address"]["country"]), (&json!("DE136695976"), &json!("DE")));
        let read: Seller = serde_json::from_value(kept).expect("what is kept can be read");
        assert_eq!((read.address.name(), read.registration), ("Mugs GmbH", None));
        let refused = seller(json!({"address": {"name": "Mugs"}, "vat_id": ""})).expect_err("no place");
        assert!(refused.contains("address.line1 is required") && refused.contains("address.country is required"), "{refused}");
        assert!(seller(json!({"address": place, "iban": "x"})).expect_err("unknown").contains("iban"));
    }

    #[test]
    fn what_nobody_set_has_its_default() {
        let none = Invoicing::of(&[]);
        assert_eq!((none.issue, none.seller, none.note, none.keep_years), (IssueInvoices::OnPayment, None, None, DEFAULT_KEEP_YEARS));
        assert_eq!(issue(&json!("by_hand")), Ok(json!("by_hand")));
        for (value, parsed) in [(json!(0), false), (json!(1), true), (json!(30), true), (json!(31), false), (json!("10"), false)] {
            assert_eq!(keep_years(value.clone()).is_ok(), parsed, "{value}");
        }
        assert_eq!(note(json!(" Thank you. \r\n\n Bye.")), Ok(json!("Thank you.\nBye.")));
        for refused in [json!(""), json!("\n"), json!(1), json!("x".repeat(501)), json!("x\n".repeat(41)), json!("a\u{7}b")] {
            assert!(note(refused.clone()).is_err(), "{refused}");
        }
        assert!(issue(&json!("sometimes")).is_err() && issue(&json!(1)).is_err());
    }
}
