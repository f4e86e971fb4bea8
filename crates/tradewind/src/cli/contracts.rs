//! `tradewind contracts`: the promises of this program as files, compared with the committed ones by `cargo xtask contracts`.

mod commands;
mod configuration;
mod errors;
mod events;
mod permissions;

use std::path::PathBuf;

use anyhow::{Context as _, ensure};

use super::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    ensure!(cfg!(debug_assertions), "only a debug build knows what its routes say of themselves: `cargo xtask contracts` makes one");
    std::fs::create_dir_all(&arguments.out)?;
    let api = serde_json::to_value(api::document())?;
    let files = [
        ("cli.md", commands::document()),
        ("config.md", configuration::document()?),
        ("error-codes.md", errors::document(&api)),
        ("events.md", events::document()),
        ("events.schema.json", events::schemas()?),
        ("openapi.json", api::composed()?),
        ("uncovered-permissions.txt", permissions::uncovered(&api)),
    ];
    for (name, text) in files {
        let path = arguments.out.join(name);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(Exit::Ok)
}
