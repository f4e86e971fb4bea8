//! Programs from Go's modules, each below the target folder.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{debian, project};

/// Finds the program of this module, or builds it in this very version.
pub(crate) fn program(module: &str, version: &str) -> Result<PathBuf> {
    let name = module.rsplit('/').next().unwrap_or(module);
    let folder = project::target_folder()?.join("campaign/go").join(format!("{name}-{version}"));
    let program = folder.join(name);
    if program.exists() {
        return Ok(program);
    }
    if !debian::runs(Command::new("go").arg("version")) {
        debian::install("golang-go", "")?;
    }
    eprintln!("building {name} {version} from Go's module index");
    let mut go = Command::new("go");
    go.args(["install", "-trimpath", &format!("{module}@{version}")]).env("GOBIN", &folder);
    let built = go.stdout(std::io::stderr()).status().context("cannot start go")?;
    ensure!(built.success(), "go could not build {module} {version}");
    Ok(program)
}
