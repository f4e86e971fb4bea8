//! A private PostgreSQL server for tests and measures, of what the machine has or can install.

mod binaries;
mod install;
mod outage;
mod server;

use anyhow::{Context, Result};
use binaries::Binaries;
pub(crate) use server::{Server, is_root};

/// Finds or installs a server and starts it.
pub(crate) fn start() -> Result<Server> {
    let binaries = match Binaries::find() {
        Some(binaries) => binaries,
        None => {
            install::postgres()?;
            Binaries::find().context("PostgreSQL was installed, and still there is no server of version 15 or later")?
        }
    };
    Server::start(&binaries)
}
