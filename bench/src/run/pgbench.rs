//! PostgreSQL's own measure of itself beside ours, where it is installed: a transaction of five statements on the same server.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Plan;
use crate::report::Figure;
use crate::store::Server;

/// Debian keeps the programs of each version in a folder of its own.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";
/// Of a hundred thousand rows each; as many branches as there are clients in a usual load, so that they do not wait for each other.
const SCALE: &str = "32";

/// Transactions a second of the TPC-B-like script with prepared statements; nothing where there is no pgbench.
pub(super) fn measure(server: &Server, plan: &Plan) -> Result<Option<Figure>> {
    let name = "pgbench TPC-B";
    let (false, true, Some(program)) = (plan.is_short(), plan.wants(name), find()) else { return Ok(None) };
    eprintln!("PostgreSQL: {name}, {} clients", plan.connections);
    run(&program, &["-i", "-q", "-s", SCALE], server)?;
    let (clients, seconds) = (plan.connections.to_string(), plan.time.as_secs().max(1).to_string());
    let said = run(&program, &["-M", "prepared", "-j", "2", "-c", &clients, "-T", &seconds], server);
    run(&program, &["-i", "-q", "-I", "d"], server)?;
    let rate =
        said?.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok()).context("pgbench told no rate")?;
    Ok(Some(Figure { connections: Some(plan.connections), ..Figure::single("PostgreSQL", name, rate, "/s") }))
}

fn run(program: &Path, arguments: &[&str], server: &Server) -> Result<String> {
    let output = Command::new(program).args(arguments).arg(server.url()).output().context("cannot run pgbench")?;
    ensure!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = std::fs::read_dir(DEBIAN_VERSIONS).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    std::env::split_paths(&path).chain(versions).map(|folder| folder.join("pgbench")).find(|program| program.is_file())
}
