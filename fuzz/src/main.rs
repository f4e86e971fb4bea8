//! Runs the fuzz targets for a while: started by `cargo xtask campaign fuzz`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to the person who called it")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser;
use fuzz::{TARGETS, Target, corpus, mutate};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// No parser takes longer for 64 KiB, even unoptimised: one that does can be made to take for ever.
const LONGEST: Duration = Duration::from_secs(2);
/// How often an input that was slow is tried before it is blamed.
const TRIES: usize = 5;
/// More findings of one target are the same one in other words.
const MOST_FINDINGS: usize = 5;

/// Runs the fuzz targets.
#[derive(Parser)]
#[command(name = "fuzz")]
struct Arguments {
    /// Seconds for each target
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Of the inputs: the same seed makes the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only targets that have one of these in their name
    #[arg(long)]
    only: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let wanted = |target: &&Target| arguments.only.is_empty() || arguments.only.iter().any(|part| target.name.contains(part.as_str()));
    let mut findings = 0;
    for target in TARGETS.iter().filter(wanted) {
        match run(target, &arguments) {
            Ok(found) => findings += found,
            Err(error) => {
                eprintln!("error: {error:#}");
                return ExitCode::FAILURE;
            }
        }
    }
    if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One target, for its time; how many inputs broke a promise.
fn run(target: &Target, arguments: &Arguments) -> Result<usize> {
    let seeds = corpus::read(target.name)?;
    let mut random = StdRng::seed_from_u64(arguments.seed);
    let (begin, time) = (Instant::now(), Duration::from_secs(arguments.seconds));
    let (mut inputs, mut found) = (0_u64, 0);
    while begin.elapsed() < time && found < MOST_FINDINGS {
        let input = mutate::near(&seeds, &mut random);
        if let Some(what) = judge(target, &input) {
            found += 1;
            println!("{}: {what}, kept as {}", target.name, corpus::keep(target.name, &input)?.display());
        }
        inputs += 1;
    }
    println!("{}: {inputs} inputs in {} s, {found} findings (seed {})", target.name, begin.elapsed().as_secs(), arguments.seed);
    Ok(found)
}

/// What is wrong with how the target takes an input. A busy machine can stop any process for seconds: an input is slow only
/// where it is slow each time.
fn judge(target: &Target, input: &[u8]) -> Option<&'static str> {
    for _ in 0..TRIES {
        let start = Instant::now();
        if catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_err() {
            return Some("a broken promise");
        }
        if start.elapsed() <= LONGEST {
            return None;
        }
    }
    Some("too slow")
}
