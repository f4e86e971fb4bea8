//! Installs Debian packages where a command needs what the machine does not have.

use std::io::IsTerminal;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::postgres;

/// Runs apt-get as root or by sudo, after this piece of shell; its output goes to the terminal's error stream.
pub(crate) fn install(package: &str, before: &str) -> Result<()> {
    ensure!(runs(Command::new("apt-get").arg("--version")), "there is no apt-get to install the package {package}: install it by hand");
    let mut install = shell(package)?;
    eprintln!("installing the package {package}");
    let script = format!(
        "set -e\n{before}\napt-get update -q\nDEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends {package}\n"
    );
    let status = install.arg(script).stdin(Stdio::inherit()).stdout(std::io::stderr()).status().context("cannot start the installation")?;
    ensure!(status.success(), "apt-get could not install the package {package}: {status}");
    Ok(())
}

/// `sh -c` with the rights of root.
fn shell(package: &str) -> Result<Command> {
    if postgres::is_root()? {
        let mut shell = Command::new("sh");
        shell.arg("-c");
        return Ok(shell);
    }
    let mut sudo = Command::new("sudo");
    if !std::io::stdin().is_terminal() {
        ensure!(runs(Command::new("sudo").args(["-n", "true"])), "installing the package {package} needs root or sudo");
        sudo.arg("-n");
    }
    sudo.args(["sh", "-c"]);
    Ok(sudo)
}

/// Whether a program is there and content with its arguments.
pub(crate) fn runs(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
