//! `cargo xtask test`: every test of the workspace, on SQLite, on a private PostgreSQL server and with private servers of other kinds.

mod parts;
mod tally;

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use parts::PARTS;
pub(crate) use parts::stripe;
use tally::Tally;

use crate::postgres::{self, Server};
use crate::project;

/// The superuser URL of the server, for the tests' harness.
const URL_VARIABLE: &str = "TRADEWIND_TEST_POSTGRES_URL";

/// Which tests run, and whether a missing back end is a failure.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Fail when a back end is missing, or when no test ran on it
    #[arg(long)]
    require_all: bool,
    /// Run only tests whose name contains one of these
    filter: Vec<String>,
}

/// Starts what the tests need, runs them, stops it again, and says what ran where.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let server = match postgres::start() {
        Ok(server) => Some(server),
        Err(error) if arguments.require_all => return Err(error.context("PostgreSQL is missing, and --require-all was given")),
        Err(error) => {
            eprintln!("PostgreSQL is missing, its tests are left out: {error:#}");
            None
        }
    };
    let mut parts = Vec::new();
    for part in &PARTS {
        parts.push(match (part.find)() {
            Ok(place) => Some(place),
            Err(error) if arguments.require_all => {
                return Err(error.context(format!("{} is missing, and --require-all was given", part.title)));
            }
            Err(error) => {
                eprintln!("{} is missing, its tests are left out: {error:#}", part.title);
                None
            }
        });
    }
    let mut tally = Tally::default();
    let status = run_tests(Services { postgres: server.as_ref(), parts: &parts }, &arguments.filter, &mut tally)?;
    let version = server.as_ref().map(|server| server.version().to_owned());
    if let Some(server) = server {
        server.stop()?;
    }

    println!();
    println!("SQLite: {}", told(tally.sqlite));
    match version {
        Some(version) => println!("PostgreSQL {version}: {}", told(tally.postgres)),
        None => println!("PostgreSQL: missing, not run"),
    }
    for ((part, place), ran) in PARTS.iter().zip(&parts).zip(tally.parts) {
        println!("{}: {}", part.title, if place.is_some() { told(ran) } else { "missing, not run".to_owned() });
    }
    let all_ran = tally.sqlite > 0 && tally.postgres > 0 && tally.parts.iter().all(|ran| *ran > 0);
    if arguments.require_all && arguments.filter.is_empty() && !all_ran {
        bail!("--require-all was given, and a back end saw no test");
    }
    Ok(exit_code(status))
}

/// What tests may need, as far as it is there.
#[derive(Clone, Copy)]
struct Services<'a> {
    postgres: Option<&'a Server>,
    /// Where each of the other parts is.
    parts: &'a [Option<PathBuf>],
}

/// Runs cargo and passes its lines on while they are counted. Without PostgreSQL nothing runs that needs any service.
fn run_tests(services: Services<'_>, filter: &[String], tally: &mut Tally) -> Result<ExitStatus> {
    let mut cargo = project::cargo();
    cargo.args(["test", "--workspace", "--no-fail-fast", "--"]).args(filter);
    if let Some(server) = services.postgres {
        cargo.arg("--include-ignored").env(URL_VARIABLE, server.url());
    }
    for (part, place) in PARTS.iter().zip(services.parts) {
        match place {
            Some(place) => cargo.env(part.variable, place),
            None => cargo.args(["--skip", part.tests]),
        };
    }
    let mut running = cargo.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start cargo test")?;
    let output = running.stdout.take().context("cargo test has no output")?;
    let mut terminal = std::io::stdout().lock();
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("cannot read what cargo test says")?;
        tally.read(&String::from_utf8_lossy(&line));
        terminal.write_all(&line).and_then(|()| terminal.write_all(b"\n")).context("cannot write to the terminal")?;
    }
    running.wait().context("cannot wait for cargo test")
}

fn told(tests: usize) -> String {
    match tests {
        0 => "no test ran".to_owned(),
        1 => "ran (1 test)".to_owned(),
        many => format!("ran ({many} tests)"),
    }
}

/// Cargo's own code; a run that a signal ended is a failure.
fn exit_code(status: ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
