//! The server's process, which keeps what it is told.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// A `localstripe`, until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    base: String,
}

impl Server {
    /// Starts it on a free port, with the Python of this folder.
    pub(crate) fn start(programs: &Path) -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?.local_addr()?.port();
        let mut command = Command::new(programs.join("python"));
        command.args(["-m", "localstripe", "--from-scratch", "--port", &port.to_string()]);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut server = Self { process: process.context("cannot start localstripe")?, base: format!("http://127.0.0.1:{port}") };
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = server.process.try_wait().context("cannot look after localstripe")? {
                bail!("localstripe ended: {status}");
            }
            std::thread::yield_now();
        }
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}
