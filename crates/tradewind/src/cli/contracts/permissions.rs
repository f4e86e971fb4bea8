//! `uncovered-permissions.txt`: routes that the authorisation matrix has no row for.

use serde_json::Value;

use crate::matrix;

/// One route a line; empty where the matrix tries every route.
pub(super) fn uncovered(document: &Value) -> String {
    matrix::read(document).1.iter().map(|route| format!("{route}\n")).collect()
}
