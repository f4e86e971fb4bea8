//! One row of the table.

use serde::{Deserialize, Serialize};

use crate::load::Seen;

/// One measure on one database.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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
    /// How the shop stands to the floor: the median of the rounds, each beside its own floor.
    pub(crate) ratio: Option<f64>,
    /// The lowest and the highest of the rounds.
    pub(crate) ratio_range: Option<(f64, f64)>,
    /// Visits a second on the floor.
    pub(crate) floor_rate: Option<f64>,
    /// Processor time of the floor for each visit, in microseconds.
    pub(crate) floor_us: Option<f64>,
    /// Processor time of the shop for each visit, in microseconds.
    pub(crate) own_us: Option<f64>,
    /// The same of the database server.
    pub(crate) database_us: Option<f64>,
    /// Visits that did not end well.
    pub(crate) wrong: u64,
    /// What was wrong with one of them.
    pub(crate) example: Option<String>,
}

/// Processor time for each visit, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Of the shop's process.
    pub(crate) own_us: f64,
    /// Of the database server's processes.
    pub(crate) database_us: f64,
}

impl Figure {
    /// Of a load.
    pub(crate) fn of((database, name): (&str, &str), connections: usize, seen: &Seen, cost: Cost) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "microseconds of a minute are far below 2^52")]
        let quantile = |q: f64| Some(seen.times.value_at_quantile(q) as f64 / 1_000.0);
        Self {
            connections: Some(connections),
            p50_ms: quantile(0.5),
            p95_ms: quantile(0.95),
            p99_ms: quantile(0.99),
            own_us: Some(cost.own_us),
            database_us: (cost.database_us > 0.0).then_some(cost.database_us),
            wrong: seen.wrong,
            example: seen.example.clone(),
            ..Self::single(database, name, seen.rate(), "/s")
        }
    }

    /// Of one number.
    pub(crate) fn single(database: &str, name: &str, value: f64, unit: &str) -> Self {
        Self { database: database.to_owned(), name: name.to_owned(), value, unit: unit.to_owned(), ..Self::default() }
    }

    /// Beside the floor of the same rounds: `ratios` has one for each round.
    pub(crate) fn with_floor(self, floor: &Seen, floor_us: f64, mut ratios: Vec<f64>) -> Self {
        ratios.sort_by(f64::total_cmp);
        Self {
            ratio: ratios.get(ratios.len() / 2).copied(),
            ratio_range: ratios.first().copied().zip(ratios.last().copied()),
            floor_rate: Some(floor.rate()),
            floor_us: Some(floor_us),
            wrong: self.wrong + floor.wrong,
            example: self.example.clone().or_else(|| floor.example.clone()),
            ..self
        }
    }

    /// Whether both are the same measure of two runs.
    pub(crate) fn is_same_measure(&self, other: &Self) -> bool {
        (&self.database, &self.name, self.connections) == (&other.database, &other.name, other.connections)
    }
}
