//! Sparse fieldsets: only the members that the client asked for.

use serde::Serialize;
use serde_json::Value;

use crate::problem::Problem;

/// The view with these members of its top level alone; `id` always stays, or rows could not be told apart.
pub(super) fn only<T: Serialize>(view: &T, fields: &[&'static str]) -> Result<Value, Problem> {
    let mut value = serde_json::to_value(view).map_err(|error| Problem::internal(format!("an answer does not serialise: {error}")))?;
    if let Value::Object(members) = &mut value {
        members.retain(|name, _| name == "id" || fields.contains(&name.as_str()));
    }
    Ok(value)
}
