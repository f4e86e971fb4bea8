//! `tradewind config show`: each effective value and where it came from.

use serde::Serialize;

use super::Exit;
use super::output::Shown;
use super::setup::Globals;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Every key with its effective value; secrets are masked
    Show {
        /// Say where each value came from: default, file, environment or flag
        #[arg(long)]
        origin: bool,
    },
}

#[derive(Debug, Serialize)]
struct Value<'a> {
    key: &'a str,
    value: &'a str,
}

impl Shown for Value<'_> {
    const HEAD: &'static [&'static str] = &["key", "value"];

    fn cells(&self) -> Vec<String> {
        vec![self.key.to_owned(), self.value.to_owned()]
    }
}

#[derive(Debug, Serialize)]
struct Explained<'a> {
    key: &'a str,
    value: &'a str,
    origin: &'a str,
}

impl Shown for Explained<'_> {
    const HEAD: &'static [&'static str] = &["key", "value", "origin"];

    fn cells(&self) -> Vec<String> {
        vec![self.key.to_owned(), self.value.to_owned(), self.origin.to_owned()]
    }
}

pub(super) fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let settings = globals.load(Vec::new())?.settings;
    match command {
        Command::Show { origin: false } => {
            let values = settings.iter().map(|of| Value { key: &of.key, value: &of.value });
            globals.output().list(&values.collect::<Vec<_>>())?;
        }
        Command::Show { origin: true } => {
            let explained = settings.iter().map(|of| Explained { key: &of.key, value: &of.value, origin: &of.origin });
            globals.output().list(&explained.collect::<Vec<_>>())?;
        }
    }
    Ok(Exit::Ok)
}
