//! What an answer to an attack must not be.

use serde_json::Value;

use super::contract::Operation;
use super::payloads::{Payload, SMUGGLED, WORKED_OUT};
use super::request::Slot;
use crate::campaign::client::Reply;

/// What only a database, a driver or a panic says; no attack has it in its text.
const LEAKS: &[&str] = &[
    "SQLSTATE",
    "syntax error",
    "invalid input syntax",
    "sqlx",
    "sqlite3",
    "rusqlite",
    "SQLITE_",
    "no such column",
    "no such table",
    "no such function",
    "unrecognized token",
    "near \\\"",
    "relation \\\"",
    "violates ",
    "constraint failed",
    "panicked",
    ".rs:",
    "backtrace",
];

/// Everything that is wrong with it.
pub(super) fn faults(operation: &Operation, (slot, payload): (&Slot, &Payload), reply: &Reply, harmless: Option<&Reply>) -> Vec<String> {
    let mut faults = outside_of_contract(operation, slot, reply);
    let text = String::from_utf8_lossy(&reply.body);
    faults.extend(LEAKS.iter().find(|leak| text.contains(**leak)).map(|leak| format!("tells of its inside: {leak}")));
    if text.contains(WORKED_OUT) {
        faults.push("worked a template out".to_owned());
    }
    if reply.header(SMUGGLED).is_some() {
        faults.push("let a header be smuggled in".to_owned());
    }
    if let Some(harmless) = harmless {
        faults.extend(beside(operation, (slot, payload), reply, harmless));
    }
    faults.into_iter().map(|fault| format!("{fault}: {}", reply.told())).collect()
}

fn outside_of_contract(operation: &Operation, slot: &Slot, reply: &Reply) -> Vec<String> {
    let mut faults = Vec::new();
    if reply.status >= 500 {
        faults.push("a fault of the server".to_owned());
    }
    // A header with bytes that no header has is refused before there is a request.
    let unread = matches!(slot, Slot::Header(_)) && reply.status == 400 && reply.header("x-request-id").is_none();
    if unread {
        return faults;
    }
    if !operation.statuses.contains(&reply.status) {
        faults.push("a status that is not in the contract".to_owned());
    }
    let code = reply.json().and_then(|json| json.pointer("/error/code").map(Value::is_string));
    if reply.status >= 400 && code != Some(true) {
        faults.push("a refusal without a code".to_owned());
    }
    faults
}

/// What differs from the answer to a value that is just as wrong.
fn beside(operation: &Operation, (slot, payload): (&Slot, &Payload), reply: &Reply, harmless: &Reply) -> Option<String> {
    if reply.status >= 300 {
        return None;
    }
    // A number may be right; only its size was tried.
    if harmless.status >= 400 && !payload.value.is_number() {
        return Some(format!("accepted where {} is refused with {}", payload.harmless, harmless.status));
    }
    let (Some(answer), Some(other)) = (reply.json(), harmless.json()) else { return None };
    let Value::String(written) = &payload.value else { return None };
    if operation.method == "GET" {
        // A cursor's value says where to go on: another value is another place.
        let same = answer.get("data") == other.get("data") || matches!(slot, Slot::Cursor(_));
        return (!same).then(|| format!("another answer than to {}", payload.harmless));
    }
    // HTML is cleaned, and an item of a batch is refused in an answer that is 200; everything else that is kept is kept as it was written.
    let cleaned = matches!(slot, Slot::Member(pointer) if pointer.ends_with("/description")) || operation.path.ends_with("/batch");
    let kept = payload.harmless.as_str().is_some_and(|harmless| has(&other, harmless));
    (kept && !cleaned && !has(&answer, &plain(written))).then(|| "kept as something else".to_owned())
}

/// A text with one blank for many: what stands around a text or ends its lines may be tidied.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a plain text stands somewhere in it.
fn has(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => plain(own).contains(text),
        Value::Array(items) => items.iter().any(|item| has(item, text)),
        Value::Object(members) => members.iter().any(|(name, member)| name.contains(text) || has(member, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(method: &str, reply: (u16, &str), harmless: (u16, &str)) -> Vec<String> {
        let operation = Operation {
            method: method.to_owned(),
            path: "/zq".to_owned(),
            parameters: Vec::new(),
            body: None,
            form: Vec::new(),
            statuses: [200, 422].into(),
        };
        let of = |(status, body): (u16, &str)| Reply { status, body: body.as_bytes().to_vec(), ..Reply::default() };
        let payload = Payload { value: json!("' OR 1=1"), harmless: json!("zq") };
        faults(&operation, (&Slot::Query("q".to_owned()), &payload), &of(reply), Some(&of(harmless)))
    }

    #[test]
    fn an_attack_may_be_refused_or_change_nothing() {
        let refused = r#"{"error": {"code": "validation_failed"}}"#;
        assert!(judged("GET", (422, refused), (200, "{}")).is_empty());
        assert!(judged("GET", (200, r#"{"data": []}"#), (200, r#"{"data": []}"#)).is_empty());
        assert!(judged("POST", (200, r#"{"data": {"title": "' OR 1=1"}}"#), (200, r#"{"data": {"title": "zq"}}"#)).is_empty());
    }

    #[test]
    fn an_attack_may_not_get_through() {
        let first = |faults: Vec<String>| faults.into_iter().next().unwrap_or_default();
        let more = judged("GET", (200, r#"{"data": [1]}"#), (200, r#"{"data": []}"#));
        assert!(first(more).starts_with("another answer"));
        assert!(first(judged("GET", (200, "{}"), (422, "{}"))).starts_with("accepted"));
        assert!(first(judged("POST", (200, r#"{"data": "1"}"#), (200, r#"{"data": "zq"}"#))).starts_with("kept as something else"));
        assert!(first(judged("GET", (500, "{}"), (200, "{}"))).starts_with("a fault of the server"));
        assert!(first(judged("GET", (422, r#"{"error": {"code": "x", "message": "near \"zq\""}}"#), (200, "{}"))).starts_with("tells"));
    }
}
