//! Small workspaces on disk that prove that a check can fail.

use std::fs;

use tempfile::TempDir;

use super::finding::Finding;
use super::workspace::Workspace;

/// A workspace that is written file by file and lives as long as the value.
pub(crate) struct Sample {
    folder: TempDir,
}

impl Sample {
    /// A workspace without packages.
    pub(crate) fn new() -> Self {
        let sample = Self { folder: TempDir::new().unwrap() };
        sample.file("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n")
    }

    /// Adds a file.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Adds a package with an empty library and further lines of its manifest.
    pub(crate) fn package(self, name: &str, floor: u64, manifest: &str) -> Self {
        let head = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n[package.metadata]\nfloor = {floor}\n");
        self.file(&format!("crates/{name}/Cargo.toml"), &(head + manifest)).file(&format!("crates/{name}/src/lib.rs"), "//! A floor.\n")
    }

    /// The findings of a check, as lines.
    pub(crate) fn findings(&self, check: fn(&Workspace) -> Vec<Finding>) -> Vec<String> {
        let workspace = Workspace::load(self.folder.path()).unwrap();
        assert_eq!(workspace.unreadable, []);
        check(&workspace).iter().map(ToString::to_string).collect()
    }
}

/// Asserts that there is one finding, and that it starts with a place and names the rest.
#[track_caller]
pub(crate) fn assert_one(findings: &[String], place: &str, words: &[&str]) {
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert!(findings[0].starts_with(&format!("{place}: ")), "{findings:#?}");
    for word in words {
        assert!(findings[0].contains(word), "{word:?} is not in {findings:#?}");
    }
}
