//! `tradewind openapi`: the document that describes the API.

use super::Exit;
use super::setup::Globals;

pub(super) fn run(globals: &Globals) -> anyhow::Result<Exit> {
    globals.output().raw(api::COMMITTED.as_bytes())?;
    Ok(Exit::Ok)
}
