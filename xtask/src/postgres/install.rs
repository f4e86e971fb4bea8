//! Installs the Debian package `postgresql` without letting it start a server of its own.

use std::io::IsTerminal;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::server;

/// The file is there only while the package is installed: a later installation by hand behaves as Debian means it to.
const SCRIPT: &str = r#"
set -e
settings=/etc/postgresql-common/createcluster.d
mkdir -p "$settings"
trap 'rm -f "$settings/tradewind-tests.conf"' EXIT
echo 'create_main_cluster = false' > "$settings/tradewind-tests.conf"
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql
"#;

/// Runs apt-get as root or by sudo; its output goes to the terminal's error stream.
pub(crate) fn postgres() -> Result<()> {
    if !runs(Command::new("apt-get").arg("--version")) {
        bail!("no PostgreSQL server was found, and there is no apt-get to install one: install PostgreSQL 15 or later");
    }
    let mut install = shell()?;
    eprintln!("installing the package postgresql for the tests");
    let status = install.arg(SCRIPT).stdin(Stdio::inherit()).stdout(std::io::stderr()).status().context("cannot start the installation")?;
    ensure!(status.success(), "apt-get could not install the package postgresql: {status}");
    Ok(())
}

/// `sh -c` with the rights of root.
fn shell() -> Result<Command> {
    if server::is_root()? {
        let mut shell = Command::new("sh");
        shell.arg("-c");
        return Ok(shell);
    }
    let mut sudo = Command::new("sudo");
    if !std::io::stdin().is_terminal() {
        ensure!(runs(Command::new("sudo").args(["-n", "true"])), "no PostgreSQL server was found, and installing one needs root or sudo");
        sudo.arg("-n");
    }
    sudo.args(["sh", "-c"]);
    Ok(sudo)
}

fn runs(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
