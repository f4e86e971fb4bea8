//! Where the workspace lies and how its own cargo is called.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result};

/// The folder of the workspace's `Cargo.toml`. Cargo names this package's folder to the program that it runs; what was true when it was
/// built may be true of another checkout, with which it shares its target folder.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        here.and_then(|here| here.parent().map(Path::to_owned)).or_else(above_current_folder).unwrap_or_default()
    })
}

/// Started by hand: the nearest folder above that holds this package and a manifest of its own.
fn above_current_folder() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().find(|folder| folder.join("xtask/Cargo.toml").is_file() && folder.join("Cargo.toml").is_file()).map(Path::to_owned)
}

/// The folder into which cargo builds: this program lies in one of its folders.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let own = std::env::current_exe().context("cannot find this program")?;
    own.ancestors().nth(2).map(Path::to_owned).context("this program lies outside of a target folder")
}

/// The cargo that runs this command, in the workspace's folder.
pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    cargo.current_dir(root());
    cargo
}
