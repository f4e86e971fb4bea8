//! `tradewind version`: what program this is.

use serde::Serialize;

use super::Exit;
use super::output::Shown;
use super::setup::Globals;
use crate::wiring;

#[derive(Debug, Serialize)]
struct Version {
    name: &'static str,
    version: &'static str,
    build: &'static str,
    schema: i64,
}

impl Shown for Version {
    const HEAD: &'static [&'static str] = &["name", "version", "build", "schema"];

    fn cells(&self) -> Vec<String> {
        vec![self.name.to_owned(), self.version.to_owned(), self.build.to_owned(), self.schema.to_string()]
    }
}

pub(super) fn run(globals: &Globals) -> anyhow::Result<Exit> {
    let schema = wiring::migrations().iter().map(|step| step.version).max().unwrap_or(0);
    globals.output().one(&Version { name: "tradewind", version: crate::VERSION, build: crate::BUILD, schema })?;
    Ok(Exit::Ok)
}
