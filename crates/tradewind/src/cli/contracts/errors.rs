//! `error-codes.md`: every code with its status and the operations that answer it, as the API's document says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

/// Codes by status; each with the operations that name it.
type Codes = BTreeMap<(String, String), BTreeSet<String>>;

/// The document, made of the answers that each operation promises.
pub(super) fn document(api: &Value) -> String {
    let mut codes = Codes::new();
    let mut operations = 0;
    for item in api.get("paths").and_then(Value::as_object).into_iter().flatten().map(|(_, item)| item) {
        for operation in item.as_object().into_iter().flatten().map(|(_, operation)| operation) {
            operations += 1;
            collect(operation, &mut codes);
        }
    }
    let mut text =
        "# Error codes\n\nGenerated from the program: `cargo xtask contracts`. A code is a promise: it keeps its meaning and its status. \
                    Every refusal is `{\"error\": {\"code\", \"message\", \"details\", \"timestamp\", \"request_id\"}}`.\n\n\
                    | status | code | answered by |\n|---|---|---|\n"
            .to_owned();
    for ((status, code), by) in &codes {
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        let by = if by.len() * 2 > operations { "most operations".to_owned() } else { by.join(", ") };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {status} | `{code}` | {by} |");
    }
    text
}

/// Codes stand in backticks in the descriptions of answers that are refusals.
fn collect(operation: &Value, codes: &mut Codes) {
    let name = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
    let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    for (status, answer) in answers.filter(|(status, _)| status.starts_with(['4', '5'])) {
        let description = answer.get("description").and_then(Value::as_str).unwrap_or_default();
        let quoted = description.split('`').skip(1).step_by(2);
        for code in quoted.filter(|text| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')) {
            codes.entry((status.clone(), code.to_owned())).or_default().insert(name.to_owned());
        }
    }
}
