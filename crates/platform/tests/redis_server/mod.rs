//! A Redis of a test's own, which can be killed and started again.
#![allow(dead_code, unreachable_pub, reason = "two test binaries have it, and neither needs all of it")]

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use platform::config;
use platform::redis::Redis;

/// A server in a folder of its own, without a copy on disk.
pub struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts one on a free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("its number").port();
        drop(listener);
        Self { process: run(port), port }
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }

    /// Starts it again at the same place, empty.
    pub fn start_again(&mut self) {
        self.process = run(self.port);
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// A node's way to it, patient on a busy machine.
    pub async fn redis(&self) -> Redis {
        let config = config::Redis { url: self.url().into(), prefix: "test".to_owned(), timeout_ms: 20_000 };
        let redis = Redis::of(&config).await.expect("it is configured");
        assert!(redis.is_there());
        redis
    }
}

fn run(port: u16) -> Child {
    let program = std::env::var_os("TRADEWIND_TEST_REDIS_SERVER").map(PathBuf::from).expect("cargo xtask test says where it is");
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(program);
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]).arg("--dir").arg(folder.path());
    let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a Redis");
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        std::thread::yield_now();
    }
    process
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
