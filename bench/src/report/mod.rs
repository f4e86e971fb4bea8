//! What was measured: as figures, as a table for people, as JSON for later runs, as a section of a document.

mod figure;
mod machine;
mod section;
mod table;

use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

pub(crate) use figure::{Cost, Figure};
pub(crate) use machine::Machine;
pub(crate) use section::replace;
pub(crate) use table::table;

/// One run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Where it ran.
    pub(crate) machine: Machine,
    /// What was measured.
    pub(crate) figures: Vec<Figure>,
}

impl Report {
    /// Keeps it for later runs.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).context("figures are JSON")?;
        std::fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))
    }

    /// Reads an earlier one.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} holds no figures", path.display()))
    }

    /// True where every answer was right.
    pub(crate) fn is_right(&self) -> bool {
        self.figures.iter().all(|figure| figure.wrong == 0)
    }
}
