//! The harness: a fresh shop on a database of its own for each test, and the checks that follow its body.
#![allow(dead_code, unused_imports, reason = "the harness offers more than one test needs")]

mod back_ends;
mod cart;
mod command;
mod dying;
mod http;
mod leftovers;
mod mug;
mod postgres;
mod products;
mod promises;
mod provider;
mod receiver;
mod run;
mod shop;
mod sqlite;
mod told;
mod traces;
mod user;
mod working;

use std::error::Error;

pub(crate) use back_ends::{SOON, back_end_of, cut_off};
pub(crate) use cart::{TestCart, address};
pub(crate) use command::{Demo, Process, run};
pub(crate) use dying::Dying;
pub(crate) use http::{Ask, Reply, make_key};
pub(crate) use mug::TestVariant;
pub(crate) use products::{option, usd, variant, variant_of};
pub(crate) use provider::Scripted;
pub(crate) use receiver::{Received, Receiver};
pub(crate) use run::{ROUNDS, run_on_postgres, run_on_sqlite};
pub(crate) use shop::TestShop;
pub(crate) use traces::{columns, traces_of};
pub(crate) use user::place;
pub(crate) use working::{Working, until};

/// What a test's body returns; `?` takes any error.
pub(crate) type TestResult<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;
