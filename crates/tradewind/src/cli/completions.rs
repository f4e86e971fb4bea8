//! `tradewind completions`: what a shell needs to complete our words.

use clap_complete::Shell;

use super::Exit;
use super::setup::Globals;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Which shell
    shell: Shell,
}

pub(super) fn run(globals: &Globals, arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::definition(), "tradewind", &mut script);
    globals.output().raw(&script)?;
    Ok(Exit::Ok)
}
