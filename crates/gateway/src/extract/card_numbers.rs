//! Numbers of payment cards have no place in the shop (PCI DSS 3.2): a body that holds one anywhere is refused.

use serde_json::Value;

/// Members that hold what other systems number, or what is never kept as it is: digits there are no card.
const NUMBERS_OF_OTHERS: [&str; 13] = [
    "sku",
    "barcode",
    "tracking_number",
    "tracking_url",
    "id",
    "external_id",
    "url",
    "provider_reference",
    "code",
    "token",
    "refresh_token",
    "password",
    "current_password",
];

/// Where a payment card's number stands, as a dotted path; `None` where there is none.
pub(super) fn find(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => kernel::contains_card_number(text).then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(place, item)| Some(below(&place.to_string(), &find(item)?))),
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            if kernel::contains_card_number(name) {
                return Some(String::new());
            }
            let is_of_others = member.is_string() && NUMBERS_OF_OTHERS.contains(&name.as_str());
            if is_of_others { None } else { Some(below(name, &find(member)?)) }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn below(name: &str, rest: &str) -> String {
    if rest.is_empty() { name.to_owned() } else { format!("{name}.{rest}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_card_is_found_wherever_it_stands_and_numbers_of_others_pass() {
        let card = "paid with 4242 4242 4242 4242";
        for (body, place) in [
            (json!({"note": card}), Some("note")),
            (json!({"lines": [{"quantity": 1}, {"gift": {"text": card}}]}), Some("lines.1.gift.text")),
            (json!([card]), Some("0")),
            (json!({"metadata": {"4242424242424242": 1}}), Some("metadata")),
            (json!({"tracking_number": "4242424242424242", "sku": "4242424242424242", "barcode": "4242424242424242"}), None),
            (json!({"sku": {"note": card}}), Some("sku.note")),
            (json!({"note": "order 4242 4242 4242 4241", "quantity": 5}), None),
        ] {
            assert_eq!(find(&body).as_deref(), place, "{body}");
        }
        assert_eq!(find(&json!(card)).as_deref(), Some(""));
    }
}
