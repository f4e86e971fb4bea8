//! `tradewind openapi`: the document that describes the API.

use super::Exit;
use super::setup::Globals;

/// The document with line breaks, as it is committed and compared.
pub(super) fn text() -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&api::document())? + "\n")
}

pub(super) fn run(globals: &Globals) -> anyhow::Result<Exit> {
    let output = globals.output();
    if output.is_json() {
        output.json(&api::document())?;
    } else {
        output.raw(text()?.as_bytes())?;
    }
    Ok(Exit::Ok)
}
