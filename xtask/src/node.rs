//! Packages from the npm registry, each in a folder of its own below the target folder.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{debian, project};

/// Finds the folder with the modules of this package, or installs it in this very version.
pub(crate) fn modules(package: &str, version: &str) -> Result<PathBuf> {
    if !debian::runs(Command::new("node").arg("--version")) {
        debian::install("nodejs", "")?;
    }
    let folder = project::target_folder()?.join("campaign/node").join(format!("{package}-{version}"));
    let (modules, whole) = (folder.join("node_modules"), folder.join("whole"));
    if whole.exists() {
        return Ok(modules);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove the half of {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if !debian::runs(Command::new("npm").arg("--version")) {
        debian::install("npm", "")?;
    }
    eprintln!("installing {package} {version} from the npm registry");
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--prefix"]).arg(&folder);
    npm.arg(format!("{package}@{version}"));
    ensure!(npm.stdout(std::io::stderr()).status().context("cannot start npm")?.success(), "npm could not install {package} {version}");
    // Written last: an installation that was cut off has none.
    fs::write(&whole, "").with_context(|| format!("cannot write {}", whole.display()))?;
    Ok(modules)
}
