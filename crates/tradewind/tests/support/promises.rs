//! Whether an answer is what the API's document promises of that operation.

use std::sync::LazyLock;

use serde_json::Value;

use super::TestResult;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(api::document()).unwrap_or_default());

/// Fails where the operation does not say that it answers with this status, or with this code. What no operation answers
/// (an unknown path, a method that is not allowed) and 304, which is HTTP's answer to every GET, are the gateway's business.
pub(crate) fn check(method: &str, path: &str, status: u16, code: &str) -> TestResult {
    let path = path.split('?').next().unwrap_or_default();
    let Some(operation) = operation(method, path).filter(|_| status != 304) else { return Ok(()) };
    let Some(promised) = operation["responses"].get(status.to_string()) else {
        return Err(format!("{method} {path} answered {status} {code}, and its document does not say so").into());
    };
    let description = promised["description"].as_str().unwrap_or_default();
    if code.is_empty() || description.contains(&format!("`{code}`")) {
        return Ok(());
    }
    Err(format!("{method} {path} answered {status} {code}; for {status} its document says {description}").into())
}

/// The operation of the most literal template that fits.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let templates = DOCUMENT["paths"].as_object()?.iter().filter(|(template, _)| fits(template, path));
    let (_, item) = templates.min_by_key(|(template, _)| template.matches('{').count())?;
    item.get(method.to_lowercase())
}

fn fits(template: &str, path: &str) -> bool {
    let (mut expected, mut actual) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return true,
            (Some(expected), Some(actual)) if expected == actual || expected.starts_with('{') => {}
            _ => return false,
        }
    }
}
