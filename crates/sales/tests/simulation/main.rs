//! The pure core of the shop (prices, stock, orders, payments), driven by one seed beside an independent, simple model.
//!
//! Plain `cargo test` runs a few seeds. `SEED=7` runs one again, `SEEDS=1000 OPERATIONS=10000` runs many; build with
//! `--release` for those.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod chance;
mod command;
mod compare;
mod model;
mod model_price;
mod model_stock;
mod run;
mod shop;

use std::time::Instant;

use model::Flaw;
use run::{Ended, run};

/// Without `SEEDS` and `OPERATIONS`: a second in a debug build.
const SEEDS: u64 = 50;
const OPERATIONS: u64 = 2_000;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} must be a number: {text}")))
}

#[test]
#[expect(clippy::print_stderr, reason = "a long run tells how fast it was")]
fn the_shop_and_its_model_agree_whatever_happens() {
    let operations = number("OPERATIONS").unwrap_or(OPERATIONS);
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 1..number("SEEDS").unwrap_or(SEEDS) + 1,
    };
    let (begun, mut all) = (Instant::now(), Ended::default());
    for seed in seeds {
        match run(seed, operations, Flaw::None) {
            Ok(ended) => all.add(&ended),
            Err(failure) => panic!("{failure}"),
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let rate = all.operations as f64 / seconds * 60.0;
    eprintln!("{all:?} in {seconds:.1} s: {rate:.0} operations per minute");
    all.expect_variety();
}

/// The simulation is worth nothing if it cannot fail: each of these models is wrong in one sentence, and each is found out.
#[test]
fn a_wrong_model_is_found_out_and_the_failure_can_be_run_again() {
    for flaw in Flaw::ALL {
        let failure = (1..=20).find_map(|seed| run(seed, 2_000, *flaw).err()).unwrap_or_else(|| panic!("{flaw:?} was not noticed"));
        let told = failure.to_string();
        assert!(told.contains(&format!("SEED={}", failure.seed)) && told.contains("The last commands:\n  "), "{told}");
        let again = run(failure.seed, 2_000, *flaw).expect_err("it failed before");
        assert_eq!(again.to_string(), told, "{flaw:?}");
    }
}
