//! `tradewind customer`: who bought, and who has an account.

use serde::Serialize;

use super::Exit;
use super::output::Shown;
use super::setup::Globals;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Work out anew what everybody ordered and spent, from the orders themselves
    ///
    /// Tags, groups, notes and ids stay. The shop may go on selling meanwhile; the sums are whole when the command ends.
    Rebuild,
}

#[derive(Debug, Serialize)]
struct RebuiltRow {
    events: usize,
}

impl Shown for RebuiltRow {
    const HEAD: &'static [&'static str] = &["events"];

    fn cells(&self) -> Vec<String> {
        vec![self.events.to_string()]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let context = globals.open().await?;
    match command {
        Command::Rebuild => {
            let events = sales::customers::rebuild(&context).await?;
            globals.output().one(&RebuiltRow { events })?;
        }
    }
    Ok(Exit::Ok)
}
