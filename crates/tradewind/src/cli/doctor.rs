//! `tradewind doctor`: whether the installation works and whether every rule of the data holds.

mod data;
mod place;

use std::sync::Arc;

use kernel::SystemClock;
use serde::Serialize;

pub(super) use self::data::look;
use super::Exit;
use super::output::Shown;
use super::setup::{Globals, is_absent};
use crate::wiring;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Health {
    Ok,
    Warning,
    Failed,
}

/// One thing that was looked at, and what was seen.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    name: &'static str,
    health: Health,
    seen: String,
}

impl Check {
    pub(super) fn new(name: &'static str, health: Health, seen: impl std::fmt::Display) -> Self {
        Self { name, health, seen: seen.to_string() }
    }

    /// True where it passes without so much as a warning.
    pub(super) fn is_ok(&self) -> bool {
        self.health == Health::Ok
    }

    /// What should have been asked and could not be.
    fn failed(name: &'static str, error: &dyn std::error::Error) -> Self {
        let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        Self::new(name, Health::Failed, format!("{error}{cause}"))
    }
}

impl Shown for Check {
    const HEAD: &'static [&'static str] = &["check", "health", "seen"];

    fn cells(&self) -> Vec<String> {
        let health = match self.health {
            Health::Ok => "ok",
            Health::Warning => "warning",
            Health::Failed => "FAILED",
        };
        vec![self.name.to_owned(), health.to_owned(), self.seen.clone()]
    }
}

/// The whole answer for programs.
#[derive(Debug, Serialize)]
struct Report {
    healthy: bool,
    checks: Vec<Check>,
}

pub(super) async fn run(globals: &Globals) -> anyhow::Result<Exit> {
    let config = globals.load(Vec::new())?.config;
    let mut checks = vec![Check::new("configuration", Health::Ok, format!("mode {}", format!("{:?}", config.mode).to_lowercase()))];
    checks.extend(place::look(&config.data_dir));
    if is_absent(&config) {
        checks.push(Check::new("database", Health::Warning, "there is none yet; `tradewind serve` makes it"));
    } else {
        match wiring::context(config, Arc::new(SystemClock)).await {
            Ok(context) => checks.extend(look(&context).await),
            Err(error) => checks.push(Check::failed("database", &error)),
        }
    }
    let healthy = checks.iter().all(|check| check.health != Health::Failed);
    let output = globals.output();
    if output.is_json() {
        output.json(&Report { healthy, checks })?;
    } else {
        output.list(&checks)?;
    }
    Ok(if healthy { Exit::Ok } else { Exit::Failing })
}
