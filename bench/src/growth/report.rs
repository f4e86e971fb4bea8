//! What growth did, as tables and as JSON.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::compare::Growth;
use super::explain::Plan;
use crate::report::{Figure, Machine};

/// A list may read so many rows for each row of a page.
const MOST_READ: f64 = 50.0;

/// One run.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct GrowthReport {
    /// Where it ran.
    pub(super) machine: Machine,
    /// Products and orders of the small and the large shop.
    pub(super) sizes: (i64, i64),
    /// Of the large shop.
    pub(super) figures: Vec<Figure>,
    /// What was asked of both.
    pub(super) seen: Vec<Growth>,
    /// Of the large shop on PostgreSQL.
    pub(super) plans: Vec<Plan>,
}

impl GrowthReport {
    /// True where every answer was right.
    pub(super) fn is_right(&self) -> bool {
        self.seen.iter().all(|growth| growth.wrong == 0)
    }

    /// Keeps it.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).context("figures are JSON")?;
        std::fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
    }

    /// Both shops side by side.
    pub(super) fn growth_table(&self) -> String {
        let (small, large) = self.sizes;
        let mut text = String::new();
        for figure in &self.figures {
            line(&mut text, format_args!("- {}, {large} of each: {} {:.0} {}", figure.database, figure.name, figure.value, figure.unit));
        }
        line(&mut text, format_args!("\n| database | asked | {small}: p50 ms | p95 ms | {large}: p50 ms | p95 ms | p95 grew | budget |"));
        line(&mut text, format_args!("|---|---|---:|---:|---:|---:|---:|---|"));
        for growth in &self.seen {
            let ((p50_small, p50_large), (p95_small, p95_large)) = (growth.p50_ms, growth.p95_ms);
            let ratio = p95_large / p95_small.max(0.001);
            let kept = if growth.is_kept() { "kept" } else { "**over**" };
            let name = &growth.name;
            let cells = format!("{p50_small:.2} | {p95_small:.2} | {p50_large:.2} | {p95_large:.2} | × {ratio:.2} | {kept}");
            line(&mut text, format_args!("| {} | `{name}` | {cells} |", growth.database));
        }
        for growth in self.seen.iter().filter(|growth| growth.wrong > 0) {
            let example = growth.example.as_deref().unwrap_or_default();
            line(&mut text, format_args!("\nWRONG: {} {}: {} visits, such as: {example}", growth.database, growth.name, growth.wrong));
        }
        text
    }

    /// What each list reads.
    pub(super) fn plan_table(&self) -> String {
        let mut text = String::new();
        line(
            &mut text,
            format_args!("| list | page from | statements | rows read | rows answered | read for each | slowest ms | budget |"),
        );
        line(&mut text, format_args!("|---|---|---:|---:|---:|---:|---:|---|"));
        for plan in &self.plans {
            let Plan { name, place, statements, read, answered, slowest_ms } = plan;
            let kept = if plan.ratio() <= MOST_READ { "kept" } else { "**over**" };
            let cells = format!("{statements} | {read:.0} | {answered:.0} | {:.1} | {slowest_ms:.1} | {kept}", plan.ratio());
            line(&mut text, format_args!("| `{name}` | {place} | {cells} |"));
        }
        text
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _written = writeln!(text, "{line}");
}
