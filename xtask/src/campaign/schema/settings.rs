//! What schemathesis is told: credentials, values that exist, and which refusals are right.

use std::fmt::Write;

use crate::campaign::exhibits::Exhibits;

/// How often a parameter is something that exists: the other cases are what a list of values cannot have.
const EXISTING: &str = "0.75";

/// Refusals that a request may get though the contract's schemas allow it: rights, what is not there, conflicts, rules between fields and
/// rows (422), a version that may stand in either of two places (428).
const RIGHT_REFUSALS: &str = r#""2xx", "3xx", "401", "403", "404", "409", "422", "428", "429""#;

/// Of a query, no schema says which parameters go together nor which text is a cursor: such a list answers 400. And for `If-Match`
/// schemathesis itself makes values beside the contract's pattern, which has quotes in it.
const OF_QUERIES_AND_TAGS: &str = r#""400", "#;

/// What nearly everything is at in a shop that has just been filled.
const TAGS: &str = r#"['"1"', '"2"']"#;

/// The text of its configuration file.
pub(super) fn text(exhibits: &Exhibits, key: Option<&str>) -> String {
    let mut text = String::from("color = false\ncontinue-on-failure = true\n\n[parameters]\n");
    for name in exhibits.values.keys() {
        // Writing to a String cannot fail.
        let _written = writeln!(text, "\"path.{name}\" = {{ dictionary = \"{name}\", probability = {EXISTING} }}");
    }
    let _written = writeln!(text, "\"header.If-Match\" = {{ dictionary = \"tags\", probability = {EXISTING} }}");
    for name in ["variant_id", "shipping_method_id"] {
        let _written = writeln!(text, "\"body.{name}\" = {{ dictionary = \"{name}\", probability = {EXISTING} }}");
    }
    for (name, values) in &exhibits.values {
        let _written = writeln!(text, "\n[dictionaries.{name}]\nvalues = {values:?}");
    }
    let _written = writeln!(text, "\n[auth.openapi.cart_token]\napi_key = \"{}\"", exhibits.cart_token);
    if let Some(key) = key {
        let _written = writeln!(text, "\n[auth.openapi.bearer]\nbearer = \"{key}\"");
    }
    let _written = write!(
        text,
        r#"
[dictionaries.tags]
values = {TAGS}

[checks.positive_data_acceptance]
expected-statuses = [{RIGHT_REFUSALS}]

[[operations]]
include-method = ["GET", "PUT", "PATCH", "DELETE"]
[operations.checks.positive_data_acceptance]
expected-statuses = [{OF_QUERIES_AND_TAGS}{RIGHT_REFUSALS}]

[[operations]]
include-path = "/api/v1/orders/{{order_id}}/cancel"
[operations.checks.positive_data_acceptance]
expected-statuses = [{OF_QUERIES_AND_TAGS}{RIGHT_REFUSALS}]

# Each item of a batch is refused for itself, in an answer that is 200.
[[operations]]
include-path = "/api/v1/products/batch"
[operations.checks.negative_data_rejection]
expected-statuses = ["200", "400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]

# A wrong token is that of somebody else's cart: nobody learns whether the cart or its order is there, so that it is 404 and not 401.
# And schemathesis has one token, which does not open the carts that it makes.
[[operations]]
include-path-regex = "^/api/v1/(carts|orders/[^/]*$)"
[operations.checks]
ignored_auth.enabled = false
ensure_resource_availability.enabled = false
"#
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_told_where_there_are_some() {
        let mut exhibits = Exhibits { cart_token: "token".to_owned(), ..Exhibits::default() };
        exhibits.values.insert("order_id".to_owned(), vec!["order_1".to_owned()]);

        let (nobody, admin) = (text(&exhibits, None), text(&exhibits, Some("twk_1")));
        assert!(nobody.contains("[dictionaries.order_id]\nvalues = [\"order_1\"]\n") && !nobody.contains("bearer"), "{nobody}");
        assert!(admin.contains("[auth.openapi.bearer]\nbearer = \"twk_1\"\n"), "{admin}");
    }
}
