//! Programs from the Python package index, each in an environment of its own below the target folder.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{debian, project};

/// Finds the folder of this package's programs, or installs it in this very version, with what else (`name==version`) it needs there.
pub(crate) fn programs(package: &str, version: &str, more: &[&str]) -> Result<PathBuf> {
    let folder = project::target_folder()?.join("campaign/python").join(format!("{package}-{version}"));
    let programs = folder.join("bin");
    let (whole, wanted) = (folder.join("whole"), more.join("\n"));
    if fs::read_to_string(&whole).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot remove the half of {}", folder.display()))?;
    }
    if !debian::runs(Command::new("python3").args(["-c", "import venv, ensurepip"])) {
        debian::install("python3-venv", "")?;
    }
    eprintln!("installing {package} {version} from the Python package index");
    let made = Command::new("python3").args(["-m", "venv"]).arg(&folder).status().context("cannot start python3")?;
    ensure!(made.success(), "python3 could not make {}", folder.display());
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", &format!("{package}=={version}")]).args(more);
    ensure!(pip.stdout(std::io::stderr()).status().context("cannot start pip")?.success(), "pip could not install {package} {version}");
    // Written last: an installation that was cut off has none.
    fs::write(&whole, wanted).with_context(|| format!("cannot write {}", whole.display()))?;
    Ok(programs)
}
