//! One system, and the list of all for whoever looks after the shop.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::budget::RetryBudget;
use super::circuit::Circuit;

/// The systems of this process.
static KNOWN: Mutex<Vec<Weak<System>>> = Mutex::new(Vec::new());

/// A system that is not ours; clones are the same. One for each thing the shop needs (`mail`, a provider of sign-in), whoever speaks with it.
#[derive(Debug, Clone)]
pub struct OutsideSystem(Arc<System>);

#[derive(Debug)]
struct System {
    name: String,
    /// Whether it is one system: many receivers under one name are not left alone because some do not answer.
    is_one: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    circuit: Circuit,
    budget: RetryBudget,
    answered: u64,
    failed: u64,
    spared: u64,
    busy: Duration,
    /// What was wrong last.
    trouble: String,
}

/// What was asked of a system since the process began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// What it is called.
    pub name: String,
    /// True while it is not left alone.
    pub is_up: bool,
    /// Questions that it answered.
    pub answered: u64,
    /// Questions that it did not.
    pub failed: u64,
    /// Questions that were not asked, because it was left alone.
    pub spared: u64,
    /// How long the asked ones took in all.
    pub busy: Duration,
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked<E> {
    /// Nobody asked: it did not answer several times in a row, and is left alone for so long; what was wrong last.
    Resting(Duration, String),
    /// It was asked.
    Failed(E),
}

impl OutsideSystem {
    /// A system that is left alone for a while when it does not answer.
    #[must_use]
    pub fn one(name: impl Into<String>) -> Self {
        Self::of(name.into(), true)
    }

    /// Many systems that somebody else names, each of which is looked after by whoever asks it.
    #[must_use]
    pub fn many(name: impl Into<String>) -> Self {
        Self::of(name.into(), false)
    }

    fn of(name: String, is_one: bool) -> Self {
        let system = Arc::new(System { name, is_one, state: Mutex::default() });
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|system| system.strong_count() > 0);
        known.push(Arc::downgrade(&system));
        Self(system)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, unless it is left alone. `trouble` says what is wrong where that is the system and not the question.
    ///
    /// # Errors
    /// `Resting`, or what the question came to.
    pub async fn ask<T, E>(
        &self,
        question: impl Future<Output = Result<T, E>>,
        trouble: impl FnOnce(&Result<T, E>) -> Option<String>,
    ) -> Result<T, Asked<E>> {
        let begin = Instant::now();
        self.begin(begin).map_err(|(left, trouble)| Asked::Resting(left, trouble))?;
        let answer = question.await;
        self.end(begin, trouble(&answer));
        answer.map_err(Asked::Failed)
    }

    fn begin(&self, now: Instant) -> Result<(), (Duration, String)> {
        let mut state = self.state();
        if self.0.is_one
            && let Err(left) = state.circuit.may_ask(now)
        {
            state.spared += 1;
            return Err((left, state.trouble.clone()));
        }
        state.budget.earn();
        Ok(())
    }

    fn end(&self, begin: Instant, trouble: Option<String>) {
        let now = Instant::now();
        let mut state = self.state();
        state.busy += now - begin;
        let Some(trouble) = trouble else {
            state.answered += 1;
            if state.circuit.is_open() {
                tracing::info!(system = self.0.name, "it answers again");
            }
            state.circuit.answered();
            return;
        };
        state.failed += 1;
        if self.0.is_one && state.circuit.failed(begin, now) {
            tracing::warn!(system = self.0.name, trouble, "it does not answer; it is left alone for a while, and then asked again");
        }
        state.trouble = trouble;
    }

    /// Whether a question that may be repeated is worth asking at once for a second time.
    #[must_use]
    pub fn may_retry(&self) -> bool {
        let mut state = self.state();
        !state.circuit.is_open() && state.budget.spend()
    }

    fn figures(&self) -> Figures {
        let state = self.state();
        let State { answered, failed, spared, busy, .. } = *state;
        Figures { name: self.0.name.clone(), is_up: !state.circuit.is_open(), answered, failed, spared, busy }
    }
}

/// The figures of all systems of this process, by name.
#[must_use]
pub fn figures() -> Vec<Figures> {
    let known: Vec<OutsideSystem> =
        KNOWN.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(|system| system.upgrade().map(OutsideSystem)).collect();
    let mut all: Vec<Figures> = known.iter().map(OutsideSystem::figures).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    // Two parts that speak with the same system are told as one.
    all.dedup_by(|later, kept| later.name == kept.name && add(kept, later));
    all
}

fn add(kept: &mut Figures, more: &Figures) -> bool {
    kept.is_up &= more.is_up;
    kept.answered += more.answered;
    kept.failed += more.failed;
    kept.spared += more.spared;
    kept.busy += more.busy;
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(system: &OutsideSystem, answer: Result<u8, &'static str>) -> Result<u8, Asked<&'static str>> {
        system.ask(async { answer }, |answer| answer.err().filter(|error| *error == "away").map(str::to_owned)).await
    }

    fn told(name: &str) -> Vec<(bool, u64, u64, u64)> {
        let of_name = figures().into_iter().filter(|figures| figures.name == name);
        of_name.map(|figures| (figures.is_up, figures.answered, figures.failed, figures.spared)).collect()
    }

    #[tokio::test]
    async fn a_system_that_is_away_is_left_alone_and_a_refusal_is_an_answer() {
        let system = OutsideSystem::one("a test's bank");
        for _ in 0..10 {
            assert_eq!(ask(&system, Err("no")).await, Err(Asked::Failed("no")));
        }
        for _ in 0..5 {
            assert_eq!(ask(&system, Err("away")).await, Err(Asked::Failed("away")));
        }
        assert!(matches!(ask(&system, Ok(1)).await, Err(Asked::Resting(left, trouble)) if !left.is_zero() && trouble == "away"));
        assert!(!system.may_retry());
        assert_eq!(told("a test's bank"), [(false, 10, 5, 1)]);
        drop(system);
        assert_eq!(told("a test's bank"), []);
    }

    #[tokio::test]
    async fn of_many_systems_none_is_left_alone_for_the_others() {
        let (systems, others) = (OutsideSystem::many("a test's readers"), OutsideSystem::many("a test's readers"));
        for _ in 0..20 {
            assert_eq!(ask(&systems, Err("away")).await, Err(Asked::Failed("away")));
        }
        assert_eq!(ask(&systems, Ok(1)).await, Ok(1));
        assert_eq!(ask(&others, Ok(1)).await, Ok(1));
        assert_eq!(told("a test's readers"), [(true, 2, 20, 0)]);
    }
}
