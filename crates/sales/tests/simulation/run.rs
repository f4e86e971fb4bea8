//! One run: a seed, so many operations, and the story of how it failed where it did.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sales::orders::OrderStatus;

use crate::chance::Chance;
use crate::command::Command;
use crate::compare::{compare, compare_all};
use crate::model::{Flaw, Model};
use crate::shop::{Setting, Shop};

/// As many of the last commands as help to see what went before.
const TOLD: usize = 12;
/// Everything is compared after so many operations; what a command touched, after each.
const LOOK_ROUND_EVERY: u64 = 1_000;

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    pub(crate) operations: u64,
    refused: u64,
    orders: [u64; 5],
    refunds: u64,
}

impl Ended {
    pub(crate) fn add(&mut self, other: &Self) {
        self.operations += other.operations;
        self.refused += other.refused;
        self.refunds += other.refunds;
        self.orders.iter_mut().zip(other.orders).for_each(|(sum, one)| *sum += one);
    }

    /// A simulation in which something never happens proves nothing about it.
    pub(crate) fn expect_variety(&self) {
        assert!(self.refused > 0 && (self.operations < 1_000 || self.refunds > 0), "{self:?}");
        assert!(self.operations < 1_000 || self.orders.iter().all(|orders| *orders > 0), "{self:?}");
    }
}

/// How it failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) seed: u64,
    operation: u64,
    last: VecDeque<Command>,
    what: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "SEED={} fails at operation {}: {}", self.seed, self.operation, self.what)?;
        writeln!(f, "The last commands:")?;
        self.last.iter().try_for_each(|command| writeln!(f, "  {command:?}"))
    }
}

/// Runs it.
pub(crate) fn run(seed: u64, operations: u64, flaw: Flaw) -> Result<Ended, Box<Failure>> {
    let mut chance = Chance::of(seed);
    let (setting, stocks) = Setting::of(&mut chance);
    let mut shop = Shop::new(setting, stocks);
    let mut model = Model::of(&shop, flaw);
    let mut last: VecDeque<Command> = VecDeque::with_capacity(TOLD + 1);
    let mut ended = Ended::default();
    for operation in 1..=operations {
        // Clients, providers and staff all say things twice.
        let again = last.back().filter(|_| chance.percent(6)).cloned();
        let command = again.unwrap_or_else(|| Command::next(&mut chance, &shop));
        last.push_back(command.clone());
        if last.len() > TOLD {
            last.pop_front();
        }
        let stepped = catch_unwind(AssertUnwindSafe(|| {
            step(&mut shop, &mut model, &command, operation == operations || operation % LOOK_ROUND_EVERY == 0)
        }));
        match stepped.unwrap_or_else(|panic| Err(said(panic.as_ref()))) {
            Ok(was_refused) => ended.refused += u64::from(was_refused),
            Err(what) => return Err(Box::new(Failure { seed, operation, last, what })),
        }
    }
    ended.operations = operations;
    for sale in &shop.sales {
        let place = OrderStatus::ALL.iter().position(|status| *status == sale.status).expect("a state");
        ended.orders[place] += 1;
        ended.refunds += u64::from(sale.settled.refunded_minor > 0);
    }
    Ok(ended)
}

fn step(shop: &mut Shop, model: &mut Model, command: &Command, look_round: bool) -> Result<bool, String> {
    let expected = model.apply(command, shop);
    let seen = shop.apply(command);
    if seen != expected {
        return Err(format!("the shop answers {seen:?}, the model {expected:?}"));
    }
    if look_round { compare_all(shop, model) } else { compare(shop, model, command.order()) }?;
    Ok(seen.is_err())
}

fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    format!("the shop panicked: {}", text.unwrap_or("without a word"))
}
