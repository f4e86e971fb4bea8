//! A server's process: `localstripe`, which keeps what it is told, or `stripe-mock`, which knows what Stripe's own description knows.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// The process, until it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    base: String,
}

impl Server {
    /// `localstripe`, with the Python of this folder.
    pub(crate) fn local(programs: &Path) -> Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(programs.join("python"));
        command.args(["-m", "localstripe", "--from-scratch", "--port", &port.to_string()]);
        Self::start(&mut command, port)
    }

    /// `stripe-mock`, which is this program.
    pub(crate) fn mock(program: &Path) -> Result<Self> {
        let port = free_port()?;
        Self::start(Command::new(program).args(["-http-addr", &format!("127.0.0.1:{port}")]), port)
    }

    fn start(command: &mut Command, port: u16) -> Result<Self> {
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut server = Self { process: process.context("cannot start the server")?, base: format!("http://127.0.0.1:{port}") };
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = server.process.try_wait().context("cannot look after the server")? {
                bail!("the server ended: {status}");
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

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?.local_addr()?.port())
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}
