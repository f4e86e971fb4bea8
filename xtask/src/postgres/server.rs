//! A private PostgreSQL server in a temporary folder, which ends with this process however that ends.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use super::binaries::Binaries;

/// Starts the server, waits until its input closes, stops the server and removes the folder. The input closes when the process
/// that holds its other end dies, by whatever signal: no server is left behind, and no handler has to run.
///
/// Text is compared by the rules of a language where the server can (`icu`), because a real shop's server does so: a list that
/// relies on the binary order of the C locale has to fail here and not there. Durability stays as it is by default.
const SUPERVISOR: &str = r#"
folder=$1 programs=$2 port=$3
init() { "$programs/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync "$@"; }
say() { cat "$1"; exit 1; }
init --locale-provider=icu --icu-locale=en-US >"$folder/initdb.log" 2>&1 ||
  { rm -rf "$folder/data"; init >"$folder/initdb.log" 2>&1; } || say "$folder/initdb.log"
"$programs/pg_ctl" start --wait --silent --pgdata="$folder/data" --log="$folder/server.log" --options="-c port=$port \
  -c listen_addresses=127.0.0.1 -c unix_socket_directories='$folder' -c max_connections=300" 2>&1 ||
  { "$programs/pg_ctl" stop --silent --mode=immediate --pgdata="$folder/data"; say "$folder/server.log"; }
echo ready
read -r nothing
"$programs/pg_ctl" stop --wait --silent --mode=fast --pgdata="$folder/data"
rm -rf "$folder"
"#;

/// Another process may take the free port before the server does.
const ATTEMPTS: usize = 3;

/// A running server.
pub(crate) struct Server {
    supervisor: Child,
    pub(super) folder: TempDir,
    pub(super) port: u16,
    version: String,
    pub(super) programs: PathBuf,
}

impl Server {
    /// Makes a cluster and starts it on a free port of the loopback address.
    pub(crate) fn start(binaries: &Binaries) -> Result<Self> {
        let mut attempt = Self::attempt(binaries);
        for _ in 1..ATTEMPTS {
            if attempt.is_ok() {
                break;
            }
            attempt = Self::attempt(binaries);
        }
        attempt
    }

    fn attempt(binaries: &Binaries) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tradewind-postgres-").tempdir().context("cannot make a temporary folder")?;
        let port = free_port()?;
        let mut command = Command::new("sh");
        command.args(["-c", SUPERVISOR, "supervisor"]).arg(folder.path()).arg(&binaries.folder).arg(port.to_string());
        // A group of its own: Ctrl-C reaches the tests, and the server stops in order after them.
        command.current_dir(folder.path()).env("HOME", folder.path()).process_group(0);
        if let Some((user, group)) = server_user()? {
            chown(folder.path(), Some(user), Some(group)).context("cannot give the temporary folder to the server's user")?;
            command.uid(user).gid(group);
        }
        let mut supervisor = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start a shell in {}", folder.path().display()))?;
        let ready = wait_until_ready(&mut supervisor);
        let server = Self { supervisor, folder, port, version: binaries.version.clone(), programs: binaries.folder.clone() };
        ready.map(|()| server)
    }

    /// The superuser's URL of the database `postgres`.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@{}:{}/postgres", Ipv4Addr::LOCALHOST, self.port)
    }

    /// The server's version, as `15.6`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Stops the server and removes its folder.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.end()?;
        ensure!(!self.folder.path().exists(), "PostgreSQL left {} behind", self.folder.path().display());
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        drop(self.supervisor.stdin.take());
        self.supervisor.wait().context("cannot wait for PostgreSQL to stop")?;
        Ok(())
    }
}

impl Drop for Server {
    /// An early return must not remove the folder under a running server.
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            eprintln!("{error:#}");
        }
    }
}

/// Reads `ready`, or what went wrong.
fn wait_until_ready(supervisor: &mut Child) -> Result<()> {
    let mut output = BufReader::new(supervisor.stdout.take().context("the shell has no output")?);
    let mut said = String::new();
    while output.read_line(&mut said).context("cannot read what the shell says")? > 0 {
        if said.ends_with("ready\n") {
            return Ok(());
        }
    }
    output.read_to_string(&mut said).context("cannot read what the shell says")?;
    bail!("PostgreSQL did not start: {}", said.trim())
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr().context("the port has no number")?.port())
}

/// Whether this process runs as root, which PostgreSQL refuses.
pub(crate) fn is_root() -> Result<bool> {
    let own = tempfile::tempfile().and_then(|file| file.metadata()).context("cannot make a temporary file")?;
    Ok(own.uid() == 0)
}

/// The user and group that the server runs as instead of root.
pub(super) fn server_user() -> Result<Option<(u32, u32)>> {
    if !is_root()? {
        return Ok(None);
    }
    let users = fs::read_to_string(Path::new("/etc/passwd")).context("cannot read the list of users")?;
    let found = ["postgres", "nobody"].iter().find_map(|name| user(&users, name));
    found.context("there is no user `postgres` or `nobody` to run the server").map(Some)
}

/// The numbers of a user and its group, from a line such as `postgres:x:101:104:…`.
fn user(users: &str, name: &str) -> Option<(u32, u32)> {
    let line = users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let mut fields = line.split(':').skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let users = "postgresql:x:1:2::/:/bin/sh\npostgres:x:101:104:Administrator,,,:/var/lib/postgresql:/bin/bash\n";

        assert_eq!(user(users, "postgres"), Some((101, 104)));
        assert_eq!(user(users, "nobody"), None);
    }

    #[test]
    fn a_server_that_cannot_start_says_why() {
        let folder = TempDir::new().unwrap();
        let broken = Binaries { folder: folder.path().join("nowhere"), version: "15.0".to_owned() };
        let error = Server::start(&broken).err().map(|error| format!("{error:#}")).unwrap_or_default();

        assert!(error.contains("PostgreSQL did not start") && error.contains("initdb"), "{error}");
    }

    /// Needs a server, and no database test of the shop: it is counted by none of them.
    #[test]
    #[ignore = "needs PostgreSQL"]
    fn a_server_listens_until_it_is_stopped_and_leaves_nothing_behind() {
        let server = Server::start(&Binaries::find().unwrap()).unwrap();
        let (port, folder) = (server.port, server.folder.path().to_owned());
        assert!(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());

        server.stop().unwrap();
        assert!(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
        assert!(!folder.exists());
    }
}
