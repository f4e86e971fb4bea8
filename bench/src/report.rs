//! Figures as a table for people and as JSON for later runs.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::load::Seen;

/// One row of the table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Figure {
    /// The database of the shop.
    pub(crate) database: String,
    /// What was measured.
    pub(crate) name: String,
    /// Connections at a time; none for a single figure.
    pub(crate) connections: Option<usize>,
    /// Visits a second, or the single figure.
    pub(crate) value: f64,
    /// What the value counts.
    pub(crate) unit: String,
    /// Half of the visits took at most so many milliseconds.
    pub(crate) p50_ms: Option<f64>,
    /// 95 of a hundred.
    pub(crate) p95_ms: Option<f64>,
    /// 99 of a hundred.
    pub(crate) p99_ms: Option<f64>,
    /// Visits a second on a bare server that answers the same bytes.
    pub(crate) floor_rate: Option<f64>,
    /// Processor time of the shop for each visit, in microseconds.
    pub(crate) own_us: Option<f64>,
    /// The same of the database server.
    pub(crate) database_us: Option<f64>,
    /// Visits that did not end well.
    pub(crate) wrong: u64,
    /// What was wrong with one of them.
    pub(crate) example: Option<String>,
}

impl Figure {
    /// Of a load.
    pub(crate) fn of(database: &str, name: &str, connections: usize, seen: &Seen) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "microseconds of a minute are far below 2^52")]
        let quantile = |q: f64| Some(seen.times.value_at_quantile(q) as f64 / 1_000.0);
        Self {
            connections: Some(connections),
            p50_ms: quantile(0.5),
            p95_ms: quantile(0.95),
            p99_ms: quantile(0.99),
            wrong: seen.wrong,
            example: seen.example.clone(),
            ..Self::single(database, name, seen.rate(), "/s")
        }
    }

    /// Of one number.
    pub(crate) fn single(database: &str, name: &str, value: f64, unit: &str) -> Self {
        Self {
            database: database.to_owned(),
            name: name.to_owned(),
            connections: None,
            value,
            unit: unit.to_owned(),
            p50_ms: None,
            p95_ms: None,
            p99_ms: None,
            floor_rate: None,
            own_us: None,
            database_us: None,
            wrong: 0,
            example: None,
        }
    }

    /// With what it cost.
    pub(crate) fn with_processor(self, own_us: f64, database_us: f64) -> Self {
        Self { own_us: Some(own_us), database_us: (database_us > 0.0).then_some(database_us), ..self }
    }

    fn is_same_measure(&self, other: &Self) -> bool {
        (&self.database, &self.name, self.connections) == (&other.database, &other.name, other.connections)
    }
}

/// The figures as a table, with how they stand to those of an earlier run.
pub(crate) fn table(figures: &[Figure], earlier: Option<&[Figure]>) -> String {
    let mut text = String::from(
        "| database | measure | connections | value | p50 ms | p95 ms | p99 ms | of the floor | own us | database us | before |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for figure in figures {
        let before = earlier.and_then(|earlier| earlier.iter().find(|other| figure.is_same_measure(other)));
        let cells = [
            figure.database.clone(),
            figure.name.clone(),
            figure.connections.map_or(String::new(), |connections| connections.to_string()),
            format!("{:.0} {}", figure.value, figure.unit),
            number(figure.p50_ms, 2),
            number(figure.p95_ms, 2),
            number(figure.p99_ms, 2),
            number(figure.floor_rate.map(|floor| figure.value / floor), 2),
            number(figure.own_us, 0),
            number(figure.database_us, 0),
            before.map_or(String::new(), |before| format!("{:+.0} %", (figure.value / before.value - 1.0) * 100.0)),
        ];
        line(&mut text, &cells);
    }
    for figure in figures.iter().filter(|figure| figure.wrong > 0) {
        let example = figure.example.as_deref().unwrap_or_default();
        line(&mut text, &[format!("WRONG: {} {}: {} visits, such as: {example}", figure.database, figure.name, figure.wrong)]);
    }
    text
}

fn line(text: &mut String, cells: &[String]) {
    // Writing to a String cannot fail.
    let _written = writeln!(text, "| {} |", cells.join(" | "));
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or(String::new(), |value| format!("{value:.digits$}"))
}

/// Keeps the figures for later runs.
pub(crate) fn write(path: &Path, figures: &[Figure]) -> Result<()> {
    let text = serde_json::to_string_pretty(figures).context("figures are JSON")?;
    std::fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
}

/// Reads the figures of an earlier run.
pub(crate) fn read(path: &Path) -> Result<Vec<Figure>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} holds no figures", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_beside_their_floor_and_those_of_before() {
        let read = Figure { connections: Some(32), floor_rate: Some(1_000.0), ..Figure::single("SQLite", "product read", 500.0, "/s") };
        let before = Figure { value: 400.0, ..read.clone() };
        let wrong =
            Figure { wrong: 3, example: Some("503 instead of 200".to_owned()), ..Figure::single("SQLite", "order read", 1.0, "/s") };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("figures.json");
        write(&path, &[before]).unwrap();
        let table = table(&[read, wrong], Some(&super::read(&path).unwrap()));

        assert!(table.contains("| SQLite | product read | 32 | 500 /s |  |  |  | 0.50 |  |  | +25 % |\n"), "{table}");
        assert!(table.ends_with("| WRONG: SQLite order read: 3 visits, such as: 503 instead of 200 |\n"), "{table}");
    }
}
