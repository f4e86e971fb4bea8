//! Which folders changes are told to and figures are taken from.

use std::path::PathBuf;

use serde::Deserialize;

/// Both directions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSync {
    /// Out of the shop.
    pub export: SyncExport,
    /// Into it.
    pub import: SyncImport,
}

/// What is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncExport {
    /// The folder; empty: nothing is told.
    pub target: String,
    /// When, as a line of cron.
    pub cron: String,
    /// Of what.
    pub kinds: Vec<SyncKind>,
}

/// What is taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncImport {
    /// The folder; empty: nothing is taken.
    pub source: String,
    /// When, as a line of cron.
    pub cron: String,
}

/// What changes are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncKind {
    /// Products, whole.
    Products,
    /// What lies where.
    Stock,
    /// What variants cost.
    Prices,
    /// Orders, without who placed them.
    Orders,
}

impl SyncExport {
    /// The folder, where there is one.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        Some(&self.target).filter(|target| !target.is_empty()).map(PathBuf::from)
    }

    /// Whether changes of this kind are told.
    #[must_use]
    pub fn tells(&self, kind: SyncKind) -> bool {
        self.kinds.contains(&kind)
    }
}

impl SyncImport {
    /// The folder, where there is one.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        Some(&self.source).filter(|source| !source.is_empty()).map(PathBuf::from)
    }
}

/// What is wrong with these folders, if anything.
pub(super) fn refuse_unfit(sync: &DataSync) -> Result<(), String> {
    for (key, folder) in [("sync.export.target", &sync.export.target), ("sync.import.source", &sync.import.source)] {
        if folder.contains("://") {
            return Err(format!("{key} {folder:?} must be a folder"));
        }
    }
    if sync.export.folder().is_some() && sync.export.target == sync.import.source {
        return Err("sync.export.target and sync.import.source must be different folders".to_owned());
    }
    Ok(())
}
